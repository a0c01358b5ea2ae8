//! What can be wrong with a request.

/// A refused request: the requester's fault.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// Not strict DER.
    #[error("the request is not a DER CertificationRequest (RFC 2986)")]
    Encoding(#[source] der::Error),
}
