//! Fuzz target: `keystead_fuzz::ocsp_response`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| keystead_fuzz::ocsp_response(data));
