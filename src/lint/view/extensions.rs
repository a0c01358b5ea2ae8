//! Extensions that few rules look into, read on demand. What cannot be read is left out here and among
//! [`CertificateView::unreadable`].

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280;
use der::{Tag, TagNumber};

use super::{CertificateView, ExtensionView, context};
use crate::base::element::Element;

/// PolicyInformation (RFC 5280 §4.2.1.4).
#[derive(Debug)]
pub(in crate::lint) struct Policy<'a> {
    pub oid: ObjectIdentifier,
    /// Identifier and value of each qualifier.
    pub qualifiers: Vec<(ObjectIdentifier, Element<'a>)>,
}

/// A UserNotice (RFC 5280 §4.2.1.4).
#[derive(Debug)]
pub(in crate::lint) struct UserNotice<'a> {
    pub has_reference: bool,
    pub text: Option<Element<'a>>,
}

/// DistributionPoint (RFC 5280 §4.2.1.13).
#[derive(Debug)]
pub(in crate::lint) struct DistributionPoint<'a> {
    /// Whether distributionPoint is there, in either form.
    pub has_name: bool,
    /// The fullName.
    pub names: Vec<Element<'a>>,
    pub has_reasons: bool,
    pub has_issuer: bool,
}

/// AccessDescription (RFC 5280 §4.2.2.1).
#[derive(Debug)]
pub(in crate::lint) struct Access<'a> {
    pub method: ObjectIdentifier,
    pub location: Element<'a>,
}

/// GeneralSubtree (RFC 5280 §4.2.1.10) with the list it stands in.
#[derive(Debug)]
pub(in crate::lint) struct Subtree<'a> {
    pub permitted: bool,
    pub base: Element<'a>,
    /// Whether minimum or maximum is written out.
    pub has_distance: bool,
}

impl<'a> CertificateView<'a> {
    /// The policies of certificatePolicies.
    pub(in crate::lint) fn policies(&self) -> Vec<Policy<'a>> {
        self.read_with(rfc5280::ID_CE_CERTIFICATE_POLICIES, policies)
    }

    /// The notices in the qualifiers of certificatePolicies.
    pub(in crate::lint) fn user_notices(&self) -> Vec<UserNotice<'a>> {
        let qualifiers = self.policies().into_iter().flat_map(|policy| policy.qualifiers);
        qualifiers
            .filter(|(kind, _)| *kind == rfc5280::ID_QT_UNOTICE)
            .filter_map(|(_, value)| user_notice(value).ok())
            .collect()
    }

    /// The pairs of policyMappings: of the issuer's domain, of the subject's.
    pub(in crate::lint) fn policy_mappings(&self) -> Vec<(ObjectIdentifier, ObjectIdentifier)> {
        self.read_with(rfc5280::ID_CE_POLICY_MAPPINGS, policy_mappings)
    }

    /// The distribution points of `oid`: cRLDistributionPoints or freshestCRL.
    pub(in crate::lint) fn points(&self, oid: ObjectIdentifier) -> Vec<DistributionPoint<'a>> {
        self.read_with(oid, points)
    }

    /// The descriptions of `oid`: authorityInfoAccess or subjectInfoAccess.
    pub(in crate::lint) fn access(&self, oid: ObjectIdentifier) -> Vec<Access<'a>> {
        self.read_with(oid, access)
    }

    /// The subtrees of nameConstraints, permitted ones first.
    pub(in crate::lint) fn subtrees(&self) -> Vec<Subtree<'a>> {
        self.read_with(rfc5280::ID_CE_NAME_CONSTRAINTS, subtrees)
    }

    /// The elements of the SEQUENCE that is the value of `oid`; none without the extension.
    pub(in crate::lint) fn elements_of(&self, oid: ObjectIdentifier) -> Option<Vec<Element<'a>>> {
        self.extension(oid).and_then(|extension| elements(extension.value).ok())
    }

    fn read_with<T>(
        &self,
        oid: ObjectIdentifier,
        read: fn(&'a [u8]) -> der::Result<Vec<T>>,
    ) -> Vec<T> {
        self.extension(oid).and_then(|extension| read(extension.value).ok()).unwrap_or_default()
    }
}

/// Whether the value of an extension has the syntax of its definition; of those read here.
///
/// # Errors
/// [`der::Error`] when it has another.
pub(super) fn check_syntax(extension: ExtensionView<'_>) -> der::Result<()> {
    let value = extension.value;
    match extension.oid {
        rfc5280::ID_CE_CERTIFICATE_POLICIES => policies(value).and_then(readable_notices),
        rfc5280::ID_CE_POLICY_MAPPINGS => policy_mappings(value).map(drop),
        rfc5280::ID_CE_CRL_DISTRIBUTION_POINTS | rfc5280::ID_CE_FRESHEST_CRL => {
            points(value).map(drop)
        }
        rfc5280::ID_PE_AUTHORITY_INFO_ACCESS | rfc5280::ID_PE_SUBJECT_INFO_ACCESS => {
            access(value).map(drop)
        }
        rfc5280::ID_CE_NAME_CONSTRAINTS => subtrees(value).map(drop),
        rfc5280::ID_CE_POLICY_CONSTRAINTS
        | rfc5280::ID_CE_ISSUER_ALT_NAME
        | rfc5280::ID_CE_SUBJECT_DIRECTORY_ATTRIBUTES => elements(value).map(drop),
        rfc5280::ID_CE_INHIBIT_ANY_POLICY => Element::only(value, Tag::Integer).map(drop),
        _ => Ok(()),
    }
}

/// The elements of one SEQUENCE.
fn elements(value: &[u8]) -> der::Result<Vec<Element<'_>>> {
    children(Element::only(value, Tag::Sequence)?)
}

/// The elements inside a constructed one.
pub(in crate::lint) fn children(outer: Element<'_>) -> der::Result<Vec<Element<'_>>> {
    let mut reader = outer.children()?;
    let mut found = Vec::new();
    while !reader.is_finished() {
        found.push(Element::next(&mut reader)?);
    }
    Ok(found)
}

fn expect(element: Element<'_>, tag: Tag) -> der::Result<Element<'_>> {
    element.tag.assert_eq(tag)?;
    Ok(element)
}

fn policies(value: &[u8]) -> der::Result<Vec<Policy<'_>>> {
    let mut found = Vec::new();
    for information in elements(value)? {
        let mut parts = expect(information, Tag::Sequence)?.children()?;
        let oid = Element::next(&mut parts)?.oid()?;
        let mut qualifiers = Vec::new();
        if !parts.is_finished() {
            for qualifier in children(Element::expect(&mut parts, Tag::Sequence)?)? {
                let mut pair = expect(qualifier, Tag::Sequence)?.children()?;
                let kind = Element::next(&mut pair)?.oid()?;
                qualifiers.push((kind, Element::next(&mut pair)?));
                pair.finish()?;
            }
        }
        parts.finish()?;
        found.push(Policy { oid, qualifiers });
    }
    Ok(found)
}

fn user_notice(value: Element<'_>) -> der::Result<UserNotice<'_>> {
    let mut notice = UserNotice { has_reference: false, text: None };
    for part in children(expect(value, Tag::Sequence)?)? {
        match part.tag {
            Tag::Sequence if !notice.has_reference && notice.text.is_none() => {
                notice.has_reference = true;
            }
            Tag::Ia5String | Tag::VisibleString | Tag::BmpString | Tag::Utf8String
                if notice.text.is_none() =>
            {
                notice.text = Some(part);
            }
            other => return Err(other.unexpected_error(None).into()),
        }
    }
    Ok(notice)
}

fn readable_notices(policies: Vec<Policy<'_>>) -> der::Result<()> {
    for (kind, value) in policies.into_iter().flat_map(|policy| policy.qualifiers) {
        if kind == rfc5280::ID_QT_UNOTICE {
            user_notice(value)?;
        }
    }
    Ok(())
}

fn policy_mappings(value: &[u8]) -> der::Result<Vec<(ObjectIdentifier, ObjectIdentifier)>> {
    let mut found = Vec::new();
    for mapping in elements(value)? {
        let mut pair = expect(mapping, Tag::Sequence)?.children()?;
        found.push((Element::next(&mut pair)?.oid()?, Element::next(&mut pair)?.oid()?));
        pair.finish()?;
    }
    Ok(found)
}

fn points(value: &[u8]) -> der::Result<Vec<DistributionPoint<'_>>> {
    let mut found = Vec::new();
    for point in elements(value)? {
        let mut read = DistributionPoint {
            has_name: false,
            names: Vec::new(),
            has_reasons: false,
            has_issuer: false,
        };
        for part in children(expect(point, Tag::Sequence)?)? {
            match context(part.tag) {
                Some(0) => {
                    read.has_name = true;
                    for name in children(part)? {
                        match context(name.tag) {
                            Some(0) => read.names.extend(children(name)?),
                            Some(1) => {}
                            _ => return Err(name.tag.unexpected_error(None).into()),
                        }
                    }
                }
                Some(1) => read.has_reasons = true,
                Some(2) => read.has_issuer = true,
                _ => return Err(part.tag.unexpected_error(None).into()),
            }
        }
        found.push(read);
    }
    Ok(found)
}

fn access(value: &[u8]) -> der::Result<Vec<Access<'_>>> {
    let mut found = Vec::new();
    for description in elements(value)? {
        let mut pair = expect(description, Tag::Sequence)?.children()?;
        let method = Element::next(&mut pair)?.oid()?;
        found.push(Access { method, location: Element::next(&mut pair)? });
        pair.finish()?;
    }
    Ok(found)
}

fn subtrees(value: &[u8]) -> der::Result<Vec<Subtree<'_>>> {
    let mut found = Vec::new();
    for list in elements(value)? {
        let permitted = match list.tag {
            Tag::ContextSpecific { constructed: true, number: TagNumber(0) } => true,
            Tag::ContextSpecific { constructed: true, number: TagNumber(1) } => false,
            other => return Err(other.unexpected_error(None).into()),
        };
        for subtree in children(list)? {
            let mut parts = expect(subtree, Tag::Sequence)?.children()?;
            let base = Element::next(&mut parts)?;
            found.push(Subtree { permitted, base, has_distance: !parts.is_finished() });
        }
    }
    Ok(found)
}

/// Identifier and parameters of a complete AlgorithmIdentifier (RFC 5280 §4.1.1.2).
pub(in crate::lint) fn algorithm(
    identifier: &[u8],
) -> der::Result<(ObjectIdentifier, Option<Element<'_>>)> {
    let mut parts = Element::only(identifier, Tag::Sequence)?.children()?;
    let oid = Element::next(&mut parts)?.oid()?;
    let parameters = if parts.is_finished() { None } else { Some(Element::next(&mut parts)?) };
    parts.finish()?;
    Ok((oid, parameters))
}
