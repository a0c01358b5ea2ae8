//! What is on the disk: files that are written out, and the audit record as others read it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail their test"
)]

mod audit;
#[path = "../support/crl.rs"]
#[expect(dead_code, reason = "shared with other test programs")]
mod crl_desk;
#[path = "../support/encode.rs"]
#[expect(dead_code, reason = "shared with other test programs")]
mod encode;
mod publish;
mod stable;
