//! What hostile hands can give us: requests, names and files made to crash, confuse, slow down or
//! widen. The corpus in `tests/data/request` and everything made from it at random.
//!
//! Modules: `corpus` makes the vectors (`vector`, `curve`, `rsa` and `site` help), `verdicts` compares
//! what becomes of each, `limits` measures.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail as tests do"
)]

#[path = "../support/encode.rs"]
mod encode;

// As the crate that cargo-fuzz builds; its tests are its seeds here.
#[path = "../../fuzz/src/lib.rs"]
#[expect(unreachable_pub, reason = "elsewhere it is a library")]
mod fuzz;

mod certificates;
mod corpus;
mod curve;
mod invariants;
mod limits;
mod mutations;
mod orders;
mod random;
mod rsa;
mod site;
mod tree;
mod vector;
mod verdicts;
