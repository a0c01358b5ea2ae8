//! What hostile hands can give us: requests, names and files made to crash, confuse, slow down or
//! widen. The corpus in `tests/data/request` and everything made from it at random.
//!
//! Modules: `corpus` makes the vectors (`vector`, `curve`, `rsa` and `site` help), `verdicts` compares
//! what becomes of each, `limits`
//! and `crls` measure; `revocation` does to CRLs and OCSP what `mutations` does to requests; `certificates` and `judges` ask others about what is issued.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail as tests do"
)]

#[path = "../support/encode.rs"]
mod encode;

#[path = "../support/linters.rs"]
mod linters;
#[path = "../support/oracle.rs"]
mod oracle;

// As the crate that cargo-fuzz builds; its tests are its seeds here.
#[path = "../../fuzz/src/lib.rs"]
#[expect(unreachable_pub, reason = "elsewhere it is a library")]
mod fuzz;

mod certificates;
mod corpus;
#[path = "../support/crl.rs"]
#[expect(dead_code, reason = "shared with other test programs")]
mod crl_desk;
mod crls;
mod curve;
mod invariants;
mod judges;
mod limits;
mod mutations;
mod orders;
mod random;
mod revocation;
mod rsa;
mod site;
mod tree;
mod vector;
mod verdicts;
