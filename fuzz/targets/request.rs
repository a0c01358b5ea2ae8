//! Fuzz target: `keystead_fuzz::request`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| keystead_fuzz::request(data));
