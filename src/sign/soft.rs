//! A key in memory, for unit tests alone: it exists in no build that anybody runs.

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{self as aws, KeyPair as _};

use crate::base::algorithm::{KeyAlgorithm, SignatureAlgorithm};
use crate::base::spki::Spki;

use super::{Signer, SignerError};

/// A [`Signer`] whose key is in memory.
pub(crate) struct SoftSigner {
    key: Key,
    spki: Spki,
    algorithm: SignatureAlgorithm,
}

enum Key {
    Rsa(aws::RsaKeyPair),
    Ecdsa(aws::EcdsaKeyPair),
    Ed25519(aws::Ed25519KeyPair),
}

impl SoftSigner {
    /// A new key that signs with the default algorithm of its kind.
    pub(crate) fn generate(kind: KeyAlgorithm) -> Self {
        Self::generate_for(kind, kind.default_signature())
    }

    /// A new key that signs with `algorithm`.
    pub(crate) fn generate_for(kind: KeyAlgorithm, algorithm: SignatureAlgorithm) -> Self {
        assert!(algorithm.fits(kind), "{kind} {algorithm}");
        let rsa = |size| Key::Rsa(aws::RsaKeyPair::generate(size).unwrap());
        let key = match kind {
            KeyAlgorithm::Rsa2048 => rsa(KeySize::Rsa2048),
            KeyAlgorithm::Rsa3072 => rsa(KeySize::Rsa3072),
            KeyAlgorithm::Rsa4096 => rsa(KeySize::Rsa4096),
            KeyAlgorithm::Ed25519 => Key::Ed25519(aws::Ed25519KeyPair::generate().unwrap()),
            KeyAlgorithm::EcP256 | KeyAlgorithm::EcP384 | KeyAlgorithm::EcP521 => {
                Key::Ecdsa(aws::EcdsaKeyPair::generate(ecdsa(kind, algorithm)).unwrap())
            }
        };
        let der = match &key {
            Key::Rsa(pair) => pair.public_key().as_der().unwrap(),
            Key::Ecdsa(pair) => pair.public_key().as_der().unwrap(),
            Key::Ed25519(pair) => pair.public_key().as_der().unwrap(),
        };
        Self { spki: Spki::from_der(der.as_ref()).unwrap(), key, algorithm }
    }
}

impl Signer for SoftSigner {
    fn spki(&self) -> &Spki {
        &self.spki
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    fn workers(&self) -> usize {
        2
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignerError> {
        let failed = |error: aws_lc_rs::error::Unspecified| SignerError(Box::new(error));
        match &self.key {
            Key::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(rsa(self.algorithm), &SystemRandom::new(), message, &mut signature)
                    .map_err(failed)?;
                Ok(signature)
            }
            Key::Ecdsa(pair) => pair
                .sign(&SystemRandom::new(), message)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(failed),
            Key::Ed25519(pair) => Ok(pair.sign(message).as_ref().to_vec()),
        }
    }
}

fn ecdsa(kind: KeyAlgorithm, algorithm: SignatureAlgorithm) -> &'static aws::EcdsaSigningAlgorithm {
    use SignatureAlgorithm as S;
    match (kind, algorithm) {
        (KeyAlgorithm::EcP256, S::EcdsaSha256) => &aws::ECDSA_P256_SHA256_ASN1_SIGNING,
        (KeyAlgorithm::EcP384, S::EcdsaSha384) => &aws::ECDSA_P384_SHA384_ASN1_SIGNING,
        (KeyAlgorithm::EcP521, S::EcdsaSha256) => &aws::ECDSA_P521_SHA256_ASN1_SIGNING,
        (KeyAlgorithm::EcP521, S::EcdsaSha384) => &aws::ECDSA_P521_SHA384_ASN1_SIGNING,
        (KeyAlgorithm::EcP521, S::EcdsaSha512) => &aws::ECDSA_P521_SHA512_ASN1_SIGNING,
        (kind, algorithm) => panic!("aws-lc-rs signs no {algorithm} with {kind}"),
    }
}

fn rsa(algorithm: SignatureAlgorithm) -> &'static dyn aws::RsaEncoding {
    use SignatureAlgorithm as S;
    match algorithm {
        S::RsaPkcs1Sha256 => &aws::RSA_PKCS1_SHA256,
        S::RsaPkcs1Sha384 => &aws::RSA_PKCS1_SHA384,
        S::RsaPkcs1Sha512 => &aws::RSA_PKCS1_SHA512,
        S::RsaPssSha256 => &aws::RSA_PSS_SHA256,
        S::RsaPssSha384 => &aws::RSA_PSS_SHA384,
        S::RsaPssSha512 => &aws::RSA_PSS_SHA512,
        other => panic!("{other} is not RSA"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::crypto::verify_signature;

    #[test]
    fn every_kind_of_soft_key_makes_signatures_that_verify() {
        for kind in KeyAlgorithm::ALL {
            let signer = SoftSigner::generate(kind);
            let signature = signer.sign(b"message").unwrap();
            verify_signature(signer.spki(), signer.algorithm(), b"message", &signature).unwrap();
            assert!(
                verify_signature(signer.spki(), signer.algorithm(), b"massage", &signature)
                    .is_err()
            );
        }
    }
}
