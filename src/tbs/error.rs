//! What can go wrong when a plan is encoded.

/// A plan that cannot be encoded.
#[derive(Debug, thiserror::Error)]
pub enum TbsError {
    /// The DER library refused a value.
    #[error("the to-be-signed structure cannot be encoded")]
    Encoding(#[source] der::Error),
    /// [`super::Tbs::encode`] with a request, or [`super::Tbs::encode_request`] with a certificate.
    #[error("the plan is for a {found}, expected one for a {expected}")]
    Kind {
        /// What the plan makes.
        found: &'static str,
        /// What was to be encoded.
        expected: &'static str,
    },
}
