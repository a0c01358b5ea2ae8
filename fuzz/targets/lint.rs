//! Fuzz target: `keystead_fuzz::lint`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| keystead_fuzz::lint(data));
