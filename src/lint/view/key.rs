//! A SubjectPublicKeyInfo as rules read it: any algorithm, known or not.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5912;
use der::Tag;

use super::parts::bit_string;
use crate::base::element::Element;

/// A SubjectPublicKeyInfo (RFC 5280 §4.1.2.7).
#[derive(Clone, Copy, Debug)]
pub(in crate::lint) struct KeyView<'a> {
    pub algorithm: ObjectIdentifier,
    /// The algorithm's parameters, if any.
    pub parameters: Option<Element<'a>>,
    /// The first octet of the BIT STRING.
    pub unused_bits: u8,
    /// The key's own octets.
    pub bits: &'a [u8],
}

impl<'a> KeyView<'a> {
    /// Reads a key that was not read yet.
    pub(in crate::lint) fn of_spki(spki: &'a [u8]) -> Option<Self> {
        Self::read(spki).ok()
    }

    pub(super) fn read(spki: &'a [u8]) -> der::Result<Self> {
        let mut fields = Element::only(spki, Tag::Sequence)?.children()?;
        let mut algorithm = Element::expect(&mut fields, Tag::Sequence)?.children()?;
        let oid = Element::next(&mut algorithm)?.oid()?;
        let parameters =
            if algorithm.is_finished() { None } else { Some(Element::next(&mut algorithm)?) };
        algorithm.finish()?;
        let (unused_bits, bits) = bit_string(Element::next(&mut fields)?)?;
        fields.finish()?;
        Ok(Self { algorithm: oid, parameters, unused_bits, bits })
    }

    /// Whether the algorithm is rsaEncryption (RFC 3279 §2.3.1).
    pub(in crate::lint) fn is_rsa(&self) -> bool {
        self.algorithm == rfc5912::RSA_ENCRYPTION
    }

    /// The named curve of an EC key (RFC 5480 §2.1.1).
    pub(in crate::lint) fn curve(&self) -> Option<ObjectIdentifier> {
        let is_ec = self.algorithm == rfc5912::ID_EC_PUBLIC_KEY;
        self.parameters.filter(|_| is_ec).and_then(|parameters| parameters.oid().ok())
    }

    /// Content of the modulus and exponent INTEGERs of an RSA key, as they are written.
    pub(in crate::lint) fn rsa_numbers(&self) -> Option<(&'a [u8], &'a [u8])> {
        if !self.is_rsa() {
            return None;
        }
        let mut numbers = Element::only(self.bits, Tag::Sequence).ok()?.children().ok()?;
        let modulus = Element::expect(&mut numbers, Tag::Integer).ok()?.content;
        let exponent = Element::expect(&mut numbers, Tag::Integer).ok()?.content;
        numbers.finish().ok()?;
        Some((modulus, exponent))
    }
}
