//! Step 1: CSR bytes become a [`VerifiedRequest`]: strict DER (RFC 2986), proof of possession over
//! the raw bytes, key and names taken out, everything else listed by name.

use std::sync::Arc;

use const_oid::ObjectIdentifier;

use crate::base::name::DistinguishedName;
use crate::base::san::San;
use crate::base::spki::Spki;

mod error;

pub use error::RequestError;

/// A request whose signature holds under its own key. Only [`verify`] makes one.
#[derive(Clone, Debug)]
pub struct VerifiedRequest {
    inner: Arc<Content>,
}

#[derive(Debug)]
struct Content {
    spki: Spki,
    subject: DistinguishedName,
    sans: Vec<San>,
    extensions: Vec<RequestedExtension>,
    attributes: Vec<ObjectIdentifier>,
    sha256: [u8; 32],
}

/// An extension that the request asks for, subjectAltName excepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestedExtension {
    /// Which.
    pub oid: ObjectIdentifier,
    /// Whether it is marked critical.
    pub critical: bool,
    /// The content of its OCTET STRING.
    pub value: Vec<u8>,
}

/// Reads and verifies one PKCS#10 request, DER.
///
/// # Errors
/// [`RequestError`] names the fact that is wrong: encoding, trailing bytes, signature, key, a second
/// extensionRequest, a duplicate SAN, a name we cannot carry over.
pub fn verify(csr: &[u8]) -> Result<VerifiedRequest, RequestError> {
    let _ = csr;
    todo!()
}

impl VerifiedRequest {
    /// The requested key, byte for byte.
    pub fn spki(&self) -> &Spki {
        &self.inner.spki
    }

    /// The requested subject, byte for byte; may be empty.
    pub fn subject(&self) -> &DistinguishedName {
        &self.inner.subject
    }

    /// The requested subject alternative names, in their order.
    pub fn sans(&self) -> &[San] {
        &self.inner.sans
    }

    /// Requested extensions other than subjectAltName.
    pub fn extensions(&self) -> &[RequestedExtension] {
        &self.inner.extensions
    }

    /// Attributes other than extensionRequest, by OID.
    pub fn attributes(&self) -> &[ObjectIdentifier] {
        &self.inner.attributes
    }

    /// SHA-256 over the CSR's DER.
    pub fn sha256(&self) -> [u8; 32] {
        self.inner.sha256
    }
}
