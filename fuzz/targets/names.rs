//! Fuzz target: `keystead_fuzz::names`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| keystead_fuzz::names(data));
