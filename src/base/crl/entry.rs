//! The entries of a CRL, read one at a time without copies (RFC 5280 §5.1.2.6, §5.3).

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280;
use der::asn1::GeneralizedTime;
use der::{Decode as _, ErrorKind, Tag};
use x509_cert::time::Time;

use crate::base::clock::Timestamp;
use crate::base::element::{Element, Elements};
use crate::base::revocation::Reason;

/// A revoked certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CrlEntry<'a> {
    /// Who issued the certificate, in an indirect CRL: the GeneralNames of the last certificateIssuer
    /// (§5.3.3), DER. None stands for the issuer of the CRL.
    pub issuer: Option<&'a [u8]>,
    /// Content octets of the serial number.
    pub serial: &'a [u8],
    /// When it was revoked.
    pub date: Timestamp,
    /// The reason code (§5.3.1), any number; none when there is none.
    pub reason: Option<u8>,
    /// Since when its key may be in wrong hands (§5.3.2).
    pub invalidity: Option<Timestamp>,
}

/// Which certificate an entry is about: its issuer, then its serial number in ascending order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryKey<'a> {
    issuer: Option<&'a [u8]>,
    octets: usize,
    serial: &'a [u8],
}

/// Entries in the order of the CRL.
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    rest: Elements<'a>,
    issuer: Option<&'a [u8]>,
}

/// What is wrong with an entry or an extension.
#[derive(Debug, thiserror::Error)]
pub enum FieldError {
    /// It is not strict DER, or not what belongs there.
    #[error("it is not in DER what belongs there")]
    Encoding(#[from] der::Error),
    /// Which of the two counts nobody can tell (RFC 5280 §4.2).
    #[error("the extension {0} is there twice")]
    Twice(ObjectIdentifier),
}

impl<'a> CrlEntry<'a> {
    /// Which certificate it is about.
    pub fn key(&self) -> EntryKey<'a> {
        EntryKey { issuer: self.issuer, octets: self.serial.len(), serial: self.serial }
    }

    /// Whether the certificate is only on hold, and may come back.
    pub fn is_on_hold(&self) -> bool {
        self.reason == Some(Reason::CertificateHold.code())
    }

    /// The reason as RFC 5280 §5.3.1 names it: `keyCompromise`; a number that it does not name as it is.
    /// None is unspecified.
    pub fn reason_name(&self) -> String {
        let code = self.reason.unwrap_or_default();
        Reason::from_code(code).map_or_else(|| code.to_string(), |reason| reason.name().to_owned())
    }

    /// Reads the next entry; `issuer` is that of the one before.
    fn read(reader: &mut Elements<'a>, issuer: Option<&'a [u8]>) -> Result<Self, FieldError> {
        let mut fields = Element::expect(reader, Tag::Sequence)?.children()?;
        let serial = integer(Element::next(&mut fields)?)?;
        let date = time(Element::next(&mut fields)?)?;
        let mut entry = Self { issuer, serial, date, reason: None, invalidity: None };
        if !fields.is_finished() {
            let mut list = Element::expect(&mut fields, Tag::Sequence)?.children()?;
            let mut own_issuer = None;
            while !list.is_finished() {
                let Extension { oid, value } = Extension::read(&mut list)?;
                match oid {
                    rfc5280::ID_CE_CRL_REASONS => once(&mut entry.reason, reason(value)?, oid)?,
                    rfc5280::ID_CE_INVALIDITY_DATE => {
                        let date = GeneralizedTime::from_der(value)?;
                        let date = Timestamp::from_unix(date.to_unix_duration().as_secs());
                        once(&mut entry.invalidity, date, oid)?;
                    }
                    rfc5280::ID_CE_CERTIFICATE_ISSUER => {
                        once(&mut own_issuer, Element::only(value, Tag::Sequence)?.raw, oid)?;
                    }
                    _ => {}
                }
            }
            entry.issuer = own_issuer.or(issuer);
        }
        fields.finish()?;
        Ok(entry)
    }
}

impl<'a> Entries<'a> {
    /// The entries of revokedCertificates.
    pub(super) fn new(list: Elements<'a>) -> Self {
        Self { rest: list, issuer: None }
    }

    /// The next entry; none at the end.
    pub(super) fn read(&mut self) -> Result<Option<CrlEntry<'a>>, FieldError> {
        if self.rest.is_finished() {
            return Ok(None);
        }
        let entry = CrlEntry::read(&mut self.rest, self.issuer)?;
        self.issuer = entry.issuer;
        Ok(Some(entry))
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = CrlEntry<'a>;

    fn next(&mut self) -> Option<CrlEntry<'a>> {
        // Whoever made the CRL readable has read all of them without an error.
        self.read().ok().flatten()
    }
}

/// An Extension, of which `critical` is of no matter here.
pub(super) struct Extension<'a> {
    pub(super) oid: ObjectIdentifier,
    /// Content of the OCTET STRING.
    pub(super) value: &'a [u8],
}

impl<'a> Extension<'a> {
    pub(super) fn read(reader: &mut Elements<'a>) -> der::Result<Self> {
        let mut parts = Element::expect(reader, Tag::Sequence)?.children()?;
        let oid = Element::next(&mut parts)?.oid()?;
        let mut value = Element::next(&mut parts)?;
        if value.tag == Tag::Boolean {
            // FALSE is the default, which DER does not write (X.690 §11.5).
            if value.content != [0xff] {
                return Err(ErrorKind::Noncanonical { tag: Tag::Boolean }.into());
            }
            value = Element::next(&mut parts)?;
        }
        value.tag.assert_eq(Tag::OctetString)?;
        parts.finish()?;
        Ok(Self { oid, value: value.content })
    }
}

/// The content of an INTEGER in its one encoding (X.690 §8.3.2).
pub(super) fn integer(element: Element<'_>) -> der::Result<&[u8]> {
    element.tag.assert_eq(Tag::Integer)?;
    match element.content {
        [] => Err(ErrorKind::Length { tag: Tag::Integer }.into()),
        [0, 0..=0x7f, ..] | [0xff, 0x80..=0xff, ..] => {
            Err(ErrorKind::Noncanonical { tag: Tag::Integer }.into())
        }
        content => Ok(content),
    }
}

/// A Time of RFC 5280 §4.1.2.5.
pub(super) fn time(element: Element<'_>) -> der::Result<Timestamp> {
    Time::from_der(element.raw).as_ref().map(Timestamp::from_x509).map_err(|error| *error)
}

fn reason(value: &[u8]) -> der::Result<u8> {
    match Element::only(value, Tag::Enumerated)?.content {
        [code] => Ok(*code),
        _ => Err(ErrorKind::Value { tag: Tag::Enumerated }.into()),
    }
}

/// Sets what may be there once; `oid` is the extension that has it.
pub(super) fn once<T>(
    place: &mut Option<T>,
    value: T,
    oid: ObjectIdentifier,
) -> Result<(), FieldError> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(FieldError::Twice(oid)),
    }
}
