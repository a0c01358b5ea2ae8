//! Fuzz target: `keystead_fuzz::issuer`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| keystead_fuzz::issuer(data));
