//! Answers about the status of certificates (RFC 6960, RFC 5019, RFC 9654).

#[cfg(feature = "http")]
pub mod http;
mod pace;
mod path;
mod presign;
mod request;
mod responder;
mod response;
mod source;
#[cfg(test)]
mod testing;

pub use path::{decode as request_of_path, encode as get_path};
pub use presign::{PresignError, Presigned, presign};
pub use request::{LONGEST_NONCE, LONGEST_REQUEST, MOST_CERTIFICATES, Request, RequestError};
pub use responder::{
    Party, Pending, Renewals, Reply, Responder, Settings, SignedReply, Step, UnknownSerial,
};
pub use response::Response;
pub use source::StatusSource;

/// Why there is no answer (RFC 6960 §4.2.1). Such a response is not signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorStatus {
    /// The request cannot be read.
    MalformedRequest,
    /// Something here is broken.
    InternalError,
    /// Too much is asked just now.
    TryLater,
    /// This responder does not answer for that certificate.
    Unauthorized,
}

impl ErrorStatus {
    /// The whole OCSPResponse.
    pub fn to_der(self) -> [u8; 5] {
        let status = match self {
            Self::MalformedRequest => 1,
            Self::InternalError => 2,
            Self::TryLater => 3,
            Self::Unauthorized => 6,
        };
        [0x30, 0x03, 0x0a, 0x01, status]
    }
}

#[cfg(test)]
mod tests;
