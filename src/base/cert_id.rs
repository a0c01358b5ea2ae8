//! How OCSP names a certificate: hashes of its issuer's name and key, and its serial number (RFC 6960 §4.1.1).

use aws_lc_rs::digest;
use const_oid::ObjectIdentifier;
use const_oid::db::rfc5912;
use der::asn1::IntRef;
use der::{Decode, ErrorKind, Tag};

use super::element::{Element, header_len, push_header};
use super::issuer_cert::IssuerCert;

/// A hash by which a [`CertId`] names its issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CertHash {
    /// SHA-1: what nearly all clients send. It names a key here and protects nothing.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl CertHash {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Sha1, Self::Sha256, Self::Sha384, Self::Sha512];

    /// None for an algorithm that is not known here.
    pub fn of(oid: ObjectIdentifier) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.oid() == oid)
    }

    /// Its object identifier.
    pub fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Sha1 => rfc5912::ID_SHA_1,
            Self::Sha256 => rfc5912::ID_SHA_256,
            Self::Sha384 => rfc5912::ID_SHA_384,
            Self::Sha512 => rfc5912::ID_SHA_512,
        }
    }

    /// How many octets it has.
    pub fn length(self) -> usize {
        self.implementation().output_len()
    }

    /// The hash of `data`.
    pub fn digest(self, data: &[u8]) -> digest::Digest {
        digest::digest(self.implementation(), data)
    }

    fn implementation(self) -> &'static digest::Algorithm {
        match self {
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        }
    }
}

/// A CertID whose hash is known, kept as the bytes it came in: an answer repeats them, so that a client
/// finds what it asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CertId {
    der: Vec<u8>,
    hash: CertHash,
    /// Where in `der` the contents of its last three fields begin.
    places: [usize; 3],
}

/// Why a CertID is not usable.
#[derive(Debug, thiserror::Error)]
pub enum CertIdError {
    /// Not a DER CertID.
    #[error("the CertID is not DER")]
    Encoding(#[from] der::Error),
    /// A hash that is not known here.
    #[error("the CertID names its issuer by the unknown hash {0}")]
    Hash(ObjectIdentifier),
    /// A hash whose length is not that of its algorithm.
    #[error("{what} of the CertID has {found} octets, expected {expected}")]
    Length {
        /// issuerNameHash or issuerKeyHash.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The algorithm's.
        expected: usize,
    },
}

impl CertId {
    /// Reads one. The parameters of the hash algorithm are absent or NULL (RFC 4055 §2.1).
    ///
    /// # Errors
    /// [`CertIdError`].
    pub fn read(element: Element<'_>) -> Result<Self, CertIdError> {
        element.tag.assert_eq(Tag::Sequence)?;
        let mut fields = element.children()?;
        let mut algorithm = Element::expect(&mut fields, Tag::Sequence)?.children()?;
        let oid = Element::next(&mut algorithm)?.oid()?;
        if !algorithm.is_finished() && Element::expect(&mut algorithm, Tag::Null)?.raw != [5, 0] {
            return Err(der::Error::from(ErrorKind::Value { tag: Tag::Null }).into());
        }
        algorithm.finish()?;
        let name = Element::expect(&mut fields, Tag::OctetString)?.content;
        let key = Element::expect(&mut fields, Tag::OctetString)?.content;
        let serial = Element::expect(&mut fields, Tag::Integer)?;
        IntRef::from_der(serial.raw)?;
        fields.finish()?;
        let hash = CertHash::of(oid).ok_or(CertIdError::Hash(oid))?;
        let expected = hash.length();
        for (what, found) in [("issuerNameHash", name.len()), ("issuerKeyHash", key.len())] {
            if found != expected {
                return Err(CertIdError::Length { what, found, expected });
            }
        }
        // The serial is the last field, in front of it are the hashes.
        let serial_at = element.raw.len() - serial.content.len();
        let key_at = element.raw.len() - serial.raw.len() - expected;
        let name_at = key_at - header_len(expected) - expected;
        Ok(Self { der: element.raw.to_vec(), hash, places: [name_at, key_at, serial_at] })
    }

    /// Of the certificate with this serial (content octets) that `issuer` issued. The parameters of the
    /// hash are NULL, as clients write them.
    ///
    /// # Errors
    /// [`CertIdError`] when the serial is no DER integer.
    pub fn of(hash: CertHash, issuer: &IssuerCert, serial: &[u8]) -> Result<Self, CertIdError> {
        let (oid, length) = (hash.oid(), hash.length());
        let oid = oid.as_bytes();
        let algorithm = header_len(oid.len()) + oid.len() + 2;
        let hashes = 2 * (header_len(length) + length);
        let serial_length = header_len(serial.len()) + serial.len();
        let content = header_len(algorithm) + algorithm + hashes + serial_length;
        let mut der = Vec::with_capacity(header_len(content) + content);
        push_header(&mut der, 0x30, content)?;
        push_header(&mut der, 0x30, algorithm)?;
        push_header(&mut der, 0x06, oid.len())?;
        der.extend_from_slice(oid);
        der.extend_from_slice(&[0x05, 0x00]);
        for data in [issuer.subject().as_der(), issuer.spki().key_bits()] {
            push_header(&mut der, 0x04, length)?;
            der.extend_from_slice(hash.digest(data).as_ref());
        }
        push_header(&mut der, 0x02, serial.len())?;
        der.extend_from_slice(serial);
        Self::read(Element::only(&der, Tag::Sequence)?)
    }

    /// All of it.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// The hash of the two below.
    pub fn hash(&self) -> CertHash {
        self.hash
    }

    /// Hash of the issuer's name, DER.
    pub fn issuer_name_hash(&self) -> &[u8] {
        self.hash_at(self.places[0])
    }

    /// Hash of the bits of the issuer's key.
    pub fn issuer_key_hash(&self) -> &[u8] {
        self.hash_at(self.places[1])
    }

    /// The content octets of the serial number.
    pub fn serial(&self) -> &[u8] {
        self.der.get(self.places[2]..).unwrap_or_default()
    }

    fn hash_at(&self, start: usize) -> &[u8] {
        self.der.get(start..start + self.hash.length()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;

    use super::*;

    /// As `openssl ocsp -no_nonce` writes it for serial 0x0539.
    const OPENSSL: [u8; 62] = hex!(
        "303c300906052b0e03021a05000414d0c4cbd4fb7aabc4a2dfbe31d4d4a2bd2ea6a3d10414"
        "0102030405060708090a0b0c0d0e0f10111213140203010539"
    );

    fn read(der: &[u8]) -> Result<CertId, CertIdError> {
        CertId::read(Element::only(der, Tag::Sequence)?)
    }

    #[test]
    fn the_fields_of_a_cert_id_are_those_of_its_bytes() {
        let id = read(&OPENSSL).unwrap();
        assert_eq!((id.hash(), id.as_der()), (CertHash::Sha1, &OPENSSL[..]));
        assert_eq!(id.issuer_name_hash(), hex!("d0c4cbd4fb7aabc4a2dfbe31d4d4a2bd2ea6a3d1"));
        assert_eq!(id.issuer_key_hash(), hex!("0102030405060708090a0b0c0d0e0f1011121314"));
        assert_eq!(id.serial(), hex!("010539"));
    }

    #[test]
    fn a_hash_without_parameters_is_read_and_is_another_id() {
        let mut without = OPENSSL.to_vec();
        without.drain(11..13);
        (without[1], without[3]) = (0x3a, 0x07);
        let (with, without) = (read(&OPENSSL).unwrap(), read(&without).unwrap());
        assert_eq!(with.issuer_key_hash(), without.issuer_key_hash());
        assert_eq!((with.serial(), with == without), (without.serial(), false));
    }

    #[test]
    fn what_is_no_cert_id_is_refused() {
        let changed = |place: usize, octet| {
            let mut der = OPENSSL.to_vec();
            der[place] = octet;
            read(&der)
        };
        assert!(matches!(changed(10, 0x1b), Err(CertIdError::Hash(_))));
        assert!(matches!(changed(11, 0x04), Err(CertIdError::Encoding(_))));
        // A serial number with a needless leading zero.
        assert!(matches!(changed(59, 0x00), Err(CertIdError::Encoding(_))));
        let mut short = OPENSSL.to_vec();
        short.remove(15);
        (short[1], short[14]) = (0x3b, 0x13);
        assert!(matches!(read(&short), Err(CertIdError::Length { found: 19, expected: 20, .. })));
        let mut longer = OPENSSL.to_vec();
        longer.extend([5, 0]);
        longer[1] = 0x3e;
        assert!(matches!(read(&longer), Err(CertIdError::Encoding(_))));
    }
}
