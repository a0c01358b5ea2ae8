//! A profile plans nothing for a request that was not verified.

use std::sync::Arc;

use keystead::base::algorithm::SignatureAlgorithm;
use keystead::base::clock::Timestamp;
use keystead::base::issuer_cert::IssuerCert;
use keystead::base::pointers::Pointers;
use keystead::profile::{Overrides, Profile};

fn skip_the_verification(profile: &Arc<Profile>, csr: Vec<u8>, issuer: &Arc<IssuerCert>, now: Timestamp, pointers: &Pointers) {
    let _ = profile.plan(csr, &Overrides::default(), issuer, SignatureAlgorithm::EcdsaSha256, now, pointers);
}

fn main() {}
