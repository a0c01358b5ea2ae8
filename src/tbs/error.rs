//! What can go wrong when a plan is encoded.

/// A plan that cannot be encoded.
#[derive(Debug, thiserror::Error)]
pub enum TbsError {
    /// The DER library refused a value.
    #[error("the to-be-signed structure cannot be encoded")]
    Encoding(#[source] der::Error),
}
