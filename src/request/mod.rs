//! Step 1: CSR bytes become a [`VerifiedRequest`]: strict DER (RFC 2986), proof of possession over
//! the raw bytes, key and names taken out, everything else listed by name.

use std::sync::Arc;

use const_oid::ObjectIdentifier;
use const_oid::db::{rfc5280, rfc5912};
use der::{Tag, TagNumber};

use crate::base::algorithm::{SignatureAlgorithm, sha256};
use crate::base::crypto::verify_signature;
use crate::base::element::{Element, Elements};
use crate::base::name::DistinguishedName;
use crate::base::san::San;
use crate::base::spki::Spki;

pub(crate) mod canonical;
mod error;
pub(crate) mod key;
mod names;
mod second;

pub use canonical::{Fault, NotCanonical};
pub use error::RequestError;
pub use key::{KeyFault, WeakKeyList, WeakKeyListError};
pub use names::{NameFault, SanFault};
pub(crate) use names::{check_san, check_subject};

use second::Opinion;

/// Longer requests are refused unread.
pub const MAX_REQUEST_LEN: usize = 64 * 1024;

/// Attributes, and extensions, per request.
const MAX_ITEMS: usize = 32;

/// extensionRequest (RFC 2985 §5.4.2).
const EXTENSION_REQUEST: ObjectIdentifier = rfc5912::ID_EXTENSION_REQ;

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
    sans_critical: bool,
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

/// Reads and verifies one PKCS#10 request, DER. In this order, so that nothing costs more before what
/// costs less was found good: length, one walk over all of the DER with budgets, the fields, another
/// parser's, the key, its signature, the subject, attributes, alternative names, and whether the other
/// parser and a third read the same names.
///
/// # Errors
/// [`RequestError`] names the fact that is wrong: encoding, trailing bytes, a weak key, signature, a
/// second extensionRequest, a duplicate SAN, a name we cannot carry over.
pub fn verify(csr: &[u8]) -> Result<VerifiedRequest, RequestError> {
    let read = Read::all(csr)?;
    read.verify_signature()?;
    read.into_request(csr)
}

/// [`verify`] without the one check that takes the time: what the gate itself costs.
///
/// # Errors
/// As [`verify`], but for the signature.
pub(crate) fn measure_without_signature(csr: &[u8]) -> Result<(), RequestError> {
    Read::all(csr)?.into_request(csr).map(drop)
}

/// The key policy for requests, applied to a key of another origin.
///
/// # Errors
/// [`RequestError::WeakKey`].
pub(crate) fn check_key(spki: &Spki) -> Result<(), RequestError> {
    key::check(spki).map_err(RequestError::WeakKey)
}

/// A request up to its signature.
struct Read<'a> {
    fields: Fields<'a>,
    opinion: Opinion<'a>,
    spki: Spki,
    algorithm: SignatureAlgorithm,
    signature: &'a [u8],
    /// The first string outside its alphabet, anywhere.
    text_fault: Option<NotCanonical>,
}

impl<'a> Read<'a> {
    fn all(csr: &'a [u8]) -> Result<Self, RequestError> {
        if csr.len() > MAX_REQUEST_LEN {
            return Err(RequestError::TooLong { length: csr.len(), limit: MAX_REQUEST_LEN });
        }
        let request = Fields::outermost(csr)?;
        let text_fault =
            canonical::scan(csr).map_err(|found| match (found.fault, found.offset) {
                (Fault::OldString(found), offset) if is_in_subject(request, offset) => {
                    RequestError::NameStringType { offset, found }
                }
                (fault, offset) => RequestError::from_walk(NotCanonical { offset, fault }),
            })?;
        let fields = Fields::read(request)?;
        let opinion = Opinion::of(csr);
        opinion.compare_fields(&fields)?;
        let spki = Spki::from_der(fields.spki.raw).map_err(RequestError::Key)?;
        check_key(&spki)?;
        let algorithm = SignatureAlgorithm::from_algorithm_identifier(fields.algorithm.raw)
            .ok_or_else(|| RequestError::SignatureAlgorithm {
                oid: algorithm_text(fields.algorithm),
            })?;
        let signature = fields.signature.whole_octets().map_err(RequestError::Encoding)?;
        Ok(Self { fields, opinion, spki, algorithm, signature, text_fault })
    }

    fn verify_signature(&self) -> Result<(), RequestError> {
        // Over the bytes as they came: a re-encoding would hide what a lax signer did.
        let signed = self.fields.info.raw;
        verify_signature(&self.spki, self.algorithm, signed, self.signature).map_err(|error| {
            match key::explain(&self.spki) {
                Some(fault) => RequestError::WeakKey(fault),
                None => RequestError::Signature(error),
            }
        })
    }

    fn into_request(self, csr: &[u8]) -> Result<VerifiedRequest, RequestError> {
        let Self { fields, opinion, spki, text_fault, .. } = self;
        let subject = read_subject(fields.subject)?;
        // All strings of the subject have been looked at by now.
        if let Some(fault) = text_fault {
            return Err(RequestError::NotCanonical(fault));
        }
        let mut content = Content {
            spki,
            subject,
            sans: Vec::new(),
            sans_critical: false,
            extensions: Vec::new(),
            attributes: Vec::new(),
            sha256: sha256(csr),
        };
        read_attributes(&mut content, fields.attributes)?;
        opinion.compare_content(csr, fields.attributes, &content)?;
        Ok(VerifiedRequest { inner: Arc::new(content) })
    }
}

fn read_subject(subject: Element<'_>) -> Result<DistinguishedName, RequestError> {
    let subject = DistinguishedName::from_der(subject.raw).map_err(RequestError::Subject)?;
    if let Some(empty) = subject.as_name().iter_rdn().position(|rdn| rdn.as_ref().is_empty()) {
        return Err(RequestError::EmptyRdn { position: empty + 1 });
    }
    check_subject(&subject)?;
    Ok(subject)
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

    /// Whether the request marks its subject alternative names critical.
    pub fn sans_critical(&self) -> bool {
        self.inner.sans_critical
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

/// The parts of a CertificationRequest (RFC 2986 §4), as slices of it.
struct Fields<'a> {
    info: Element<'a>,
    subject: Element<'a>,
    /// From the start of the request.
    subject_offset: usize,
    spki: Element<'a>,
    attributes: Element<'a>,
    algorithm: Element<'a>,
    signature: Element<'a>,
}

impl<'a> Fields<'a> {
    /// The one element that the whole input is.
    fn outermost(csr: &'a [u8]) -> Result<Element<'a>, RequestError> {
        let mut reader = Elements::new(csr).map_err(RequestError::Encoding)?;
        let request =
            Element::expect(&mut reader, Tag::Sequence).map_err(RequestError::Encoding)?;
        match csr.len() - request.raw.len() {
            0 => Ok(request),
            count => Err(RequestError::TrailingBytes { count }),
        }
    }

    fn read(request: Element<'a>) -> Result<Self, RequestError> {
        use RequestError::Encoding;
        let mut reader = request.children().map_err(Encoding)?;
        let info = Element::expect(&mut reader, Tag::Sequence).map_err(Encoding)?;
        let algorithm = Element::expect(&mut reader, Tag::Sequence).map_err(Encoding)?;
        let signature = Element::expect(&mut reader, Tag::BitString).map_err(Encoding)?;
        reader.finish().map_err(Encoding)?;

        let mut reader = info.children().map_err(Encoding)?;
        let version = Element::expect(&mut reader, Tag::Integer).map_err(Encoding)?;
        if version.content != [0] {
            return Err(RequestError::Version { found: hex::encode(version.content) });
        }
        let subject = Element::expect(&mut reader, Tag::Sequence).map_err(Encoding)?;
        let spki = Element::expect(&mut reader, Tag::Sequence).map_err(Encoding)?;
        if reader.is_finished() {
            return Err(RequestError::NoAttributesField);
        }
        let context_0 = Tag::ContextSpecific { constructed: true, number: TagNumber(0) };
        let attributes = Element::expect(&mut reader, context_0).map_err(Encoding)?;
        reader.finish().map_err(Encoding)?;

        let header = |element: &Element<'_>| element.raw.len() - element.content.len();
        let offset = header(&request) + info.raw.len() - attributes.content.len();
        require_ascending(attributes, offset)?;
        let subject_offset = header(&request) + header(&info) + version.raw.len();
        Ok(Self { info, subject, subject_offset, spki, attributes, algorithm, signature })
    }
}

/// Whether the element at `offset` is part of the subject of `request`.
fn is_in_subject(request: Element<'_>, offset: usize) -> bool {
    Fields::read(request).is_ok_and(|fields| {
        let start = fields.subject_offset;
        (start..start + fields.subject.raw.len()).contains(&offset)
    })
}

/// `[0]` hides from the walk over the whole request that the attributes, which begin at `offset`, are a
/// SET.
fn require_ascending(attributes: Element<'_>, mut offset: usize) -> Result<(), RequestError> {
    let mut reader = attributes.children().map_err(RequestError::Encoding)?;
    let mut previous: &[u8] = &[];
    while !reader.is_finished() {
        let attribute = Element::next(&mut reader).map_err(RequestError::Encoding)?;
        if previous > attribute.raw {
            let fault = NotCanonical { offset, fault: Fault::SetOrder };
            return Err(RequestError::NotCanonical(fault));
        }
        previous = attribute.raw;
        offset += attribute.raw.len();
    }
    Ok(())
}

fn algorithm_text(algorithm: Element<'_>) -> String {
    let oid = algorithm
        .children()
        .and_then(|mut reader| Element::next(&mut reader))
        .and_then(|first| first.oid());
    oid.map_or_else(|_| hex::encode(algorithm.raw), |oid| oid.to_string())
}

/// `Attributes ::= SET OF SEQUENCE { type OID, values SET }`, with an implicit tag.
fn read_attributes(content: &mut Content, attributes: Element<'_>) -> Result<(), RequestError> {
    let mut reader = attributes.children().map_err(RequestError::Encoding)?;
    let mut extension_request_seen = false;
    let mut count = 0_usize;
    while !reader.is_finished() {
        count += 1;
        if count > MAX_ITEMS {
            return Err(RequestError::TooManyAttributes { limit: MAX_ITEMS });
        }
        let fail = |source| RequestError::Attribute { position: count, source };
        let attribute = Element::expect(&mut reader, Tag::Sequence).map_err(fail)?;
        let mut parts = attribute.children().map_err(fail)?;
        let oid = Element::next(&mut parts).and_then(|element| element.oid()).map_err(fail)?;
        let values = Element::expect(&mut parts, Tag::Set).map_err(fail)?;
        parts.finish().map_err(fail)?;
        if oid == EXTENSION_REQUEST {
            if extension_request_seen {
                return Err(RequestError::SecondExtensionRequest);
            }
            extension_request_seen = true;
            read_extension_request(content, values)?;
        } else {
            if values.content.is_empty() {
                return Err(RequestError::AttributeWithoutValue { oid });
            }
            if content.attributes.contains(&oid) {
                return Err(RequestError::DuplicateAttribute { oid });
            }
            content.attributes.push(oid);
        }
    }
    Ok(())
}

fn read_extension_request(content: &mut Content, values: Element<'_>) -> Result<(), RequestError> {
    let fail = |source| RequestError::Extension { position: 1, source };
    let mut reader = values.children().map_err(fail)?;
    let mut count = 0_usize;
    let mut only = None;
    while !reader.is_finished() {
        count += 1;
        only = Some(Element::next(&mut reader).map_err(fail)?);
    }
    let (Some(extensions), 1) = (only, count) else {
        return Err(RequestError::ExtensionRequestValues { count });
    };
    extensions.tag.assert_eq(Tag::Sequence).map_err(fail)?;
    let mut reader = extensions.children().map_err(fail)?;
    if reader.is_finished() {
        return Err(RequestError::EmptyExtensionRequest);
    }
    let mut seen: Vec<ObjectIdentifier> = Vec::new();
    while !reader.is_finished() {
        if seen.len() == MAX_ITEMS {
            return Err(RequestError::TooManyExtensions { limit: MAX_ITEMS });
        }
        let extension = read_extension(&mut reader, seen.len() + 1)?;
        let oid = extension.oid;
        if seen.contains(&oid) {
            return Err(RequestError::DuplicateExtension { oid });
        }
        seen.push(oid);
        if oid == rfc5280::ID_CE_SUBJECT_ALT_NAME {
            content.sans = names::read(extension.value)?;
            content.sans_critical = extension.critical;
        } else {
            content.extensions.push(RequestedExtension {
                oid,
                critical: extension.critical,
                value: extension.value.to_vec(),
            });
        }
    }
    Ok(())
}

struct ExtensionRef<'a> {
    oid: ObjectIdentifier,
    critical: bool,
    value: &'a [u8],
}

/// `Extension ::= SEQUENCE { OID, BOOLEAN DEFAULT FALSE, OCTET STRING }` (RFC 5280 §4.1).
fn read_extension<'a>(
    reader: &mut Elements<'a>,
    position: usize,
) -> Result<ExtensionRef<'a>, RequestError> {
    let fail = |source| RequestError::Extension { position, source };
    let extension = Element::expect(reader, Tag::Sequence).map_err(fail)?;
    let mut parts = extension.children().map_err(fail)?;
    let oid = Element::next(&mut parts).and_then(|element| element.oid()).map_err(fail)?;
    let mut next = Element::next(&mut parts).map_err(fail)?;
    let critical = next.tag == Tag::Boolean;
    if critical {
        if next.content != [0xff] {
            // DER leaves a default value out, so FALSE is never written.
            return Err(fail(Tag::Boolean.non_canonical_error().into()));
        }
        next = Element::next(&mut parts).map_err(fail)?;
    }
    next.tag.assert_eq(Tag::OctetString).map_err(fail)?;
    parts.finish().map_err(fail)?;
    Ok(ExtensionRef { oid, critical, value: next.content })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRONG_SIGNATURE: &[u8] =
        include_bytes!("../../tests/data/request/signature/01-the-first-bit-of-r.der");
    const WRONG_NAME: &[u8] = include_bytes!("../../tests/data/request/control/01-nul.der");

    #[test]
    fn what_is_measured_is_the_whole_gate_but_for_the_signature() {
        let code = |result: Result<(), RequestError>| result.map_err(|error| error.code());
        assert_eq!(code(verify(WRONG_SIGNATURE).map(drop)), Err("request.signature"));
        assert_eq!(code(measure_without_signature(WRONG_SIGNATURE)), Ok(()));
        assert_eq!(code(measure_without_signature(WRONG_NAME)), Err("request.name.control"));
    }
}
