//! DER by hand: complete elements, right or wrong.

use const_oid::ObjectIdentifier;
use der::Encode as _;
use keystead::base::element::push_header;

/// extensionRequest.
pub(crate) const EXTENSION_REQUEST: &str = "1.2.840.113549.1.9.14";
/// Microsoft's extensionRequest.
pub(crate) const MICROSOFT_EXTENSION_REQUEST: &str = "1.3.6.1.4.1.311.2.1.14";
/// challengePassword.
pub(crate) const CHALLENGE_PASSWORD: &str = "1.2.840.113549.1.9.7";

/// A complete element.
pub(crate) fn tlv(identifier: u8, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    push_header(&mut out, identifier, content.len()).unwrap();
    out.extend_from_slice(content);
    out
}

/// A complete OBJECT IDENTIFIER.
pub(crate) fn oid(text: &str) -> Vec<u8> {
    ObjectIdentifier::new(text).unwrap().to_der().unwrap()
}

/// A SEQUENCE of complete elements.
pub(crate) fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

/// An Attribute with complete values.
pub(crate) fn attribute(kind: &str, values: &[Vec<u8>]) -> Vec<u8> {
    sequence(&[oid(kind), tlv(0x31, &values.concat())])
}

/// An Extension.
pub(crate) fn extension(kind: &str, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if critical { tlv(0x01, &[0xff]) } else { Vec::new() };
    sequence(&[oid(kind), critical, tlv(0x04, value)])
}

/// An extensionRequest attribute with these complete extensions.
pub(crate) fn extension_request(extensions: &[Vec<u8>]) -> Vec<u8> {
    attribute(EXTENSION_REQUEST, &[sequence(extensions)])
}

/// A subjectAltName extension with these complete GeneralNames.
pub(crate) fn san_extension(names: &[Vec<u8>]) -> Vec<u8> {
    extension("2.5.29.17", false, &sequence(names))
}

/// A dNSName.
pub(crate) fn dns(name: &str) -> Vec<u8> {
    tlv(0x82, name.as_bytes())
}

/// An RDN of `(type, string tag, value)`, in the order given.
pub(crate) fn rdn(attributes: &[(&str, u8, &[u8])]) -> Vec<u8> {
    let parts: Vec<u8> = attributes
        .iter()
        .flat_map(|(kind, tag, value)| sequence(&[oid(kind), tlv(*tag, value)]))
        .collect();
    tlv(0x31, &parts)
}
