//! What skips, repeats or forges a step of the pipeline does not compile, and why: each file in
//! `tests/fail/` is one attempt, its `.stderr` what the compiler says to it.
//!
//! After a change of a signature: `TRYBUILD=overwrite cargo test --test fail`, then read the difference.

#[test]
fn a_step_of_the_pipeline_cannot_be_skipped_repeated_or_forged() {
    trybuild::TestCases::new().compile_fail("tests/fail/*.rs");
}
