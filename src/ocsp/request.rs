//! An OCSP request, strictly read (RFC 6960 §4.1): which certificates it asks about, and its nonce.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc6960;
use der::{ErrorKind, Tag, TagNumber};

use super::ErrorStatus;
use crate::base::cert_id::{CertId, CertIdError};
use crate::base::element::{Element, Elements, header_len, push_header};

/// The longest request that is read, in octets. One with a nonce of 128 octets and 32 SHA-512 names
/// of certificates has about 6,000.
pub const LONGEST_REQUEST: usize = 10 * 1024;

/// How many certificates one request may ask about.
pub const MOST_CERTIFICATES: usize = 32;

/// The longest nonce, in octets (RFC 9654 §2.1).
pub const LONGEST_NONCE: usize = 128;

/// What is asked: at least one certificate. A signature on it is not looked at: anybody may ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    ids: Vec<CertId>,
    nonce: Option<Vec<u8>>,
}

/// Why a request is not answered.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// More octets than [`LONGEST_REQUEST`].
    #[error("the request has {found} octets, expected at most {LONGEST_REQUEST}")]
    Long {
        /// Its length.
        found: usize,
    },
    /// Not a DER OCSPRequest of version 1.
    #[error("the request is not DER")]
    Encoding(#[from] der::Error),
    /// An unusable CertID.
    #[error("a certificate that is asked about cannot be told")]
    CertId(#[from] CertIdError),
    /// An empty list, or more than [`MOST_CERTIFICATES`].
    #[error("the request asks about {found} certificates, expected 1 to {MOST_CERTIFICATES}")]
    Count {
        /// How many; counting ends behind the limit.
        found: usize,
    },
    /// A critical extension that means nothing here.
    #[error("the request has the unknown critical extension {0}")]
    Critical(ObjectIdentifier),
    /// An extension twice.
    #[error("the request has the extension {0} twice")]
    Repeated(ObjectIdentifier),
    /// A nonce without octets, or with more than [`LONGEST_NONCE`] (RFC 9654 §2.1).
    #[error("the nonce has {found} octets, expected 1 to {LONGEST_NONCE}")]
    Nonce {
        /// Its length.
        found: usize,
    },
}

impl RequestError {
    /// What the client is told.
    pub fn status(&self) -> ErrorStatus {
        match self {
            // The request is well formed, but names no issuer that we could answer for.
            Self::CertId(CertIdError::Hash(_)) => ErrorStatus::Unauthorized,
            _ => ErrorStatus::MalformedRequest,
        }
    }
}

impl Request {
    /// Reads `der`.
    ///
    /// # Errors
    /// [`RequestError`].
    pub fn from_der(der: &[u8]) -> Result<Self, RequestError> {
        if der.len() > LONGEST_REQUEST {
            return Err(RequestError::Long { found: der.len() });
        }
        let mut outer = Element::only(der, Tag::Sequence)?.children()?;
        let tbs = Element::expect(&mut outer, Tag::Sequence)?;
        if !outer.is_finished() {
            let signature = Element::expect(&mut outer, explicit(0))?;
            Element::only(signature.content, Tag::Sequence)?;
        }
        outer.finish()?;

        let mut fields = tbs.children()?;
        let mut next = Element::next(&mut fields)?;
        // requestorName; version [0] can only be the default, which DER leaves out.
        if next.tag == explicit(1) {
            one_element(next.content)?;
            next = Element::next(&mut fields)?;
        }
        next.tag.assert_eq(Tag::Sequence)?;
        let ids = cert_ids(next)?;
        let mut nonce = None;
        if !fields.is_finished() {
            let list = Element::expect(&mut fields, explicit(2))?;
            nonce = extensions(list)?;
        }
        fields.finish()?;
        Ok(Self { ids, nonce })
    }

    /// The OCSPRequest that asks for this certificate alone, without nonce: what clients send who want an
    /// answer that is kept (RFC 5019 §2.1.1).
    ///
    /// # Errors
    /// [`der::Error`] when it grows beyond DER's lengths, which no [`CertId`] does.
    pub fn about(id: &CertId) -> der::Result<Vec<u8>> {
        let mut der = id.as_der().to_vec();
        // Request, requestList, TBSRequest, OCSPRequest.
        for _ in 0..4 {
            let mut outer = Vec::with_capacity(header_len(der.len()) + der.len());
            push_header(&mut outer, 0x30, der.len())?;
            outer.extend_from_slice(&der);
            der = outer;
        }
        Ok(der)
    }

    /// The certificates, in the order of the request, each once.
    pub fn ids(&self) -> &[CertId] {
        &self.ids
    }

    /// The same request, as if it had no nonce.
    #[must_use]
    pub fn without_nonce(self) -> Self {
        Self { nonce: None, ..self }
    }

    /// The nonce.
    pub fn nonce(&self) -> Option<&[u8]> {
        self.nonce.as_deref()
    }
}

/// Request ::= SEQUENCE { reqCert CertID, singleRequestExtensions [0] EXPLICIT Extensions OPTIONAL }
fn cert_ids(list: Element<'_>) -> Result<Vec<CertId>, RequestError> {
    let mut list = list.children()?;
    let (mut ids, mut count) = (Vec::new(), 0);
    while !list.is_finished() {
        count += 1;
        if count > MOST_CERTIFICATES {
            return Err(RequestError::Count { found: count });
        }
        let mut fields = Element::expect(&mut list, Tag::Sequence)?.children()?;
        let id = CertId::read(Element::next(&mut fields)?)?;
        // Whoever asks twice gets one answer: two would be one too many (RFC 6960 §4.2.1).
        if !ids.contains(&id) {
            ids.push(id);
        }
        if !fields.is_finished() {
            // A nonce belongs to the whole request; here it means nothing.
            let list = Element::expect(&mut fields, explicit(0))?;
            extensions(list)?;
        }
        fields.finish()?;
    }
    match count {
        0 => Err(RequestError::Count { found: 0 }),
        _ => Ok(ids),
    }
}

/// Reads `[n] EXPLICIT Extensions` and gives the nonce among them.
fn extensions(explicit: Element<'_>) -> Result<Option<Vec<u8>>, RequestError> {
    let mut list = Element::only(explicit.content, Tag::Sequence)?.children()?;
    let mut known = Vec::new();
    let mut found = None;
    // SIZE (1..MAX) (RFC 5280 §4.1).
    if list.is_finished() {
        return Err(der::Error::from(ErrorKind::Length { tag: Tag::Sequence }).into());
    }
    while !list.is_finished() {
        let mut fields = Element::expect(&mut list, Tag::Sequence)?.children()?;
        let oid = Element::next(&mut fields)?.oid()?;
        let mut value = Element::next(&mut fields)?;
        let critical = value.tag == Tag::Boolean;
        if critical {
            if value.content != [0xff] {
                return Err(der::Error::from(ErrorKind::Value { tag: Tag::Boolean }).into());
            }
            value = Element::next(&mut fields)?;
        }
        value.tag.assert_eq(Tag::OctetString)?;
        fields.finish()?;
        if known.contains(&oid) {
            return Err(RequestError::Repeated(oid));
        }
        known.push(oid);
        if oid == rfc6960::ID_PKIX_OCSP_NONCE {
            found = Some(nonce(value.content)?);
        } else if critical {
            return Err(RequestError::Critical(oid));
        }
    }
    Ok(found)
}

/// Nonce ::= OCTET STRING (SIZE(1..128)) (RFC 9654 §2.1)
fn nonce(value: &[u8]) -> Result<Vec<u8>, RequestError> {
    let octets = Element::only(value, Tag::OctetString)?.content;
    match octets.len() {
        1..=LONGEST_NONCE => Ok(octets.to_vec()),
        found => Err(RequestError::Nonce { found }),
    }
}

fn one_element(content: &[u8]) -> Result<(), RequestError> {
    let mut inner = Elements::new(content)?;
    Element::next(&mut inner)?;
    Ok(inner.finish()?)
}

/// The tag of `[number] EXPLICIT`.
fn explicit(number: u32) -> Tag {
    Tag::ContextSpecific { constructed: true, number: TagNumber(number) }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{cert_id, extension, request, tlv};
    use super::*;

    fn nonce_of(length: usize) -> Vec<u8> {
        extension(rfc6960::ID_PKIX_OCSP_NONCE, false, &tlv(0x04, &vec![7; length]))
    }

    #[test]
    fn a_request_gives_its_certificates_in_order_and_its_nonce() {
        let ids = [cert_id(1), cert_id(2)];
        let der = request(&ids, &[&nonce_of(32)]);
        let read = Request::from_der(&der).unwrap();
        assert_eq!((read.ids(), read.nonce()), (&ids[..], Some(&[7; 32][..])));
        let plain = Request::from_der(&request(&ids[..1], &[])).unwrap();
        assert_eq!((plain.ids().len(), plain.nonce()), (1, None));
    }

    #[test]
    fn a_certificate_that_is_asked_about_twice_is_there_once_and_counts_twice() {
        let ids = [cert_id(2), cert_id(1), cert_id(2)];
        let read = Request::from_der(&request(&ids, &[])).unwrap();
        assert_eq!(read.ids(), &ids[..2]);
        let many = Request::from_der(&request(&vec![cert_id(1); 33], &[]));
        assert!(matches!(many, Err(RequestError::Count { found: 33 })));
    }

    #[test]
    fn a_signature_and_a_name_are_passed_over() {
        let list = tlv(0x30, &tlv(0x30, cert_id(1).as_der()));
        let name = tlv(0xa1, &tlv(0x82, b"client.example.com"));
        let tbs = tlv(0x30, &[&name[..], &list].concat());
        let signed = tlv(0x30, &[&tbs[..], &tlv(0xa0, &tlv(0x30, &[5, 0]))].concat());
        assert_eq!(Request::from_der(&signed).unwrap().ids(), [cert_id(1)]);
    }

    #[test]
    fn a_nonce_has_1_to_128_octets() {
        for (length, good) in [(0, false), (1, true), (128, true), (129, false)] {
            let read = Request::from_der(&request(&[cert_id(1)], &[&nonce_of(length)]));
            match read {
                Ok(read) => assert_eq!((good, read.nonce().unwrap().len()), (true, length)),
                Err(error) => {
                    assert!(!good && matches!(error, RequestError::Nonce { .. }), "{error:?}");
                    assert_eq!(error.status(), ErrorStatus::MalformedRequest);
                }
            }
        }
    }

    #[test]
    fn an_unknown_extension_is_passed_over_unless_it_is_critical() {
        let oid = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.4");
        let with = |critical| {
            Request::from_der(&request(&[cert_id(1)], &[&extension(oid, critical, &[0x30, 0])]))
        };
        with(false).unwrap();
        assert!(matches!(with(true), Err(RequestError::Critical(found)) if found == oid));
        let twice = extension(oid, false, &[0x30, 0]);
        let twice = Request::from_der(&request(&[cert_id(1)], &[&twice, &twice]));
        assert!(matches!(twice, Err(RequestError::Repeated(_))));
    }

    #[test]
    fn a_request_about_nothing_or_about_more_than_32_certificates_is_refused() {
        let ids: Vec<CertId> = (0..33).map(cert_id).collect();
        assert_eq!(Request::from_der(&request(&ids[..32], &[])).unwrap().ids().len(), 32);
        let more = Request::from_der(&request(&ids, &[]));
        assert!(matches!(more, Err(RequestError::Count { found: 33 })));
        let none = Request::from_der(&request(&[], &[]));
        assert!(matches!(none, Err(RequestError::Count { found: 0 })));
    }

    #[test]
    fn what_follows_is_missing_or_is_not_der_is_malformed() {
        let good = request(&[cert_id(1)], &[&nonce_of(16)]);
        let mut followed = good.clone();
        followed.push(0);
        assert!(Request::from_der(&followed).is_err());
        for end in 0..good.len() {
            assert!(Request::from_der(&good[..end]).is_err(), "{end}");
        }
        // The version that is the default is left out in DER.
        let list = tlv(0x30, &tlv(0x30, cert_id(1).as_der()));
        let tbs = tlv(0x30, &[&tlv(0xa0, &[2, 1, 0])[..], &list].concat());
        assert!(matches!(Request::from_der(&tlv(0x30, &tbs)), Err(RequestError::Encoding(_))));
        let long = Request::from_der(&vec![0x30; LONGEST_REQUEST + 1]);
        assert!(matches!(long, Err(RequestError::Long { .. })));
    }

    #[test]
    fn an_unknown_hash_is_not_malformed_but_unauthorized() {
        let mut der = request(&[cert_id(1)], &[]);
        let sha1 = [0x2b, 0x0e, 0x03, 0x02, 0x1a];
        let at = der.windows(5).position(|window| window == sha1).unwrap();
        der[at + 4] = 0x1b;
        let error = Request::from_der(&der).unwrap_err();
        assert_eq!(error.status(), ErrorStatus::Unauthorized, "{error:?}");
    }
}
