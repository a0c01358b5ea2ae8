//! Revocation: what is asked of a CRL, whoever made it, before anybody relies on it.

pub mod compare;
pub mod reader;
