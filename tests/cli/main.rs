//! The real program on real tokens, each test with its own folder, token and process.
//!
//! Modules: `pki` (from nothing to certificates), `batch` (many requests), `refusals` (what is refused
//! and how it is told), `json` (the documented fields), `faults` (what goes wrong outside).

mod batch;
mod faults;
mod json;
mod pki;
mod refusals;
mod site;
