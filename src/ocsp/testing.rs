//! Requests for the tests, built by hand.

use const_oid::ObjectIdentifier;
use der::{Encode as _, Tag};

use crate::base::cert_id::CertId;
use crate::base::element::{Element, push_header};

/// An element.
pub(super) fn tlv(identifier: u8, content: &[u8]) -> Vec<u8> {
    let mut der = Vec::new();
    push_header(&mut der, identifier, content.len()).unwrap();
    der.extend_from_slice(content);
    der
}

/// Of an issuer that nobody is, by SHA-1.
pub(super) fn cert_id(serial: u8) -> CertId {
    let algorithm = tlv(0x30, &[0x06, 5, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 5, 0]);
    let hash = tlv(0x04, &[9; 20]);
    let der = tlv(0x30, &[&algorithm[..], &hash, &hash, &tlv(0x02, &[serial])].concat());
    CertId::read(Element::only(&der, Tag::Sequence).unwrap()).unwrap()
}

/// An Extension.
pub(super) fn extension(oid: ObjectIdentifier, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if critical { &[1, 1, 0xff] } else { &[] };
    tlv(0x30, &[&oid.to_der().unwrap()[..], critical, &tlv(0x04, value)].concat())
}

/// An OCSPRequest.
pub(super) fn request(ids: &[CertId], extensions: &[&[u8]]) -> Vec<u8> {
    let list: Vec<u8> = ids.iter().flat_map(|id| tlv(0x30, id.as_der())).collect();
    let list = tlv(0x30, &list);
    let extensions = match extensions {
        [] => Vec::new(),
        some => tlv(0xa2, &tlv(0x30, &some.concat())),
    };
    tlv(0x30, &tlv(0x30, &[list, extensions].concat()))
}
