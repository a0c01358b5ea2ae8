//! An OCSP response to be broken: encodes whatever its fields hold.

use const_oid::ObjectIdentifier;
use const_oid::db::{rfc5280, rfc6960};
use der::Encode as _;

use super::{Draft, ROOT, Sample, extension_list, tlv};
use crate::base::algorithm::{SignatureAlgorithm, sha256};
use crate::lint::rule::{Rule, Verdict};
use crate::lint::view::{CertificateView, IssuerFacts, OcspView};
use crate::tbs::assemble;

/// The fields of a response about a certificate of the tests' root, by a delegated responder.
#[derive(Clone)]
pub(crate) struct OcspDraft {
    /// Content of the ENUMERATED.
    pub status: Vec<u8>,
    pub has_bytes: bool,
    pub response_type: ObjectIdentifier,
    /// Complete `[0]`; empty for the default.
    pub version: Vec<u8>,
    /// Complete `[1]` or `[2]`.
    pub responder_id: Vec<u8>,
    /// Complete.
    pub produced_at: Vec<u8>,
    pub responses: Vec<SingleDraft>,
    pub extensions: Vec<(ObjectIdentifier, bool, Vec<u8>)>,
    /// Complete.
    pub algorithm: Vec<u8>,
    /// Content of the signature BIT STRING.
    pub signature: Vec<u8>,
    /// Complete.
    pub certificates: Vec<Vec<u8>>,
}

/// A SingleResponse.
#[derive(Clone)]
pub(crate) struct SingleDraft {
    pub hash: ObjectIdentifier,
    pub name_hash: Vec<u8>,
    pub key_hash: Vec<u8>,
    /// Content of the INTEGER.
    pub serial: Vec<u8>,
    /// Complete.
    pub status: Vec<u8>,
    /// Complete.
    pub this_update: Vec<u8>,
    /// Complete GeneralizedTime; empty when absent.
    pub next_update: Vec<u8>,
    pub extensions: Vec<(ObjectIdentifier, bool, Vec<u8>)>,
}

impl SingleDraft {
    /// Good.
    pub(crate) fn new(serial: u8) -> Self {
        Self {
            hash: const_oid::db::rfc5912::ID_SHA_256,
            name_hash: sha256(ROOT.0.subject().as_der()).to_vec(),
            key_hash: sha256(ROOT.0.spki().key_bits()).to_vec(),
            serial: vec![serial],
            status: vec![0x80, 0],
            this_update: tlv(0x18, b"20260102000000Z"),
            next_update: tlv(0x18, b"20260109000000Z"),
            extensions: Vec::new(),
        }
    }

    /// Revoked, with this reason if any.
    pub(crate) fn revoke(&mut self, time: &[u8], reason: Option<u8>) {
        let reason = reason.map(|code| tlv(0xa0, &tlv(0x0a, &[code]))).unwrap_or_default();
        self.status = tlv(0xa1, &[&tlv(0x18, time)[..], &reason].concat());
    }

    fn encode(&self) -> Vec<u8> {
        let hash = tlv(0x30, &[&self.hash.to_der().unwrap()[..], &[5, 0]].concat());
        let cert_id = [
            &hash[..],
            &tlv(0x04, &self.name_hash),
            &tlv(0x04, &self.key_hash),
            &tlv(0x02, &self.serial),
        ];
        let next_update = match &self.next_update[..] {
            [] => Vec::new(),
            time => tlv(0xa0, time),
        };
        let extensions = match &self.extensions[..] {
            [] => Vec::new(),
            list => tlv(0xa1, &extension_list(list)),
        };
        let fields = [
            &tlv(0x30, &cert_id.concat())[..],
            &self.status,
            &self.this_update,
            &next_update,
            &extensions,
        ];
        tlv(0x30, &fields.concat())
    }
}

/// A responder's certificate of the tests' root, changed.
pub(crate) fn responder(change: impl FnOnce(&mut Draft)) -> Vec<u8> {
    let tbs = Sample::client().changed(|draft| {
        draft.set_subject("CN=Example Responder");
        draft.extension(rfc5280::ID_CE_EXT_KEY_USAGE).2 =
            tlv(0x30, &rfc6960_signing().to_der().unwrap());
        draft.add(rfc6960::ID_PKIX_OCSP_NOCHECK, false, &[5, 0]);
        change(draft);
    });
    let algorithm = SignatureAlgorithm::EcdsaSha256.algorithm_identifier();
    assemble(tbs.as_der(), algorithm, &[0; 64]).unwrap()
}

fn rfc6960_signing() -> ObjectIdentifier {
    rfc5280::ID_KP_OCSP_SIGNING
}

impl OcspDraft {
    /// Breaks no rule: one good certificate.
    pub(crate) fn good() -> Self {
        let name: crate::base::name::DistinguishedName = "CN=Example Responder".parse().unwrap();
        Self {
            status: vec![0],
            has_bytes: true,
            response_type: rfc6960::ID_PKIX_OCSP_BASIC,
            version: Vec::new(),
            responder_id: tlv(0xa1, name.as_der()),
            produced_at: tlv(0x18, b"20260102000000Z"),
            responses: vec![SingleDraft::new(7)],
            extensions: vec![(rfc6960::ID_PKIX_OCSP_NONCE, false, tlv(0x04, &[7; 32]))],
            algorithm: SignatureAlgorithm::EcdsaSha256.algorithm_identifier().to_vec(),
            signature: vec![0; 65],
            certificates: vec![responder(|_| {})],
        }
    }

    /// Its first answer.
    pub(crate) fn single(&mut self) -> &mut SingleDraft {
        &mut self.responses[0]
    }

    /// The whole response.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let responses: Vec<u8> = self.responses.iter().flat_map(SingleDraft::encode).collect();
        let extensions = match &self.extensions[..] {
            [] => Vec::new(),
            list => tlv(0xa1, &extension_list(list)),
        };
        let data = [
            &self.version[..],
            &self.responder_id,
            &self.produced_at,
            &tlv(0x30, &responses),
            &extensions,
        ];
        let certificates = match &self.certificates[..] {
            [] => Vec::new(),
            list => tlv(0xa0, &tlv(0x30, &list.concat())),
        };
        let basic = [
            &tlv(0x30, &data.concat())[..],
            &self.algorithm,
            &tlv(0x03, &self.signature),
            &certificates,
        ];
        let basic = tlv(0x30, &basic.concat());
        let bytes = [&self.response_type.to_der().unwrap()[..], &tlv(0x04, &basic)].concat();
        let bytes = if self.has_bytes { tlv(0xa0, &tlv(0x30, &bytes)) } else { Vec::new() };
        tlv(0x30, &[&tlv(0x0a, &self.status)[..], &bytes].concat())
    }

    /// What `rule` says when the issuer is known.
    #[expect(clippy::unwrap_in_result, reason = "what cannot be read fails the test")]
    pub(crate) fn verdict(&self, rule: &Rule) -> Verdict {
        let issuer = CertificateView::foreign(ROOT.0.as_der(), None).unwrap();
        let der = self.encode();
        rule.on_ocsp(&OcspView::foreign(&der, Some(IssuerFacts::of_certificate(&issuer))).unwrap())
    }

    /// What `rule` says when it is changed.
    pub(crate) fn verdict_after(rule: &Rule, change: impl FnOnce(&mut Self)) -> Verdict {
        let mut draft = Self::good();
        change(&mut draft);
        draft.verdict(rule)
    }
}
