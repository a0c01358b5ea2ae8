//! What is on the disk: files that are written out, and the audit record as others read it.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests fail their test")]

mod audit;
mod publish;
