//! A PKCS#10 request as rules read it.

use der::{Tag, TagNumber};

use super::FinishedView;
use crate::base::element::Element;
use crate::profile::Plan;

/// A CertificationRequestInfo (RFC 2986 §4.1).
#[derive(Debug)]
pub(in crate::lint) struct RequestView<'a> {
    /// What it should be; none for a request that is not ours.
    pub plan: Option<&'a Plan>,
    /// The signature, when it is there already.
    pub finished: Option<FinishedView<'a>>,
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

impl<'a> RequestView<'a> {
    /// Reads the bytes to be signed.
    pub(in crate::lint) fn planned(der: &'a [u8], plan: &'a Plan) -> der::Result<Self> {
        Ok(Self { plan: Some(plan), ..Self::read(der)? })
    }

    /// Reads a signed request that is not ours, or is just made.
    pub(in crate::lint) fn finished(der: &'a [u8], plan: Option<&'a Plan>) -> der::Result<Self> {
        let (info, finished) = FinishedView::read(der)?;
        Ok(Self { plan, finished: Some(finished), ..Self::read(info)? })
    }

    fn read(der: &'a [u8]) -> der::Result<Self> {
        let mut fields = Element::only(der, Tag::Sequence)?.children()?;
        let version = Element::expect(&mut fields, Tag::Integer)?.content;
        let subject = Element::expect(&mut fields, Tag::Sequence)?.raw;
        let spki = Element::expect(&mut fields, Tag::Sequence)?.raw;
        let context_0 = Tag::ContextSpecific { constructed: true, number: TagNumber(0) };
        let attributes = Element::expect(&mut fields, context_0)?.content;
        fields.finish()?;
        Ok(Self { plan: None, finished: None, der, version, subject, spki, attributes })
    }
}
