//! Throwaway keys: they sign what external linters read, and nothing else. Made when first needed, kept
//! in memory for one run, never the key of anything.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{self as aws, EcdsaKeyPair, Ed25519KeyPair, RsaKeyPair};

use crate::base::algorithm::{KeyAlgorithm, SignatureAlgorithm};

/// The keys that were needed so far, one for each kind.
#[derive(Default)]
pub(super) struct Throwaway {
    keys: Mutex<HashMap<KeyAlgorithm, Arc<Key>>>,
}

/// No key, or no signature.
#[derive(Debug, thiserror::Error)]
pub(super) enum ThrowawayError {
    /// The library failed.
    #[error("the cryptographic library failed")]
    Library(#[from] aws_lc_rs::error::Unspecified),
    /// The algorithm is not one of the key's.
    #[error("a {key} key makes no {algorithm} signatures")]
    Algorithm { key: KeyAlgorithm, algorithm: SignatureAlgorithm },
}

enum Key {
    Rsa(RsaKeyPair),
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl fmt::Debug for Throwaway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Throwaway")
    }
}

impl Throwaway {
    /// A signature of the form that a key of kind `key` makes with `algorithm`. For an ECDSA algorithm
    /// with another digest than the curve's own, form and length are right and the digest is the
    /// curve's: the signature verifies under no key that anybody has in any case.
    pub(super) fn sign(
        &self,
        key: KeyAlgorithm,
        algorithm: SignatureAlgorithm,
        message: &[u8],
    ) -> Result<Vec<u8>, ThrowawayError> {
        let pair = self.key(key)?;
        match (&*pair, algorithm) {
            (Key::Rsa(pair), algorithm) => {
                let encoding =
                    rsa_encoding(algorithm).ok_or(ThrowawayError::Algorithm { key, algorithm })?;
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(encoding, &SystemRandom::new(), message, &mut signature)?;
                Ok(signature)
            }
            (Key::Ecdsa(pair), _) if algorithm.fits(key) => {
                Ok(pair.sign(&SystemRandom::new(), message)?.as_ref().to_vec())
            }
            (Key::Ed25519(pair), SignatureAlgorithm::Ed25519) => {
                Ok(pair.sign(message).as_ref().to_vec())
            }
            _ => Err(ThrowawayError::Algorithm { key, algorithm }),
        }
    }

    /// Made under the lock: workers that need the same one wait for it instead of making their own.
    fn key(&self, kind: KeyAlgorithm) -> Result<Arc<Key>, ThrowawayError> {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = keys.get(&kind) {
            return Ok(Arc::clone(known));
        }
        let made = Arc::new(Key::generate(kind)?);
        keys.insert(kind, Arc::clone(&made));
        Ok(made)
    }
}

impl Key {
    fn generate(kind: KeyAlgorithm) -> Result<Self, aws_lc_rs::error::Unspecified> {
        Ok(match kind {
            KeyAlgorithm::Rsa2048 => Self::Rsa(RsaKeyPair::generate(KeySize::Rsa2048)?),
            KeyAlgorithm::Rsa3072 => Self::Rsa(RsaKeyPair::generate(KeySize::Rsa3072)?),
            KeyAlgorithm::Rsa4096 => Self::Rsa(RsaKeyPair::generate(KeySize::Rsa4096)?),
            KeyAlgorithm::EcP256 => {
                Self::Ecdsa(EcdsaKeyPair::generate(&aws::ECDSA_P256_SHA256_ASN1_SIGNING)?)
            }
            KeyAlgorithm::EcP384 => {
                Self::Ecdsa(EcdsaKeyPair::generate(&aws::ECDSA_P384_SHA384_ASN1_SIGNING)?)
            }
            KeyAlgorithm::EcP521 => {
                Self::Ecdsa(EcdsaKeyPair::generate(&aws::ECDSA_P521_SHA512_ASN1_SIGNING)?)
            }
            KeyAlgorithm::Ed25519 => Self::Ed25519(Ed25519KeyPair::generate()?),
        })
    }
}

fn rsa_encoding(algorithm: SignatureAlgorithm) -> Option<&'static dyn aws::RsaEncoding> {
    use SignatureAlgorithm as S;
    Some(match algorithm {
        S::RsaPkcs1Sha256 => &aws::RSA_PKCS1_SHA256,
        S::RsaPkcs1Sha384 => &aws::RSA_PKCS1_SHA384,
        S::RsaPkcs1Sha512 => &aws::RSA_PKCS1_SHA512,
        S::RsaPssSha256 => &aws::RSA_PSS_SHA256,
        S::RsaPssSha384 => &aws::RSA_PSS_SHA384,
        S::RsaPssSha512 => &aws::RSA_PSS_SHA512,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_key_signs_with_every_algorithm_that_fits_it_and_with_no_other() {
        let throwaway = Throwaway::default();
        for kind in KeyAlgorithm::ALL {
            if matches!(kind, KeyAlgorithm::Rsa3072 | KeyAlgorithm::Rsa4096) {
                continue; // as RSA-2048, but minutes to generate in a debug build
            }
            for algorithm in SignatureAlgorithm::ALL {
                let signed = throwaway.sign(kind, algorithm, b"message");
                assert_eq!(signed.is_ok(), algorithm.fits(kind), "{kind}, {algorithm}");
            }
        }
    }

    #[test]
    fn a_key_is_made_once() {
        let throwaway = Throwaway::default();
        let first = throwaway.key(KeyAlgorithm::EcP256).unwrap();
        assert!(Arc::ptr_eq(&first, &throwaway.key(KeyAlgorithm::EcP256).unwrap()));
    }
}
