//! Revocation: revoking, issuing CRLs, and what is asked of a CRL, whoever made it, before anybody
//! relies on it.

pub mod compare;
pub mod facts;
#[cfg(test)]
mod histories;
pub mod issue;
pub mod reader;
pub mod revoke;
