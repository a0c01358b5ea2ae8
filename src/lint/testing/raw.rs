//! Parts of certificates that say whatever a test wants, right or wrong.

use const_oid::ObjectIdentifier;
use const_oid::db::{rfc5280, rfc5912};
use der::Encode as _;

use super::{Draft, tlv};

pub(crate) const UTF8_STRING: u8 = 0x0c;
pub(crate) const PRINTABLE_STRING: u8 = 0x13;
pub(crate) const IA5_STRING: u8 = 0x16;

/// A SEQUENCE of these complete elements.
pub(crate) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

/// A complete OBJECT IDENTIFIER.
pub(crate) fn oid(oid: ObjectIdentifier) -> Vec<u8> {
    oid.to_der().unwrap()
}

/// A complete OBJECT IDENTIFIER from its dotted form.
pub(crate) fn dotted(text: &str) -> Vec<u8> {
    oid(ObjectIdentifier::new_unwrap(text))
}

/// A complete AttributeTypeAndValue.
pub(crate) fn attribute(kind: ObjectIdentifier, tag: u8, value: &[u8]) -> Vec<u8> {
    sequence(&[&oid(kind), &tlv(tag, value)])
}

/// A complete Name from complete attributes, by RDN.
pub(crate) fn name(rdns: &[&[Vec<u8>]]) -> Vec<u8> {
    let rdns: Vec<Vec<u8>> = rdns.iter().map(|rdn| tlv(0x31, &rdn.concat())).collect();
    tlv(0x30, &rdns.concat())
}

/// A complete Name of one attribute.
pub(crate) fn name_of(kind: ObjectIdentifier, tag: u8, value: &[u8]) -> Vec<u8> {
    name(&[&[attribute(kind, tag, value)]])
}

/// A complete general name of a primitive kind.
pub(crate) fn general_name(number: u32, value: &[u8]) -> Vec<u8> {
    tlv(0x80 | u8::try_from(number).unwrap(), value)
}

/// The value of a cRLDistributionPoints with one point that has this full name.
pub(crate) fn point(full_name: &[u8]) -> Vec<u8> {
    sequence(&[&sequence(&[&tlv(0xa0, &tlv(0xa0, full_name))])])
}

/// The value of an authorityInfoAccess with one location.
pub(crate) fn access(method: ObjectIdentifier, location: &[u8]) -> Vec<u8> {
    sequence(&[&sequence(&[&oid(method), location])])
}

/// The value of a nameConstraints with one permitted subtree of this complete general name.
pub(crate) fn permitted(base: &[u8]) -> Vec<u8> {
    sequence(&[&tlv(0xa0, &sequence(&[base]))])
}

/// The value of a certificatePolicies with one policy, 1.3.6.1.4.1.99999.1, and its complete qualifiers.
pub(crate) fn policy(qualifiers: &[&[u8]]) -> Vec<u8> {
    let list = if qualifiers.is_empty() { Vec::new() } else { sequence(qualifiers) };
    sequence(&[&sequence(&[&dotted("1.3.6.1.4.1.99999.1"), &list])])
}

/// A complete qualifier that is a notice with this explicit text.
pub(crate) fn notice(tag: u8, text: &[u8]) -> Vec<u8> {
    sequence(&[&oid(rfc5280::ID_QT_UNOTICE), &sequence(&[&tlv(tag, text)])])
}

/// A complete SubjectPublicKeyInfo.
pub(crate) fn key(algorithm: &[&[u8]], octets: &[u8]) -> Vec<u8> {
    sequence(&[&sequence(algorithm), &tlv(0x03, &[&[0], octets].concat())])
}

/// A complete SubjectPublicKeyInfo of an RSA key with these contents of its INTEGERs.
pub(crate) fn rsa_key(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let numbers = sequence(&[&tlv(0x02, modulus), &tlv(0x02, exponent)]);
    key(&[&oid(rfc5912::RSA_ENCRYPTION), &[5, 0]], &numbers)
}

/// A complete SubjectPublicKeyInfo of an EC key on this curve.
pub(crate) fn ec_key(curve: ObjectIdentifier, point: &[u8]) -> Vec<u8> {
    key(&[&oid(rfc5912::ID_EC_PUBLIC_KEY), &oid(curve)], point)
}

impl Draft {
    /// Adds the extension, or puts it in the place of the one that is there.
    pub(crate) fn set(&mut self, oid: ObjectIdentifier, critical: bool, value: &[u8]) {
        match self.extensions.iter_mut().find(|extension| extension.0 == oid) {
            Some(there) => *there = (oid, critical, value.to_vec()),
            None => self.add(oid, critical, value),
        }
    }

    /// Sets subjectAltName to these complete general names.
    pub(crate) fn set_sans(&mut self, names: &[Vec<u8>]) {
        self.set(rfc5280::ID_CE_SUBJECT_ALT_NAME, false, &tlv(0x30, &names.concat()));
    }

    /// Sets subjectAltName to these dNSNames.
    pub(crate) fn set_dns(&mut self, names: &[&str]) {
        let names: Vec<_> = names.iter().map(|name| general_name(2, name.as_bytes())).collect();
        self.set_sans(&names);
    }

    /// Sets extendedKeyUsage.
    pub(crate) fn set_purposes(&mut self, purposes: &[ObjectIdentifier]) {
        let list: Vec<u8> = purposes.iter().flat_map(|purpose| oid(*purpose)).collect();
        self.set(rfc5280::ID_CE_EXT_KEY_USAGE, false, &tlv(0x30, &list));
    }

    /// Sets extendedKeyUsage to serverAuth and clientAuth.
    pub(crate) fn set_both_purposes(&mut self) {
        self.set_purposes(&[rfc5280::ID_KP_SERVER_AUTH, rfc5280::ID_KP_CLIENT_AUTH]);
    }

    /// Sets keyUsage to the content of a BIT STRING.
    pub(crate) fn set_key_usage(&mut self, content: &[u8]) {
        self.set(rfc5280::ID_CE_KEY_USAGE, true, &tlv(0x03, content));
    }
}
