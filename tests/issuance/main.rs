//! The pipeline end to end with a software key: one, many, and everything that can go wrong between.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::unwrap_in_result,
    reason = "helpers of tests fail their test"
)]

mod batch;
mod failures;
mod killed;
mod single;
mod support;
