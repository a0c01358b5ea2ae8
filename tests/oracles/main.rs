//! Programs that are not ours judge a whole tree made by the real binary on SoftHSM: openssl,
//! rustls-webpki, GnuTLS, etcd, kubectl, OpenSC. An oracle that is missing is named, never passed.

#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod chains; // every certificate under its own CA, and under no other
mod crash; // killed at random instants: what the token signed is on record
mod etcd; // three members on loopback
mod keys; // the CA keys are in the token and nowhere else
mod kubeconfigs; // kubectl reads what was written
#[path = "../support/oracle.rs"]
mod oracle;
mod support; // a home, a token, a tree
