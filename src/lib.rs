//! A certificate authority whose key never leaves the token.
//!
//! ```text
//!  CSR ─1 request─► VerifiedRequest ─2 profile─► Plan ─3 tbs─► Tbs ─4 lint─► Linted
//!                                                                               │
//!                        5 inventory.record_intents  (durable, with its audit record)
//!                                                                               ▼
//!  file ◄─9 publish─ Issued ◄─8 inventory.record_issued ─ 7 verify ◄─ Signed ◄─6 sign (token)
//! ```
//!
//! Each arrow is a function that takes the type before it by value, so a step that is skipped or
//! repeated does not compile. [`issuance`] runs the nine in order, for one and for many.

pub mod audit;
pub mod base;
pub mod bench;
pub mod calendar;
pub mod config;
pub mod inventory;
pub mod issuance;
pub mod kubernetes;
pub mod lint;
pub mod ocsp;
pub mod profile;
pub mod publish;
pub mod request;
pub mod revocation;
pub mod sign;
pub mod tbs;
pub mod token;
pub mod trial;
pub mod verify;
