//! The vocabulary of every other module: time, names, keys, serial numbers. Depends on nothing of ours.

pub mod algorithm;
pub mod any_key;
pub mod ascending;
pub mod attribute;
pub mod cert_id;
pub mod challenge;
pub mod clock;
pub mod crl;
pub mod crypto;
pub mod duration;
pub mod element;
pub mod issuer_cert;
pub mod name;
pub mod pem;
pub mod pointers;
pub mod public_suffix;
pub mod responder_cert;
pub mod revocation;
pub mod san;
pub mod secret;
pub mod serial;
pub mod spki;
pub mod text;
pub mod validity;
