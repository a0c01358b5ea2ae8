//! Fuzz target: `keystead_fuzz::spki`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| keystead_fuzz::spki(data));
