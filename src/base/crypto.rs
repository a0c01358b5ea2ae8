//! Signature verification in software, by aws-lc-rs: the implementation that is never the signer.

use aws_lc_rs::signature::{self as aws, VerificationAlgorithm};

use super::algorithm::{KeyAlgorithm, SignatureAlgorithm};
use super::spki::Spki;

/// Why a signature does not hold.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SignatureCheckError {
    /// Keys of this kind make no such signatures.
    #[error("the {key} key cannot make {algorithm} signatures")]
    Mismatch {
        /// The key's kind.
        key: KeyAlgorithm,
        /// The signature's algorithm.
        algorithm: SignatureAlgorithm,
    },
    /// The signature does not match message and key, or the key is no point of its curve.
    #[error("the {algorithm} signature does not verify under the {key} key")]
    Invalid {
        /// The key's kind.
        key: KeyAlgorithm,
        /// The signature's algorithm.
        algorithm: SignatureAlgorithm,
    },
}

/// Checks `signature` over `message` under `key`. ECDSA signatures are DER (RFC 3279 §2.2.3).
///
/// # Errors
/// [`SignatureCheckError`] when it does not hold.
pub fn verify_signature(
    key: &Spki,
    algorithm: SignatureAlgorithm,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureCheckError> {
    let kind = key.algorithm();
    let verifier =
        verifier(kind, algorithm).ok_or(SignatureCheckError::Mismatch { key: kind, algorithm })?;
    aws::UnparsedPublicKey::new(verifier, key.key_bits())
        .verify(message, signature)
        .map_err(|_| SignatureCheckError::Invalid { key: kind, algorithm })
}

fn verifier(
    key: KeyAlgorithm,
    algorithm: SignatureAlgorithm,
) -> Option<&'static dyn VerificationAlgorithm> {
    use SignatureAlgorithm as S;
    if !algorithm.fits(key) {
        return None;
    }
    Some(match (key, algorithm) {
        (KeyAlgorithm::EcP256, S::EcdsaSha256) => &aws::ECDSA_P256_SHA256_ASN1,
        (KeyAlgorithm::EcP256, S::EcdsaSha384) => &aws::ECDSA_P256_SHA384_ASN1,
        (KeyAlgorithm::EcP256, S::EcdsaSha512) => &aws::ECDSA_P256_SHA512_ASN1,
        (KeyAlgorithm::EcP384, S::EcdsaSha256) => &aws::ECDSA_P384_SHA256_ASN1,
        (KeyAlgorithm::EcP384, S::EcdsaSha384) => &aws::ECDSA_P384_SHA384_ASN1,
        (KeyAlgorithm::EcP384, S::EcdsaSha512) => &aws::ECDSA_P384_SHA512_ASN1,
        (KeyAlgorithm::EcP521, S::EcdsaSha256) => &aws::ECDSA_P521_SHA256_ASN1,
        (KeyAlgorithm::EcP521, S::EcdsaSha384) => &aws::ECDSA_P521_SHA384_ASN1,
        (KeyAlgorithm::EcP521, S::EcdsaSha512) => &aws::ECDSA_P521_SHA512_ASN1,
        (_, S::RsaPkcs1Sha256) => &aws::RSA_PKCS1_2048_8192_SHA256,
        (_, S::RsaPkcs1Sha384) => &aws::RSA_PKCS1_2048_8192_SHA384,
        (_, S::RsaPkcs1Sha512) => &aws::RSA_PKCS1_2048_8192_SHA512,
        (_, S::RsaPssSha256) => &aws::RSA_PSS_2048_8192_SHA256,
        (_, S::RsaPssSha384) => &aws::RSA_PSS_2048_8192_SHA384,
        (_, S::RsaPssSha512) => &aws::RSA_PSS_2048_8192_SHA512,
        (KeyAlgorithm::Ed25519, S::Ed25519) => &aws::ED25519,
        _ => return None,
    })
}
