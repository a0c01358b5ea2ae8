//! What can be wrong with a fresh signature.

use crate::base::crypto::SignatureCheckError;

/// A signature that is not released.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It does not verify under the pinned key.
    #[error(
        "the token's signature is wrong; the bytes are discarded, check the token before it signs again"
    )]
    Signature(#[from] SignatureCheckError),
    /// The finished DER does not carry the linted bytes.
    #[error("the finished certificate does not carry the bytes that were linted")]
    Changed,
    /// The finished DER cannot be read back.
    #[error("the finished certificate cannot be read back")]
    Finished(#[source] der::Error),
    /// Inside and outside name different algorithms (RFC 5280 §4.1.1.2).
    #[error("the certificate names algorithm {inner} inside and {outer} outside (DER)")]
    Algorithm {
        /// In the linted bytes, hexadecimal.
        inner: String,
        /// Behind them, hexadecimal.
        outer: String,
    },
    /// The finished DER breaks a lint rule.
    #[error("the finished certificate breaks lint rules, it is not released")]
    Lint(#[from] crate::lint::LintFailure),
    /// It cannot be assembled.
    #[error("the certificate cannot be assembled")]
    Assemble(#[from] crate::tbs::TbsError),
}
