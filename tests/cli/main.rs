//! The real program on real tokens, each test with its own folder, token and process.
//!
//! Modules: `pki` (from nothing to certificates), `batch` (many requests), `refusals` (what is refused
//! and how it is told), `keys` (keys that get no certificate), `json` (the documented fields), `lint`
//! (rules alone, external linters), `judged` (pkilint and zlint over what is published), `crl`
//! (anybody's CRLs), `crl_issue` (our own, judged by others), `crl_lost` (a CRL that the store does not
//! know), `killed` (killed at each system call: `crl issue`, `revoke`, `ocsp presign`), `ocsp` (the
//! responder), `linters` (skipped rules, linters that are not ours), `profile` (profiles
//! without a token), `pointers` (CRL and OCSP in issuer.toml), `revoke` (what nobody should rely on any
//! more), `status` (what is due when), `faults` (what goes wrong outside).

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests: what cannot be set up fails the test, what is skipped is said aloud"
)]

mod batch;
mod crl;
mod crl_issue;
mod crl_lost;
#[path = "../support/crl.rs"]
#[expect(dead_code, reason = "shared with other test programs")]
mod crls;
#[path = "../support/encode.rs"]
#[expect(dead_code, reason = "shared with other test programs")]
mod encode;
mod faults;
mod json;
mod judged;
#[path = "../support/linters.rs"]
mod judges;
mod keys;
mod killed;
mod lint;
mod linters;
mod ocsp;
#[path = "../support/oracle.rs"]
mod oracle;
mod pki;
mod pointers;
mod profile;
mod refusals;
mod revoke;
mod site;
mod status;
