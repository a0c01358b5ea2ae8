//! Fuzz target: `keystead_fuzz::signed_request`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| keystead_fuzz::signed_request(data));
