//! Fuzz target: `keystead_fuzz::ocsp_path`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| keystead_fuzz::ocsp_path(data));
