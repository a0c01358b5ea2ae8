//! Hostile text and hostile folders against the real program: nothing that it prints or writes can
//! command a terminal or mislead a reader, and nothing but regular files is read.
//!
//! Modules: `strings` (what is shown), `requests`, `crls` and `files` (where it comes from), `paths` (what a
//! folder of requests may hold).

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests: what cannot be set up fails the test"
)]

#[path = "../support/encode.rs"]
#[expect(dead_code, reason = "shared with other test programs")]
mod encode;

#[path = "../cli/site.rs"]
#[expect(dead_code, reason = "shared with other test programs")]
mod site;

#[path = "../support/crl.rs"]
#[expect(dead_code, reason = "shared with other test programs")]
mod crl_desk;
mod crls;
mod desk;
mod files;
mod paths;
mod requests;
mod strings;
