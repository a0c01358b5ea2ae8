//! Requests for a batch.

use std::thread;

use super::BenchError;
use crate::base::algorithm::KeyAlgorithm;
use crate::issuance::IssueError;

/// Distinct requests, each properly signed, over a few keys of the kind that is measured.
pub(super) fn requests(algorithm: KeyAlgorithm, count: usize) -> Result<Vec<Vec<u8>>, BenchError> {
    // An RSA key takes up to a second to make.
    let keys = if algorithm.is_rsa() { 4 } else { 32 };
    let keys: Vec<rcgen::KeyPair> = (0..keys)
        .map(|_| leaf_key(algorithm))
        .collect::<Result<_, _>>()
        .map_err(BenchError::Request)?;
    let make = |number: usize| -> Result<Vec<u8>, rcgen::Error> {
        let names = [format!("host-{number}.bench.example.com"), format!("n{number}.example.com")];
        let mut parameters = rcgen::CertificateParams::new(names)?;
        parameters.distinguished_name = rcgen::DistinguishedName::new();
        parameters
            .distinguished_name
            .push(rcgen::DnType::CommonName, format!("host-{number}.bench.example.com"));
        let request = parameters.serialize_request(&keys[number % keys.len()])?;
        Ok(request.der().to_vec())
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let share = count.div_ceil(threads).max(1);
    thread::scope(|scope| {
        let parts: Vec<_> = (0..threads)
            .map(|part| {
                let range = (part * share).min(count)..((part + 1) * share).min(count);
                let make = &make;
                scope.spawn(move || range.map(make).collect::<Result<Vec<_>, _>>())
            })
            .collect();
        let mut all = Vec::with_capacity(count);
        for part in parts {
            let made = part.join().map_err(|_| BenchError::Issue(IssueError::Worker))?;
            all.extend(made.map_err(BenchError::Request)?);
        }
        Ok(all)
    })
}

fn leaf_key(algorithm: KeyAlgorithm) -> Result<rcgen::KeyPair, rcgen::Error> {
    use rcgen::{KeyPair, RsaKeySize};
    let rsa = |size| KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, size);
    match algorithm {
        KeyAlgorithm::Rsa2048 => rsa(RsaKeySize::_2048),
        KeyAlgorithm::Rsa3072 => rsa(RsaKeySize::_3072),
        KeyAlgorithm::Rsa4096 => rsa(RsaKeySize::_4096),
        KeyAlgorithm::EcP256 => KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256),
        KeyAlgorithm::EcP384 => KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384),
        KeyAlgorithm::EcP521 => KeyPair::generate_for(&rcgen::PKCS_ECDSA_P521_SHA512),
        KeyAlgorithm::Ed25519 => KeyPair::generate_for(&rcgen::PKCS_ED25519),
    }
}
