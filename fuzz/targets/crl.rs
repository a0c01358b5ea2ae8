//! Fuzz target: `keystead_fuzz::crl`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| keystead_fuzz::crl(data));
