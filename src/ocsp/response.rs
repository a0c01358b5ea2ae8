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
                certificates.push(Element::expect(&mut list, Tag::Sequence)?.raw.to_vec());
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
        // NULL, implicitly tagged: nothing is in them.
        Tag::ContextSpecific { constructed: false, number: TagNumber(number @ (0 | 2)) }
            if element.content.is_empty() =>
        {
            Ok(if number == 0 { CertStatus::Good } else { CertStatus::Unknown })
        }
        Tag::ContextSpecific { constructed: true, number: TagNumber(1) } => {
            let mut fields = element.children()?;
            let date = time(&mut fields)?;
            let mut reason = Reason::Unspecified;
            if !fields.is_finished() {
                let code = Element::expect(&mut fields, explicit(0))?.content;
                let code = Element::only(code, Tag::Enumerated)?.content;
                let known = code.first().filter(|_| code.len() == 1).copied();
                reason = known
                    .and_then(Reason::from_code)
                    .filter(|reason| *reason != Reason::Unspecified)
                    .ok_or(unexpected(Tag::Enumerated))?;
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
    extension.finish()?;
    Ok(Element::only(value, Tag::OctetString)?.content.to_vec())
}

fn explicit(number: u32) -> Tag {
    Tag::ContextSpecific { constructed: true, number: TagNumber(number) }
}

fn unexpected(tag: Tag) -> CertIdError {
    der::Error::from(ErrorKind::Value { tag }).into()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Site, extension, request, tlv};
    use super::super::{Reply, Settings};
    use super::*;
    use crate::base::cert_id::CertHash;

    /// A response with a nonce about one certificate, revoked for keyCompromise or good.
    fn response(is_revoked: bool) -> Vec<u8> {
        let site = Site::new();
        let serial = site.leaf();
        if is_revoked {
            site.revoke(&serial, Reason::KeyCompromise);
        }
        let id = CertId::of(CertHash::Sha1, site.issuer.certificate(), &serial).unwrap();
        let nonce = extension(rfc6960::ID_PKIX_OCSP_NONCE, false, &tlv(0x04, &[7; 16]));
        match site.responder(Settings::default()).answer(&request(&[id], &[&nonce])) {
            Reply::Signed(reply) => reply.der.clone(),
            Reply::Error(status) => panic!("{status:?}"),
        }
    }

    /// `der` with `to` in the one place of `from`.
    fn changed(der: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
        let places: Vec<usize> = (0..der.len()).filter(|at| der[*at..].starts_with(from)).collect();
        let [place] = places[..] else { panic!("{places:?}") };
        [&der[..place], to, &der[place + from.len()..]].concat()
    }

    #[test]
    fn a_status_or_a_reason_in_another_encoding_than_ours_is_refused() {
        let good = response(false);
        assert_eq!(Response::from_der(&good).unwrap().answers[0].status, CertStatus::Good);
        let other = |identifier| changed(&good, &[0x80, 0, 0x18], &[identifier, 0, 0x18]);
        let unknown = Response::from_der(&other(0x82)).unwrap();
        assert_eq!(unknown.answers[0].status, CertStatus::Unknown);
        for identifier in [0xa0, 0xa2, 0x83, 0x05] {
            assert!(Response::from_der(&other(identifier)).is_err(), "{identifier:#x}");
        }
        let revoked = response(true);
        let status = Response::from_der(&revoked).unwrap().answers[0].status;
        assert!(matches!(status, CertStatus::Revoked { reason: Reason::KeyCompromise, .. }));
        for code in [0, 7, 11] {
            let other = changed(&revoked, &[0xa0, 3, 0x0a, 1, 1], &[0xa0, 3, 0x0a, 1, code]);
            assert!(Response::from_der(&other).is_err(), "{code}");
        }
    }

    #[test]
    fn nothing_follows_the_value_of_the_nonce() {
        let good = response(false);
        assert_eq!(Response::from_der(&good).unwrap().nonce.as_deref(), Some(&[7; 16][..]));
        // The last two of the sixteen octets become an element of their own.
        let nonce = [&[0x04, 18, 0x04, 16][..], &[7; 16]].concat();
        let followed = [&[0x04, 16, 0x04, 14][..], &[7; 14], &[0x05, 0x00]].concat();
        assert!(Response::from_der(&changed(&good, &nonce, &followed)).is_err());
    }
}
