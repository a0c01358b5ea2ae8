//! The bytes to be signed as rules read them: parsed once per check, without copies.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280;
use der::flagset::FlagSet;
use der::{Decode, Reader as _, SliceReader, Tag, TagNumber};
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage, KeyUsages};

use crate::base::clock::Timestamp;
use crate::base::element::Element;
use crate::profile::Plan;

pub(super) mod extensions;
mod key;
pub(super) mod names;

pub(super) use extensions::algorithm;
pub(super) use key::KeyView;

/// A TBSCertificate (RFC 5280 §4.1) with the plan that says what it should be.
#[derive(Debug)]
pub(super) struct CertificateView<'a> {
    pub plan: &'a Plan,
    /// The whole TBSCertificate.
    pub der: &'a [u8],
    /// Content of the version INTEGER; none for v1.
    pub version: Option<&'a [u8]>,
    /// Content of the serial number.
    pub serial: &'a [u8],
    /// The AlgorithmIdentifier.
    pub algorithm: &'a [u8],
    /// The Name.
    pub issuer: &'a [u8],
    /// The attributes of the issuer, all RDNs in a row.
    pub issuer_attributes: Vec<AttributeView<'a>>,
    pub not_before: TimeView<'a>,
    pub not_after: TimeView<'a>,
    /// The Name.
    pub subject: &'a [u8],
    /// The attributes of the subject, all RDNs in a row.
    pub attributes: Vec<AttributeView<'a>>,
    /// The SubjectPublicKeyInfo.
    pub spki: &'a [u8],
    /// The same, read; none when it has not its form.
    pub key: Option<KeyView<'a>>,
    /// Whether issuerUniqueID or subjectUniqueID is there.
    pub has_unique_id: bool,
    pub extensions: Vec<ExtensionView<'a>>,
    pub basic_constraints: Option<BasicConstraints>,
    pub key_usage: Option<FlagSet<KeyUsages>>,
    pub extended_key_usage: Vec<ObjectIdentifier>,
    /// Content of the subject key identifier.
    pub subject_key_id: Option<&'a [u8]>,
    /// keyIdentifier of the authority key identifier.
    pub authority_key_id: Option<&'a [u8]>,
    /// The GeneralNames of subjectAltName.
    pub sans: Vec<Element<'a>>,
}

/// A CertificationRequestInfo (RFC 2986 §4.1) with the plan that says what it should be.
#[derive(Debug)]
pub(super) struct RequestView<'a> {
    pub plan: &'a Plan,
    /// The whole CertificationRequestInfo.
    pub der: &'a [u8],
    /// Content of the version INTEGER.
    pub version: &'a [u8],
    /// The Name.
    pub subject: &'a [u8],
    /// The SubjectPublicKeyInfo.
    pub spki: &'a [u8],
    /// Content of the attributes field.
    pub attributes: &'a [u8],
}

/// A Time as it is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct TimeView<'a> {
    pub tag: Tag,
    pub text: &'a [u8],
    pub instant: Timestamp,
}

/// An AttributeTypeAndValue of the subject.
#[derive(Clone, Copy, Debug)]
pub(super) struct AttributeView<'a> {
    /// Which RDN it is in, from 0.
    pub rdn: usize,
    pub oid: ObjectIdentifier,
    pub tag: Tag,
    pub value: &'a [u8],
}

impl AttributeView<'_> {
    /// The value as text, with replacement characters where it is none.
    pub(super) fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(self.value)
    }
}

/// An Extension.
#[derive(Clone, Copy, Debug)]
pub(super) struct ExtensionView<'a> {
    pub oid: ObjectIdentifier,
    pub critical: bool,
    /// Whether `critical FALSE` is written out, which DER forbids (X.690 §11.5).
    pub default_written: bool,
    /// Content of the OCTET STRING.
    pub value: &'a [u8],
}

impl<'a> CertificateView<'a> {
    /// Reads the fields, and the extensions that rules look into.
    pub(super) fn read(der: &'a [u8], plan: &'a Plan) -> der::Result<Self> {
        let mut fields = Element::only(der, Tag::Sequence)?.children()?;
        let mut next = Element::next(&mut fields)?;
        let mut version = None;
        if context(next.tag) == Some(0) {
            version = Some(Element::only(next.content, Tag::Integer)?.content);
            next = Element::next(&mut fields)?;
        }
        next.tag.assert_eq(Tag::Integer)?;
        let serial = next.content;
        let algorithm = Element::expect(&mut fields, Tag::Sequence)?.raw;
        let issuer = Element::expect(&mut fields, Tag::Sequence)?;
        let mut times = Element::expect(&mut fields, Tag::Sequence)?.children()?;
        let (not_before, not_after) = (time(&mut times)?, time(&mut times)?);
        times.finish()?;
        let subject = Element::expect(&mut fields, Tag::Sequence)?;
        let spki = Element::expect(&mut fields, Tag::Sequence)?.raw;
        let mut view = Self {
            plan,
            der,
            version,
            serial,
            algorithm,
            issuer: issuer.raw,
            issuer_attributes: attributes(issuer)?,
            not_before,
            not_after,
            subject: subject.raw,
            attributes: attributes(subject)?,
            spki,
            key: KeyView::read(spki).ok(),
            has_unique_id: false,
            extensions: Vec::new(),
            basic_constraints: None,
            key_usage: None,
            extended_key_usage: Vec::new(),
            subject_key_id: None,
            authority_key_id: None,
            sans: Vec::new(),
        };
        while !fields.is_finished() {
            let field = Element::next(&mut fields)?;
            match context(field.tag) {
                Some(1 | 2) => view.has_unique_id = true,
                Some(3) => view.read_extensions(Element::only(field.content, Tag::Sequence)?)?,
                _ => return Err(field.tag.unexpected_error(None).into()),
            }
        }
        Ok(view)
    }

    fn read_extensions(&mut self, list: Element<'a>) -> der::Result<()> {
        let mut reader = list.children()?;
        self.extensions.reserve(10);
        while !reader.is_finished() {
            let mut parts = Element::expect(&mut reader, Tag::Sequence)?.children()?;
            let oid = Element::next(&mut parts)?.oid()?;
            let mut next = Element::next(&mut parts)?;
            let written = next.tag == Tag::Boolean;
            let critical = written && next.content != [0];
            if written {
                next = Element::next(&mut parts)?;
            }
            next.tag.assert_eq(Tag::OctetString)?;
            parts.finish()?;
            let extension = ExtensionView {
                oid,
                critical,
                default_written: written && !critical,
                value: next.content,
            };
            self.look_into(extension)?;
            self.extensions.push(extension);
        }
        Ok(())
    }

    fn look_into(&mut self, extension: ExtensionView<'a>) -> der::Result<()> {
        let value = extension.value;
        match extension.oid {
            rfc5280::ID_CE_BASIC_CONSTRAINTS => {
                self.basic_constraints = Some(BasicConstraints::from_der(value)?);
            }
            rfc5280::ID_CE_KEY_USAGE => self.key_usage = Some(KeyUsage::from_der(value)?.0),
            rfc5280::ID_CE_EXT_KEY_USAGE => {
                let mut usages = Element::only(value, Tag::Sequence)?.children()?;
                while !usages.is_finished() {
                    self.extended_key_usage.push(Element::next(&mut usages)?.oid()?);
                }
            }
            rfc5280::ID_CE_SUBJECT_KEY_IDENTIFIER => {
                self.subject_key_id = Some(Element::only(value, Tag::OctetString)?.content);
            }
            rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER => {
                let mut parts = Element::only(value, Tag::Sequence)?.children()?;
                while !parts.is_finished() {
                    let part = Element::next(&mut parts)?;
                    if context(part.tag) == Some(0) {
                        self.authority_key_id = Some(part.content);
                    }
                }
            }
            rfc5280::ID_CE_SUBJECT_ALT_NAME => {
                let mut names = Element::only(value, Tag::Sequence)?.children()?;
                while !names.is_finished() {
                    self.sans.push(Element::next(&mut names)?);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The extension with this identifier.
    pub(super) fn extension(&self, oid: ObjectIdentifier) -> Option<ExtensionView<'a>> {
        self.extensions.iter().copied().find(|extension| extension.oid == oid)
    }

    /// Whether the bytes say CA:TRUE.
    pub(super) fn is_ca(&self) -> bool {
        self.basic_constraints.as_ref().is_some_and(|constraints| constraints.ca)
    }

    /// Whether the bytes do not say CA:TRUE.
    pub(super) fn is_leaf(&self) -> bool {
        !self.is_ca()
    }

    /// Whether the key usages hold this one.
    pub(super) fn has_usage(&self, usage: KeyUsages) -> bool {
        self.key_usage.is_some_and(|usages| usages.contains(usage))
    }

    /// The values of one attribute type in the subject.
    pub(super) fn attributes_of(
        &self,
        oid: ObjectIdentifier,
    ) -> impl Iterator<Item = &AttributeView<'a>> {
        self.attributes.iter().filter(move |attribute| attribute.oid == oid)
    }

    /// The content of subject alternative names with this context tag (RFC 5280 §4.2.1.6).
    pub(super) fn sans_of(&self, number: u32) -> impl Iterator<Item = &'a [u8]> {
        self.sans.iter().filter(move |san| context(san.tag) == Some(number)).map(|san| san.content)
    }
}

impl<'a> RequestView<'a> {
    /// Reads the fields.
    pub(super) fn read(der: &'a [u8], plan: &'a Plan) -> der::Result<Self> {
        let mut fields = Element::only(der, Tag::Sequence)?.children()?;
        let version = Element::expect(&mut fields, Tag::Integer)?.content;
        let subject = Element::expect(&mut fields, Tag::Sequence)?.raw;
        let spki = Element::expect(&mut fields, Tag::Sequence)?.raw;
        let context_0 = Tag::ContextSpecific { constructed: true, number: TagNumber(0) };
        let attributes = Element::expect(&mut fields, context_0)?.content;
        fields.finish()?;
        Ok(Self { plan, der, version, subject, spki, attributes })
    }
}

fn context(tag: Tag) -> Option<u32> {
    match tag {
        Tag::ContextSpecific { number, .. } => Some(number.0),
        _ => None,
    }
}

fn time<'a>(reader: &mut SliceReader<'a>) -> der::Result<TimeView<'a>> {
    let element = Element::next(reader)?;
    let instant = x509_cert::time::Time::from_der(element.raw)?;
    Ok(TimeView {
        tag: element.tag,
        text: element.content,
        instant: Timestamp::from_x509(&instant),
    })
}

fn attributes<'a>(name: Element<'a>) -> der::Result<Vec<AttributeView<'a>>> {
    let mut found = Vec::with_capacity(8);
    let mut rdns = name.children()?;
    let mut number = 0;
    while !rdns.is_finished() {
        let mut rdn = Element::expect(&mut rdns, Tag::Set)?.children()?;
        while !rdn.is_finished() {
            let mut parts = Element::expect(&mut rdn, Tag::Sequence)?.children()?;
            let oid = Element::next(&mut parts)?.oid()?;
            let value = Element::next(&mut parts)?;
            parts.finish()?;
            found.push(AttributeView { rdn: number, oid, tag: value.tag, value: value.content });
        }
        number += 1;
    }
    Ok(found)
}

/// The unused-bit count and the octets of a BIT STRING, which need not fill whole octets.
pub(super) fn bit_string(element: Element<'_>) -> der::Result<(u8, &[u8])> {
    element.tag.assert_eq(Tag::BitString)?;
    match element.content.split_first() {
        Some((unused, octets)) => Ok((*unused, octets)),
        None => Err(der::ErrorKind::Value { tag: Tag::BitString }.into()),
    }
}
