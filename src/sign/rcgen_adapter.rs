//! Any [`Signer`] as a key for rcgen.

use std::sync::{Mutex, PoisonError};

use crate::base::algorithm::{KeyAlgorithm, SignatureAlgorithm};

use super::{Signer, SignerError};

/// A [`Signer`], such as a [`TokenKey`](crate::token::TokenKey) or a reference to one, where rcgen
/// wants a [`rcgen::SigningKey`]:
///
/// ```no_run
/// use keystead::sign::{RcgenKey, rcgen};
/// # fn example(token_key: keystead::token::TokenKey) -> Result<(), Box<dyn std::error::Error>> {
/// let key = RcgenKey::new(&token_key)?;
/// let mut params = rcgen::CertificateParams::new(vec!["www.example.com".to_owned()])?;
/// params.serial_number = Some(vec![0x2b; 16].into()); // rcgen's default repeats for one key
/// let certificate = match params.self_signed(&key) {
///     Ok(certificate) => certificate,
///     // rcgen's own error has no place for the cause.
///     Err(error) => return Err(key.take_error().map_or_else(|| error.into(), Into::into)),
/// };
/// # let _ = certificate;
/// # Ok(())
/// # }
/// ```
///
/// Of what rcgen issues nothing is linted, recorded or verified; the pipeline of this crate does that.
#[derive(Debug)]
pub struct RcgenKey<S> {
    signer: S,
    algorithm: &'static rcgen::SignatureAlgorithm,
    last_error: Mutex<Option<SignerError>>,
}

/// rcgen has no such algorithm.
#[derive(Debug, thiserror::Error)]
#[error("rcgen has no {algorithm} signatures with {key} keys")]
pub struct RcgenUnsupported {
    /// The signer's algorithm.
    pub algorithm: SignatureAlgorithm,
    /// The signer's kind of key.
    pub key: KeyAlgorithm,
}

impl<S: Signer> RcgenKey<S> {
    /// Takes a signer whose algorithm rcgen has: not PSS, and with P-256 and P-384 only the hash of
    /// the same size.
    ///
    /// # Errors
    /// [`RcgenUnsupported`].
    pub fn new(signer: S) -> Result<Self, RcgenUnsupported> {
        let (key, algorithm) = (signer.spki().algorithm(), signer.algorithm());
        let algorithm =
            rcgen_algorithm(key, algorithm).ok_or(RcgenUnsupported { algorithm, key })?;
        Ok(Self { signer, algorithm, last_error: Mutex::new(None) })
    }

    /// The cause of the latest `rcgen::Error::RemoteKeyError`, once.
    pub fn take_error(&self) -> Option<SignerError> {
        self.last_error.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The signer again.
    pub fn into_inner(self) -> S {
        self.signer
    }
}

impl<S: Signer> rcgen::PublicKeyData for RcgenKey<S> {
    fn der_bytes(&self) -> &[u8] {
        self.signer.spki().key_bits()
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        self.algorithm
    }

    fn subject_public_key_info(&self) -> Vec<u8> {
        self.signer.spki().as_der().to_vec()
    }
}

impl<S: Signer> rcgen::SigningKey for RcgenKey<S> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        self.signer.sign(message).map_err(|error| {
            *self.last_error.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            rcgen::Error::RemoteKeyError
        })
    }
}

fn rcgen_algorithm(
    key: KeyAlgorithm,
    algorithm: SignatureAlgorithm,
) -> Option<&'static rcgen::SignatureAlgorithm> {
    use SignatureAlgorithm as S;
    Some(match (key, algorithm) {
        (KeyAlgorithm::EcP256, S::EcdsaSha256) => &rcgen::PKCS_ECDSA_P256_SHA256,
        (KeyAlgorithm::EcP384, S::EcdsaSha384) => &rcgen::PKCS_ECDSA_P384_SHA384,
        (KeyAlgorithm::EcP521, S::EcdsaSha256) => &rcgen::PKCS_ECDSA_P521_SHA256,
        (KeyAlgorithm::EcP521, S::EcdsaSha384) => &rcgen::PKCS_ECDSA_P521_SHA384,
        (KeyAlgorithm::EcP521, S::EcdsaSha512) => &rcgen::PKCS_ECDSA_P521_SHA512,
        (_, S::RsaPkcs1Sha256) => &rcgen::PKCS_RSA_SHA256,
        (_, S::RsaPkcs1Sha384) => &rcgen::PKCS_RSA_SHA384,
        (_, S::RsaPkcs1Sha512) => &rcgen::PKCS_RSA_SHA512,
        (KeyAlgorithm::Ed25519, S::Ed25519) => &rcgen::PKCS_ED25519,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use x509_parser::prelude::FromDer as _;

    use super::*;
    use crate::sign::soft::SoftSigner;

    #[test]
    fn rcgen_names_the_algorithm_and_key_that_the_signer_has() {
        let kinds = [
            KeyAlgorithm::EcP256,
            KeyAlgorithm::EcP384,
            KeyAlgorithm::EcP521,
            KeyAlgorithm::Ed25519,
            KeyAlgorithm::Rsa2048,
        ];
        for kind in kinds {
            let signer = SoftSigner::generate(kind);
            let key = RcgenKey::new(&signer).unwrap();
            let params = rcgen::CertificateParams::new(vec!["a.example.com".to_owned()]).unwrap();
            let certificate = params.self_signed(&key).unwrap();
            let (rest, parsed) =
                x509_parser::certificate::X509Certificate::from_der(certificate.der()).unwrap();
            assert!(rest.is_empty());
            assert_eq!(parsed.public_key().raw, signer.spki().as_der(), "{kind}");
            assert_eq!(
                parsed.signature_algorithm.algorithm.to_id_string(),
                signer.algorithm().oid().to_string()
            );
            crate::base::crypto::verify_signature(
                signer.spki(),
                signer.algorithm(),
                parsed.tbs_certificate.as_ref(),
                &parsed.signature_value.data,
            )
            .unwrap();
        }
    }

    #[test]
    fn what_rcgen_does_not_have_is_refused_at_once() {
        let pss = SoftSigner::generate_for(KeyAlgorithm::Rsa2048, SignatureAlgorithm::RsaPssSha256);
        assert!(RcgenKey::new(&pss).is_err());
    }

    #[test]
    fn the_cause_of_a_failed_signature_is_kept_for_once() {
        struct Broken(SoftSigner);
        impl Signer for Broken {
            fn spki(&self) -> &crate::base::spki::Spki {
                self.0.spki()
            }
            fn algorithm(&self) -> SignatureAlgorithm {
                self.0.algorithm()
            }
            fn sign(&self, _: &[u8]) -> Result<Vec<u8>, SignerError> {
                Err(SignerError("unplugged".into()))
            }
        }
        let key = RcgenKey::new(Broken(SoftSigner::generate(KeyAlgorithm::EcP256))).unwrap();
        let params = rcgen::CertificateParams::new(vec!["a.example.com".to_owned()]).unwrap();
        assert_eq!(params.self_signed(&key).unwrap_err(), rcgen::Error::RemoteKeyError);
        assert_eq!(key.take_error().unwrap().0.to_string(), "unplugged");
        assert!(key.take_error().is_none());
    }
}
