//! Requests from friendly and hostile hands: refused by name, or issued byte for byte.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

#[path = "../support/mod.rs"]
mod support;

mod dangerous;
mod gate;
mod issued;
mod openssl;
mod policy;
mod profiles;
mod refused;
mod site;
