//! What can go wrong when signing.

/// A failure of the key's device, with its cause.
#[derive(Debug, thiserror::Error)]
#[error("the key could not sign")]
pub struct SignerError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// A signature that was not made, or may not have been.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The receipt covers other bytes.
    #[error("the intent receipt covers other bytes than those to be signed")]
    Receipt,
    /// The signer has another key than the authority of the bytes.
    #[error("the signer's key is {found}, the issuer's is {expected} (SHA-256 of the public key)")]
    Key {
        /// The authority's.
        expected: String,
        /// The signer's.
        found: String,
    },
    /// The signer signs with another algorithm than the bytes name.
    #[error("the signer makes {found} signatures, the certificate names {expected}")]
    Algorithm {
        /// Named in the bytes.
        expected: crate::base::algorithm::SignatureAlgorithm,
        /// The signer's.
        found: crate::base::algorithm::SignatureAlgorithm,
    },
    /// The device failed.
    #[error("signing failed; the intent stays recorded as maybe signed")]
    Device(#[from] SignerError),
}
