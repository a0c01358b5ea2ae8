//! A certificate as rules read it, before or after its signature, ours or not.

use std::borrow::Cow;

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280;
use der::flagset::FlagSet;
use der::{Decode, Tag};
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage, KeyUsages};

use super::extensions::check_syntax;
use super::names::{DNS, text};
use super::parts::{attributes, authority_key_id, extensions, look_into};
use super::{
    AttributeView, ExtensionView, FinishedView, IssuerFacts, KeyView, TimeView,
    UnreadableExtension, context, explicit,
};
use crate::base::element::Element;
use crate::base::serial::SerialNumber;
use crate::profile::Plan;
use crate::tbs::Tbs;

/// A TBSCertificate (RFC 5280 §4.1), with what is known around it.
#[derive(Debug)]
pub(in crate::lint) struct CertificateView<'a> {
    /// What it should be; none for a certificate that is not ours.
    pub plan: Option<&'a Plan>,
    /// The serial number that it should have; none for a certificate that is not ours.
    pub planned_serial: Option<SerialNumber>,
    /// Who signs, when known: always with a plan.
    pub authority: Option<IssuerFacts<'a>>,
    /// The signature, when it is there already.
    pub finished: Option<FinishedView<'a>>,
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
    /// The bit of each extension, [`presence`]: most rules ask for one that is not there.
    present: u64,
    /// Those whose value is not what their identifier promises; what follows is without them.
    pub unreadable: Vec<UnreadableExtension>,
    pub basic_constraints: Option<BasicConstraints>,
    pub key_usage: Option<FlagSet<KeyUsages>>,
    pub extended_key_usage: Vec<ObjectIdentifier>,
    /// Content of the subject key identifier.
    pub subject_key_id: Option<&'a [u8]>,
    /// keyIdentifier of the authority key identifier.
    pub authority_key_id: Option<&'a [u8]>,
    /// The GeneralNames of subjectAltName.
    pub sans: Vec<Element<'a>>,
    /// The dNSNames among them, as text: what many rules read.
    pub(super) dns: Vec<Cow<'a, str>>,
}

impl<'a> CertificateView<'a> {
    /// Reads the bytes to be signed.
    pub(in crate::lint) fn planned(tbs: &'a Tbs) -> der::Result<Self> {
        Self::of_plan(tbs.as_der(), tbs)
    }

    /// Reads a certificate of ours with its signature.
    pub(in crate::lint) fn issued(der: &'a [u8], linted: &'a Tbs) -> der::Result<Self> {
        let (tbs, finished) = FinishedView::read(der)?;
        Ok(Self { finished: Some(finished), ..Self::of_plan(tbs, linted)? })
    }

    /// Reads any certificate, with its issuer if that is known.
    pub(in crate::lint) fn foreign(
        der: &'a [u8],
        authority: Option<IssuerFacts<'a>>,
    ) -> der::Result<Self> {
        let (tbs, finished) = FinishedView::read(der)?;
        Ok(Self { authority, finished: Some(finished), ..Self::read(tbs)? })
    }

    /// Reads `der` against the plan and serial of `tbs`.
    fn of_plan(der: &'a [u8], tbs: &'a Tbs) -> der::Result<Self> {
        let plan = tbs.plan();
        Ok(Self {
            plan: Some(plan),
            planned_serial: tbs.serial(),
            authority: Some(IssuerFacts::of_authority(plan.authority())),
            ..Self::read(der)?
        })
    }

    fn read(der: &'a [u8]) -> der::Result<Self> {
        let mut fields = Element::only(der, Tag::Sequence)?.children()?;
        let mut next = Element::next(&mut fields)?;
        let mut version = None;
        if next.tag == explicit(0) {
            version = Some(Element::only(next.content, Tag::Integer)?.content);
            next = Element::next(&mut fields)?;
        }
        next.tag.assert_eq(Tag::Integer)?;
        let serial = next.content;
        let algorithm = Element::expect(&mut fields, Tag::Sequence)?.raw;
        let issuer = Element::expect(&mut fields, Tag::Sequence)?;
        let mut times = Element::expect(&mut fields, Tag::Sequence)?.children()?;
        let not_before = TimeView::read(Element::next(&mut times)?);
        let not_after = TimeView::read(Element::next(&mut times)?);
        times.finish()?;
        let subject = Element::expect(&mut fields, Tag::Sequence)?;
        let spki = Element::expect(&mut fields, Tag::Sequence)?.raw;
        let mut view = Self {
            plan: None,
            planned_serial: None,
            authority: None,
            finished: None,
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
            present: 0,
            unreadable: Vec::new(),
            basic_constraints: None,
            key_usage: None,
            extended_key_usage: Vec::new(),
            subject_key_id: None,
            authority_key_id: None,
            sans: Vec::new(),
            dns: Vec::new(),
        };
        while !fields.is_finished() {
            let field = Element::next(&mut fields)?;
            if field.tag == explicit(3) {
                view.read_extensions(Element::only(field.content, Tag::Sequence)?)?;
            } else if matches!(context(field.tag), Some(1 | 2)) {
                view.has_unique_id = true;
            } else {
                return Err(field.tag.unexpected_error(None).into());
            }
        }
        Ok(view)
    }

    fn read_extensions(&mut self, list: Element<'a>) -> der::Result<()> {
        let found = extensions(list)?;
        self.unreadable = look_into(&found, |extension| self.look_into(extension));
        self.present = found.iter().fold(0, |bits, extension| bits | presence(extension.oid));
        self.extensions = found;
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
                self.authority_key_id = authority_key_id(value)?;
            }
            rfc5280::ID_CE_SUBJECT_ALT_NAME => {
                let mut names = Element::only(value, Tag::Sequence)?.children()?;
                while !names.is_finished() {
                    let name = Element::next(&mut names)?;
                    self.sans.push(name);
                    if context(name.tag) == Some(DNS) {
                        self.dns.push(text(name.content));
                    }
                }
            }
            _ => check_syntax(extension)?,
        }
        Ok(())
    }

    /// The extension with this identifier.
    pub(in crate::lint) fn extension(&self, oid: ObjectIdentifier) -> Option<ExtensionView<'a>> {
        if self.present & presence(oid) == 0 {
            return None;
        }
        self.extensions.iter().copied().find(|extension| extension.oid == oid)
    }

    /// Whether the bytes say CA:TRUE.
    pub(in crate::lint) fn is_ca(&self) -> bool {
        self.basic_constraints.as_ref().is_some_and(|constraints| constraints.ca)
    }

    /// Whether the bytes do not say CA:TRUE.
    pub(in crate::lint) fn is_leaf(&self) -> bool {
        !self.is_ca()
    }

    /// Whether subject and issuer are the same name (RFC 5280 §3.2).
    pub(in crate::lint) fn is_self_issued(&self) -> bool {
        self.subject == self.issuer
    }

    /// Whether the key usages hold this one.
    pub(in crate::lint) fn has_usage(&self, usage: KeyUsages) -> bool {
        self.key_usage.is_some_and(|usages| usages.contains(usage))
    }

    /// The values of one attribute type in the subject.
    pub(in crate::lint) fn attributes_of(
        &self,
        oid: ObjectIdentifier,
    ) -> impl Iterator<Item = &AttributeView<'a>> {
        self.attributes.iter().filter(move |attribute| attribute.oid == oid)
    }

    /// The content of subject alternative names with this context tag (RFC 5280 §4.2.1.6).
    pub(in crate::lint) fn sans_of(&self, number: u32) -> impl Iterator<Item = &'a [u8]> {
        self.sans.iter().filter(move |san| context(san.tag) == Some(number)).map(|san| san.content)
    }
}

/// One bit for an identifier, which others may share: those of RFC 5280 differ in their last arc, and
/// have different ones.
fn presence(oid: ObjectIdentifier) -> u64 {
    1 << (oid.as_bytes().last().copied().unwrap_or_default() % 64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn an_extension_is_found_when_it_is_alone_and_when_it_is_there_twice() {
        let oid = rfc5280::ID_CE_KEY_USAGE;
        let alone = Sample::server().changed(|draft| draft.extensions.retain(|one| one.0 == oid));
        let twice = Sample::server().changed(|draft| {
            let again = draft.extension(oid).clone();
            draft.extensions.push(again);
        });
        for tbs in [alone, twice] {
            assert!(CertificateView::planned(&tbs).unwrap().extension(oid).is_some());
        }
    }
}
