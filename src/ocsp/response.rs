//! An OCSP response of ours, read again: is it still what would be said now?

use const_oid::db::rfc6960;
use der::asn1::GeneralizedTime;
use der::{Decode as _, ErrorKind, Tag, TagNumber};

use crate::base::cert_id::{CertId, CertIdError};
use crate::base::clock::Timestamp;
use crate::base::element::{Element, Elements};
use crate::base::revocation::Reason;
use crate::tbs::{Answer, CertStatus};

/// What a successful response says. Its signature is not looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The answers.
    pub answers: Vec<Answer>,
    /// The nonce.
    pub nonce: Option<Vec<u8>>,
    /// The certificates that came with it, DER.
    pub certificates: Vec<Vec<u8>>,
}

impl Response {
    /// Reads a response of the form that keystead makes: basic, with nextUpdate in each answer, without
    /// extensions of answers.
    ///
    /// # Errors
    /// [`CertIdError`] for anything else.
    pub fn from_der(der: &[u8]) -> Result<Self, CertIdError> {
        let mut outer = Element::only(der, Tag::Sequence)?.children()?;
        if Element::expect(&mut outer, Tag::Enumerated)?.content != [0] {
            return Err(unexpected(Tag::Enumerated));
        }
        let bytes = Element::expect(&mut outer, explicit(0))?.content;
        outer.finish()?;
        let mut bytes = Element::only(bytes, Tag::Sequence)?.children()?;
        if Element::next(&mut bytes)?.oid()? != rfc6960::ID_PKIX_OCSP_BASIC {
            return Err(unexpected(Tag::ObjectIdentifier));
        }
        let basic = Element::expect(&mut bytes, Tag::OctetString)?.content;
        bytes.finish()?;

        let mut fields = Element::only(basic, Tag::Sequence)?.children()?;
        let data = Element::expect(&mut fields, Tag::Sequence)?;
        Element::expect(&mut fields, Tag::Sequence)?;
        Element::expect(&mut fields, Tag::BitString)?;
        let mut certificates = Vec::new();
        if !fields.is_finished() {
            let list = Element::expect(&mut fields, explicit(0))?.content;
            let mut list = Element::only(list, Tag::Sequence)?.children()?;
            while !list.is_finished() {
                certificates.push(Element::next(&mut list)?.raw.to_vec());
            }
        }
        fields.finish()?;

        let mut data = data.children()?;
        Element::next(&mut data)?;
        time(&mut data)?;
        let mut list = Element::expect(&mut data, Tag::Sequence)?.children()?;
        let mut answers = Vec::new();
        while !list.is_finished() {
            answers.push(answer(Element::expect(&mut list, Tag::Sequence)?)?);
        }
        let mut nonce = None;
        if !data.is_finished() {
            nonce = Some(only_nonce(Element::expect(&mut data, explicit(1))?)?);
        }
        data.finish()?;
        Ok(Self { answers, nonce, certificates })
    }
}

fn answer(single: Element<'_>) -> Result<Answer, CertIdError> {
    let mut fields = single.children()?;
    let id = CertId::read(Element::next(&mut fields)?)?;
    let status = status(Element::next(&mut fields)?)?;
    let this_update = time(&mut fields)?;
    let mut next = Element::expect(&mut fields, explicit(0))?.children()?;
    let next_update = time(&mut next)?;
    next.finish()?;
    fields.finish()?;
    Ok(Answer { id, status, this_update, next_update })
}

fn status(element: Element<'_>) -> Result<CertStatus, CertIdError> {
    match element.tag {
        Tag::ContextSpecific { number: TagNumber(0), .. } => Ok(CertStatus::Good),
        Tag::ContextSpecific { number: TagNumber(2), .. } => Ok(CertStatus::Unknown),
        Tag::ContextSpecific { constructed: true, number: TagNumber(1) } => {
            let mut fields = element.children()?;
            let date = time(&mut fields)?;
            let mut reason = Reason::Unspecified;
            if !fields.is_finished() {
                let code = Element::expect(&mut fields, explicit(0))?.content;
                let code = Element::only(code, Tag::Enumerated)?.content;
                let known = code.first().filter(|_| code.len() == 1).copied();
                reason = known.and_then(Reason::from_code).ok_or(unexpected(Tag::Enumerated))?;
            }
            fields.finish()?;
            Ok(CertStatus::Revoked { date, reason })
        }
        other => Err(unexpected(other)),
    }
}

fn time(fields: &mut Elements<'_>) -> der::Result<Timestamp> {
    let element = Element::expect(fields, Tag::GeneralizedTime)?;
    let time = GeneralizedTime::from_der(element.raw)?;
    Ok(Timestamp::from_unix(time.to_unix_duration().as_secs()))
}

fn only_nonce(list: Element<'_>) -> Result<Vec<u8>, CertIdError> {
    let mut list = Element::only(list.content, Tag::Sequence)?.children()?;
    let mut extension = Element::expect(&mut list, Tag::Sequence)?.children()?;
    list.finish()?;
    if Element::next(&mut extension)?.oid()? != rfc6960::ID_PKIX_OCSP_NONCE {
        return Err(unexpected(Tag::ObjectIdentifier));
    }
    let value = Element::expect(&mut extension, Tag::OctetString)?.content;
    Ok(Element::only(value, Tag::OctetString)?.content.to_vec())
}

fn explicit(number: u32) -> Tag {
    Tag::ContextSpecific { constructed: true, number: TagNumber(number) }
}

fn unexpected(tag: Tag) -> CertIdError {
    der::Error::from(ErrorKind::Value { tag }).into()
}
