//! An OCSP response as rules read it.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc6960;
use der::Tag;

use super::parts::extensions;
use super::{
    CertificateView, ExtensionView, FinishedView, IssuerFacts, TimeView, context, explicit,
};
use crate::base::cert_id::CertHash;
use crate::base::element::Element;
use crate::tbs::{Content as _, OcspPlan};

/// An OCSPResponse (RFC 6960 §4.2.1), with what is known around it.
#[derive(Debug)]
pub(in crate::lint) struct OcspView<'a> {
    /// What it should say, for a response of ours.
    pub plan: Option<&'a OcspPlan>,
    /// Who issued the certificates it is about, when known.
    pub authority: Option<IssuerFacts<'a>>,
    /// Content of the responseStatus ENUMERATED.
    pub status: &'a [u8],
    /// responseType, if there are responseBytes.
    pub response_type: Option<ObjectIdentifier>,
    /// The response, if its type is id-pkix-ocsp-basic.
    pub basic: Option<BasicView<'a>>,
}

/// A BasicOCSPResponse with its ResponseData.
#[derive(Debug)]
pub(in crate::lint) struct BasicView<'a> {
    /// The signature.
    pub finished: FinishedView<'a>,
    /// Content of the version INTEGER; none when it is left to its default.
    pub version: Option<&'a [u8]>,
    /// byName `[1]` or byKey `[2]`.
    pub responder_id: Element<'a>,
    pub produced_at: TimeView<'a>,
    pub responses: Vec<SingleView<'a>>,
    pub extensions: Vec<ExtensionView<'a>>,
    /// The certificates that came with it, DER.
    pub certificates: Vec<&'a [u8]>,
    /// The one of them that the responder identifier means.
    pub responder: Option<CertificateView<'a>>,
}

/// A SingleResponse.
#[derive(Debug)]
pub(in crate::lint) struct SingleView<'a> {
    pub cert_id: CertIdView<'a>,
    pub status: StatusView<'a>,
    pub this_update: TimeView<'a>,
    pub next_update: Option<TimeView<'a>>,
    pub extensions: Vec<ExtensionView<'a>>,
}

/// A CertID (RFC 6960 §4.1.1).
#[derive(Clone, Copy, Debug)]
pub(in crate::lint) struct CertIdView<'a> {
    /// All of it.
    pub der: &'a [u8],
    pub hash: ObjectIdentifier,
    pub issuer_name_hash: &'a [u8],
    pub issuer_key_hash: &'a [u8],
    /// Content of the serial number.
    pub serial: &'a [u8],
}

/// A CertStatus.
#[derive(Clone, Copy, Debug)]
pub(in crate::lint) enum StatusView<'a> {
    Good,
    Revoked {
        time: TimeView<'a>,
        /// Content of the CRLReason ENUMERATED, if given.
        reason: Option<&'a [u8]>,
    },
    Unknown,
}

impl<'a> OcspView<'a> {
    /// Reads a response of ours against its plan.
    pub(in crate::lint) fn planned(der: &'a [u8], plan: &'a OcspPlan) -> der::Result<Self> {
        let authority = IssuerFacts::of_authority(plan.authority());
        Ok(Self { plan: Some(plan), ..Self::foreign(der, Some(authority))? })
    }

    /// Reads a response, with the issuer of the certificates it is about if that is known.
    pub(in crate::lint) fn foreign(
        der: &'a [u8],
        authority: Option<IssuerFacts<'a>>,
    ) -> der::Result<Self> {
        let mut fields = Element::only(der, Tag::Sequence)?.children()?;
        let status = Element::expect(&mut fields, Tag::Enumerated)?.content;
        let mut view = Self { plan: None, authority, status, response_type: None, basic: None };
        if !fields.is_finished() {
            let outer = Element::expect(&mut fields, explicit(0))?;
            let mut bytes = Element::only(outer.content, Tag::Sequence)?.children()?;
            let response_type = Element::next(&mut bytes)?.oid()?;
            let response = Element::expect(&mut bytes, Tag::OctetString)?.content;
            bytes.finish()?;
            view.response_type = Some(response_type);
            if response_type == rfc6960::ID_PKIX_OCSP_BASIC {
                view.basic = Some(BasicView::read(response)?);
            }
        }
        fields.finish()?;
        Ok(view)
    }

    /// The responder's certificate, when the responder is not the CA itself, which needs no leave to
    /// answer.
    pub(in crate::lint) fn delegate(&self) -> Option<&CertificateView<'a>> {
        let responder = self.basic.as_ref()?.responder.as_ref()?;
        let is_ca =
            self.authority.map_or_else(|| responder.is_ca(), |ca| ca.spki == responder.spki);
        (!is_ca).then_some(responder)
    }
}

impl<'a> BasicView<'a> {
    fn read(der: &'a [u8]) -> der::Result<Self> {
        let mut outer = Element::only(der, Tag::Sequence)?.children()?;
        let (data, finished) = FinishedView::fields(der, &mut outer)?;
        let mut certificates = Vec::new();
        if !outer.is_finished() {
            let list = Element::expect(&mut outer, explicit(0))?.content;
            let mut list = Element::only(list, Tag::Sequence)?.children()?;
            while !list.is_finished() {
                certificates.push(Element::next(&mut list)?.raw);
            }
        }
        outer.finish()?;

        let mut fields = Element::only(data, Tag::Sequence)?.children()?;
        let mut next = Element::next(&mut fields)?;
        let mut version = None;
        if next.tag == explicit(0) {
            version = Some(Element::only(next.content, Tag::Integer)?.content);
            next = Element::next(&mut fields)?;
        }
        let responder_id = match context(next.tag) {
            Some(1 | 2) => next,
            _ => return Err(next.tag.unexpected_error(None).into()),
        };
        let produced_at = TimeView::read(Element::next(&mut fields)?);
        let mut list = Element::expect(&mut fields, Tag::Sequence)?.children()?;
        let mut responses = Vec::new();
        while !list.is_finished() {
            responses.push(SingleView::read(Element::expect(&mut list, Tag::Sequence)?)?);
        }
        let found = if fields.is_finished() {
            Vec::new()
        } else {
            let list = Element::expect(&mut fields, explicit(1))?.content;
            extensions(Element::only(list, Tag::Sequence)?)?
        };
        fields.finish()?;
        let responder = certificates
            .iter()
            .filter_map(|der| CertificateView::foreign(der, None).ok())
            .find(|certificate| is_meant(responder_id, certificate));
        Ok(Self {
            finished,
            version,
            responder_id,
            produced_at,
            responses,
            extensions: found,
            certificates,
            responder,
        })
    }

    /// The extension with this identifier.
    pub(in crate::lint) fn extension(&self, oid: ObjectIdentifier) -> Option<ExtensionView<'a>> {
        self.extensions.iter().copied().find(|extension| extension.oid == oid)
    }
}

/// RFC 6960 §4.2.1: by subject name, or by the SHA-1 of the key's octets.
fn is_meant(responder_id: Element<'_>, certificate: &CertificateView<'_>) -> bool {
    if context(responder_id.tag) == Some(1) {
        return responder_id.content == certificate.subject;
    }
    let hash = Element::only(responder_id.content, Tag::OctetString).map(|hash| hash.content);
    let key = certificate.key.map(|key| CertHash::Sha1.digest(key.bits));
    matches!((hash, key), (Ok(hash), Some(key)) if hash == key.as_ref())
}

impl<'a> SingleView<'a> {
    fn read(single: Element<'a>) -> der::Result<Self> {
        let mut fields = single.children()?;
        let cert_id = CertIdView::read(Element::expect(&mut fields, Tag::Sequence)?)?;
        let status = StatusView::read(Element::next(&mut fields)?)?;
        let this_update = TimeView::read(Element::next(&mut fields)?);
        let (mut next_update, mut found) = (None, Vec::new());
        let mut place = None;
        while !fields.is_finished() {
            let field = Element::next(&mut fields)?;
            let number = context(field.tag);
            if number <= place {
                return Err(field.tag.unexpected_error(None).into());
            }
            place = number;
            match number {
                Some(0) => {
                    let mut inner = field.children()?;
                    next_update = Some(TimeView::read(Element::next(&mut inner)?));
                    inner.finish()?;
                }
                Some(1) => found = extensions(Element::only(field.content, Tag::Sequence)?)?,
                _ => return Err(field.tag.unexpected_error(None).into()),
            }
        }
        Ok(Self { cert_id, status, this_update, next_update, extensions: found })
    }
}

impl<'a> CertIdView<'a> {
    fn read(cert_id: Element<'a>) -> der::Result<Self> {
        let mut fields = cert_id.children()?;
        let mut algorithm = Element::expect(&mut fields, Tag::Sequence)?.children()?;
        let hash = Element::next(&mut algorithm)?.oid()?;
        let issuer_name_hash = Element::expect(&mut fields, Tag::OctetString)?.content;
        let issuer_key_hash = Element::expect(&mut fields, Tag::OctetString)?.content;
        let serial = Element::expect(&mut fields, Tag::Integer)?.content;
        fields.finish()?;
        Ok(Self { der: cert_id.raw, hash, issuer_name_hash, issuer_key_hash, serial })
    }
}

impl<'a> StatusView<'a> {
    fn read(status: Element<'a>) -> der::Result<Self> {
        match context(status.tag) {
            Some(0) => Ok(Self::Good),
            Some(1) => {
                let mut fields = status.children()?;
                let time = TimeView::read(Element::next(&mut fields)?);
                let reason = if fields.is_finished() {
                    None
                } else {
                    let outer = Element::expect(&mut fields, explicit(0))?.content;
                    Some(Element::only(outer, Tag::Enumerated)?.content)
                };
                fields.finish()?;
                Ok(Self::Revoked { time, reason })
            }
            Some(2) => Ok(Self::Unknown),
            _ => Err(status.tag.unexpected_error(None).into()),
        }
    }
}
