//! One file for each noun: its arguments with their help, and what it does.

pub(crate) mod audit;
pub(crate) mod bench;
pub(crate) mod ca;
pub(crate) mod completions;
pub(crate) mod crl;
pub(crate) mod init;
pub(crate) mod inventory;
pub(crate) mod k8s;
pub(crate) mod key;
pub(crate) mod lint;
pub(crate) mod ocsp;
pub(crate) mod profile;
pub(crate) mod revoke;
pub(crate) mod sign;
pub(crate) mod status;
pub(crate) mod token;
