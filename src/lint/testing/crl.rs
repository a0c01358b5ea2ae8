//! A CRL to be broken: encodes whatever its fields hold.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280;

use super::{ROOT, extension_list, tlv};
use crate::base::algorithm::SignatureAlgorithm;
use crate::lint::rule::{Rule, Verdict};
use crate::lint::view::{CertificateView, CrlView, IssuerFacts};
use crate::tbs::assemble;

/// The fields of a CRL of the tests' root.
#[derive(Clone)]
pub(crate) struct CrlDraft {
    /// Complete INTEGER; empty for v1.
    pub version: Vec<u8>,
    /// Complete.
    pub algorithm: Vec<u8>,
    /// Complete.
    pub outer_algorithm: Vec<u8>,
    /// Complete.
    pub issuer: Vec<u8>,
    /// Complete.
    pub this_update: Vec<u8>,
    /// Complete; empty when absent.
    pub next_update: Vec<u8>,
    /// None leaves the list out.
    pub entries: Option<Vec<EntryDraft>>,
    pub extensions: Vec<(ObjectIdentifier, bool, Vec<u8>)>,
    /// Content of the signature BIT STRING.
    pub signature: Vec<u8>,
}

/// An entry.
#[derive(Clone)]
pub(crate) struct EntryDraft {
    /// Content of the INTEGER.
    pub serial: Vec<u8>,
    /// Complete.
    pub date: Vec<u8>,
    pub extensions: Vec<(ObjectIdentifier, bool, Vec<u8>)>,
}

impl EntryDraft {
    /// A certificate revoked for this reason.
    pub(crate) fn new(serial: u8, reason: u8) -> Self {
        Self {
            serial: vec![serial],
            date: tlv(0x17, b"260101000000Z"),
            extensions: vec![(rfc5280::ID_CE_CRL_REASONS, false, tlv(0x0a, &[reason]))],
        }
    }

    fn encode(&self) -> Vec<u8> {
        let extensions =
            if self.extensions.is_empty() { Vec::new() } else { extension_list(&self.extensions) };
        tlv(0x30, &[&tlv(0x02, &self.serial)[..], &self.date, &extensions].concat())
    }
}

impl CrlDraft {
    /// Breaks no rule: two entries, keyCompromise and superseded.
    pub(crate) fn good() -> Self {
        let algorithm = SignatureAlgorithm::EcdsaSha256.algorithm_identifier().to_vec();
        let key_id = tlv(0x30, &tlv(0x80, ROOT.0.key_id()));
        Self {
            version: vec![2, 1, 1],
            outer_algorithm: algorithm.clone(),
            algorithm,
            issuer: ROOT.0.subject().as_der().to_vec(),
            this_update: tlv(0x17, b"260102000000Z"),
            next_update: tlv(0x17, b"260202000000Z"),
            entries: Some(vec![EntryDraft::new(7, 1), EntryDraft::new(8, 4)]),
            extensions: vec![
                (rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER, false, key_id),
                (rfc5280::ID_CE_CRL_NUMBER, false, vec![2, 1, 5]),
            ],
            signature: vec![0; 65],
        }
    }

    /// A delta CRL that breaks no rule.
    pub(crate) fn delta() -> Self {
        let mut draft = Self::good();
        draft.extensions.push((rfc5280::ID_CE_DELTA_CRL_INDICATOR, true, vec![2, 1, 4]));
        draft
    }

    /// Sets, or adds, an extension.
    pub(crate) fn set(&mut self, oid: ObjectIdentifier, critical: bool, value: &[u8]) {
        self.extensions.retain(|extension| extension.0 != oid);
        self.extensions.push((oid, critical, value.to_vec()));
    }

    /// Its first entry.
    pub(crate) fn entry(&mut self) -> &mut EntryDraft {
        &mut self.entries.as_mut().unwrap()[0]
    }

    /// The finished CRL.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let entries = self.entries.as_ref().map(|entries| {
            tlv(0x30, &entries.iter().flat_map(EntryDraft::encode).collect::<Vec<_>>())
        });
        let extensions = if self.extensions.is_empty() {
            Vec::new()
        } else {
            tlv(0xa0, &extension_list(&self.extensions))
        };
        let fields = [
            &self.version[..],
            &self.algorithm,
            &self.issuer,
            &self.this_update,
            &self.next_update,
            &entries.unwrap_or_default(),
            &extensions,
        ];
        let tbs = tlv(0x30, &fields.concat());
        let outer = [&tbs[..], &self.outer_algorithm, &tlv(0x03, &self.signature)];
        tlv(0x30, &outer.concat())
    }

    /// What `rule` says when its issuer is known.
    #[expect(clippy::unwrap_in_result, reason = "what cannot be read fails the test")]
    pub(crate) fn verdict(&self, rule: &Rule) -> Verdict {
        let issuer = CertificateView::foreign(ROOT.0.as_der(), None).unwrap();
        let der = self.encode();
        let issuer = IssuerFacts::of_certificate(&issuer);
        let view = CrlView::foreign(&der, Some(issuer)).unwrap();
        rule.on_crl(&view)?;
        let verdicts = view.on_parts(|entries| {
            for entry in entries {
                rule.on_crl_entry(&view, &entry).unwrap_or(Ok(()))?;
            }
            Ok(())
        });
        verdicts.into_iter().collect()
    }

    /// What `rule` says when it is changed.
    pub(crate) fn verdict_after(rule: &Rule, change: impl FnOnce(&mut Self)) -> Verdict {
        let mut draft = Self::good();
        change(&mut draft);
        draft.verdict(rule)
    }
}

/// The tests' root with its certificate changed by the pipeline's own means: for a CRL or response whose
/// issuer says something else.
pub(crate) fn reissued_root(change: impl FnOnce(&mut super::Draft)) -> Vec<u8> {
    let tbs = super::Sample::root().changed(change);
    let algorithm = SignatureAlgorithm::EcdsaSha256.algorithm_identifier();
    assemble(tbs.as_der(), algorithm, &[0; 64]).unwrap()
}
