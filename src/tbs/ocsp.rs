//! OCSP responses (RFC 6960 §4.2.1): ResponseData, and the whole response around it.

use std::sync::Arc;
use std::time::Duration;

use const_oid::db::rfc6960;
use der::asn1::GeneralizedTime;
use der::{Encode as _, Tag};

use super::TbsError;
use super::content::sealed::Sealed;
use super::content::{Content, ContentKind, Facts};
use crate::base::algorithm::{SignatureAlgorithm, sha256};
use crate::base::cert_id::CertId;
use crate::base::clock::Timestamp;
use crate::base::element::{Element, header_len, push_header};
use crate::base::issuer_cert::{Authority, Identity};
use crate::base::responder_cert::ResponderCert;
use crate::base::revocation::Reason;
use crate::base::spki::KeyIdMethod;

/// What a response will say. The responder is named by its key, and its certificate is in the response.
#[derive(Debug)]
pub struct OcspPlan {
    authority: Authority,
    responder: Arc<ResponderCert>,
    /// producedAt.
    pub produced_at: Timestamp,
    /// The answers, at least one.
    pub answers: Vec<Answer>,
    /// The nonce of the request, repeated (RFC 9654 §2.1).
    pub nonce: Option<Vec<u8>>,
}

/// A SingleResponse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Which certificate, as it was asked for.
    pub id: CertId,
    /// Its status.
    pub status: CertStatus,
    /// Since when the status is known to be right.
    pub this_update: Timestamp,
    /// Until when it may be relied on.
    pub next_update: Timestamp,
}

/// A CertStatus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertStatus {
    /// Issued, and neither revoked nor on hold.
    Good,
    /// Revoked or on hold.
    Revoked {
        /// Since when.
        date: Timestamp,
        /// Why; [`Reason::Unspecified`] is left out.
        reason: Reason,
    },
    /// Not known to have been issued.
    Unknown,
}

impl OcspPlan {
    /// Nothing yet; `algorithm` fits the responder's key.
    pub fn new(
        responder: Arc<ResponderCert>,
        algorithm: SignatureAlgorithm,
        produced_at: Timestamp,
    ) -> Self {
        let identity = Identity::Responder(Arc::clone(&responder));
        let authority = Authority { identity, algorithm };
        Self { authority, responder, produced_at, answers: Vec::new(), nonce: None }
    }

    /// Who answers.
    pub fn responder(&self) -> &Arc<ResponderCert> {
        &self.responder
    }

    /// The OCSPResponse that is sent: around `signed`, a BasicOCSPResponse without certificates, and
    /// with the responder's certificate.
    ///
    /// # Errors
    /// [`TbsError`] when `signed` is none, or the result is too long for DER.
    pub fn response(&self, signed: &[u8]) -> Result<Vec<u8>, TbsError> {
        self.with_certificate(signed)
            .and_then(|basic| successful(&basic))
            .map_err(TbsError::Encoding)
    }

    fn with_certificate(&self, signed: &[u8]) -> der::Result<Vec<u8>> {
        let mut basic = Element::only(signed, Tag::Sequence)?.content.to_vec();
        push(&mut basic, 0xa0, &tlv(0x30, self.responder.as_der())?)?;
        tlv(0x30, &basic)
    }
}

impl Sealed for OcspPlan {}

impl Content for OcspPlan {
    fn authority(&self) -> &Authority {
        &self.authority
    }

    fn facts(&self) -> Facts<'_> {
        Facts {
            kind: ContentKind::Ocsp,
            profile: "ocsp",
            // What the response is made by is the responder's certificate.
            profile_sha256: sha256(self.responder.as_der()),
            key_sha256: self.responder.spki().sha256(),
            request_sha256: None,
            subject: self.responder.subject().to_string(),
        }
    }
}

/// ResponseData, the bytes to be signed. The version is the default, which DER leaves out.
pub(super) fn encode(plan: &OcspPlan) -> der::Result<Vec<u8>> {
    let mut content = Vec::with_capacity(256 * plan.answers.len() + 96);
    // byKey: the SHA-1 of the key's bits.
    let key_hash = tlv(0x04, &plan.responder.spki().key_id(KeyIdMethod::Rfc5280Sha1))?;
    push(&mut content, 0xa2, &key_hash)?;
    push_time(&mut content, plan.produced_at)?;
    let mut answers = Vec::with_capacity(content.capacity());
    for answer in &plan.answers {
        push_answer(&mut answers, answer)?;
    }
    push(&mut content, 0x30, &answers)?;
    if let Some(nonce) = &plan.nonce {
        let oid = tlv(0x06, rfc6960::ID_PKIX_OCSP_NONCE.as_bytes())?;
        let value = tlv(0x04, &tlv(0x04, nonce)?)?;
        let extension = tlv(0x30, &[oid, value].concat())?;
        push(&mut content, 0xa1, &tlv(0x30, &extension)?)?;
    }
    tlv(0x30, &content)
}

fn push_answer(out: &mut Vec<u8>, answer: &Answer) -> der::Result<()> {
    let mut content = answer.id.as_der().to_vec();
    match answer.status {
        CertStatus::Good => push(&mut content, 0x80, &[])?,
        CertStatus::Revoked { date, reason } => {
            let mut info = Vec::new();
            push_time(&mut info, date)?;
            if reason != Reason::Unspecified {
                push(&mut info, 0xa0, &[0x0a, 1, reason.code()])?;
            }
            push(&mut content, 0xa1, &info)?;
        }
        CertStatus::Unknown => push(&mut content, 0x82, &[])?,
    }
    push_time(&mut content, answer.this_update)?;
    let mut next = Vec::new();
    push_time(&mut next, answer.next_update)?;
    push(&mut content, 0xa0, &next)?;
    push(out, 0x30, &content)
}

/// `OCSPResponse ::= SEQUENCE { successful, [0] EXPLICIT SEQUENCE { id-pkix-ocsp-basic, OCTET STRING } }`
/// around a BasicOCSPResponse.
///
/// # Errors
/// [`TbsError`] when the result is too long for DER.
pub fn ocsp_response(basic: &[u8]) -> Result<Vec<u8>, TbsError> {
    successful(basic).map_err(TbsError::Encoding)
}

fn successful(basic: &[u8]) -> der::Result<Vec<u8>> {
    let mut bytes = tlv(0x06, rfc6960::ID_PKIX_OCSP_BASIC.as_bytes())?;
    push(&mut bytes, 0x04, basic)?;
    let bytes = tlv(0x30, &bytes)?;
    let mut content = vec![0x0a, 1, 0];
    push(&mut content, 0xa0, &bytes)?;
    tlv(0x30, &content)
}

/// A GeneralizedTime whatever the year (RFC 6960 §4.2.2.1).
fn push_time(out: &mut Vec<u8>, at: Timestamp) -> der::Result<()> {
    let instant = Duration::from_secs(at.as_unix());
    GeneralizedTime::from_unix_duration(instant)?.encode_to_vec(out)?;
    Ok(())
}

fn tlv(identifier: u8, content: &[u8]) -> der::Result<Vec<u8>> {
    let mut out = Vec::with_capacity(header_len(content.len()) + content.len());
    push(&mut out, identifier, content)?;
    Ok(out)
}

fn push(out: &mut Vec<u8>, identifier: u8, content: &[u8]) -> der::Result<()> {
    push_header(out, identifier, content.len())?;
    out.extend_from_slice(content);
    Ok(())
}
