//! Tests of revoking: a store with certificates of a CA whose key is here.

use std::borrow::Cow;
use std::sync::Arc;

use rcgen::{CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};

use super::*;
use crate::audit::{Actor, Subject};
use crate::base::algorithm::sha256;
use crate::base::clock::FixedClock;
use crate::base::issuer_cert::IssuerCert;
use crate::base::pointers::CrlScope;
use crate::base::serial::{InstanceByte, SerialNumber};
use crate::config::{CrlSettings, OcspSettings};
use crate::inventory::{Completed, IntentReceipt, NewIntent};

const LIFE: u64 = 86_400;

fn now() -> Timestamp {
    Timestamp::from_unix(1_795_000_000)
}

/// A CA.
struct Authority {
    name: &'static str,
    certificate: IssuerCert,
    issuer: Issuer<'static, KeyPair>,
}

/// A store, and a key that several certificates may share.
struct Desk {
    _folder: tempfile::TempDir,
    inventory: Inventory,
    next_serial: u8,
}

struct Finished {
    intent: IntentId,
    signature: Vec<u8>,
    sha256: [u8; 32],
}

impl Completed for Finished {
    fn intent(&self) -> IntentId {
        self.intent
    }
    fn signature(&self) -> &[u8] {
        &self.signature
    }
    fn sha256(&self) -> [u8; 32] {
        self.sha256
    }
}

/// What one certificate has that others have not.
struct Wish<'a> {
    name: &'a str,
    key: &'a KeyPair,
    profile: &'a str,
    not_after: Timestamp,
    ca: bool,
}

fn authority(name: &'static str) -> Authority {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = KeyPair::generate().unwrap();
    let der = parameters.self_signed(&key).unwrap().der().to_vec();
    let certificate = IssuerCert::from_der(&der).unwrap();
    Authority { name, certificate, issuer: Issuer::new(parameters, key) }
}

impl Authority {
    fn record(&self) -> IssuerRecord {
        IssuerRecord {
            name: self.name.to_owned(),
            key_label: String::new(),
            key_id: Vec::new(),
            spki_der: self.certificate.spki().as_der().to_vec(),
            signature: SignatureAlgorithm::EcdsaSha256,
            profiles: None,
            certificate: Some(Arc::new(self.certificate.clone())),
            chain: Vec::new(),
            crl: CrlSettings {
                url: None,
                shards: 1,
                delta_url: None,
                lifetime: LIFE,
                overlap: LIFE / 4,
                scope: CrlScope::All,
            },
            ocsp: OcspSettings { url: None, lifetime: LIFE },
            ca_issuers: None,
        }
    }
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let actor =
            Actor { user: "ca".into(), host: "vault".into(), program: "keystead test".into() };
        let clock = Box::new(FixedClock(now()));
        let inventory = Inventory::open_with_clock(folder.path(), actor, clock).unwrap();
        Self { _folder: folder, inventory, next_serial: 0 }
    }

    fn make(&mut self, authority: &Authority, wish: &Wish<'_>) -> (SerialNumber, Vec<u8>) {
        self.next_serial += 1;
        let serial = SerialNumber::new(InstanceByte::try_from(1).unwrap(), [self.next_serial; 16]);
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name.push(DnType::CommonName, wish.name);
        parameters.serial_number = Some(rcgen::SerialNumber::from_slice(serial.as_bytes()));
        parameters.not_after = rcgen::date_time_ymd(1970, 1, 1)
            + std::time::Duration::from_secs(wish.not_after.as_unix());
        if wish.ca {
            parameters.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        }
        (serial, parameters.signed_by(wish.key, &authority.issuer).unwrap().der().to_vec())
    }

    fn intend(
        &mut self,
        authority: &Authority,
        wish: &Wish<'_>,
        (serial, der): (SerialNumber, &[u8]),
    ) -> IntentReceipt {
        let tbs = Parts::read(der).unwrap().tbs;
        let facts = CertificateFacts::from_tbs(tbs).unwrap();
        let intent = NewIntent {
            kind: Subject::Certificate,
            authority_key: authority.certificate.spki().sha256(),
            algorithm: SignatureAlgorithm::EcdsaSha256,
            profile: wish.profile,
            profile_sha256: [2; 32],
            serial: Some(serial),
            key_sha256: facts.key_sha256,
            request_sha256: None,
            subject: Cow::Owned(facts.subject.to_string()),
            not_after: Some(facts.not_after),
            tbs,
            skipped_lints: &[],
            linters: &[],
            crl: None,
        };
        let mut transcript = self.inventory.begin(now()).unwrap();
        transcript.intents(authority.name, [intent]).unwrap();
        transcript.commit().unwrap().remove(0).remove(0)
    }

    /// A certificate that was recorded and never completed.
    fn maybe(&mut self, authority: &Authority, wish: &Wish<'_>) -> Vec<u8> {
        let (serial, der) = self.make(authority, wish);
        self.intend(authority, wish, (serial, &der));
        der
    }

    fn issue(&mut self, authority: &Authority, wish: &Wish<'_>) -> Vec<u8> {
        let (serial, der) = self.make(authority, wish);
        let receipt = self.intend(authority, wish, (serial, &der));
        let signature = Parts::read(&der).unwrap().signature.to_vec();
        let finished = Finished { intent: receipt.intent(), signature, sha256: sha256(&der) };
        self.inventory.record_issued(&[&finished], now()).unwrap();
        der
    }

    fn all(&self) -> Vec<Target> {
        matching(&self.inventory, &CertificateQuery::default(), |_, _| true).unwrap()
    }

    fn by_file(&self, der: &[u8]) -> Result<Target, RevokeError> {
        by_certificate(der, &self.inventory, &[], false)
    }

    fn apply(&mut self, change: Change, targets: &[Target]) -> Vec<bool> {
        change.apply(targets, &mut self.inventory, now()).unwrap()
    }
}

fn wish<'a>(name: &'a str, key: &'a KeyPair) -> Wish<'a> {
    Wish { name, key, profile: "tls-client", not_after: now().plus(LIFE), ca: false }
}

fn revoke(reason: Reason) -> Change {
    Change::Revoke { reason, invalidity: None }
}

fn profile(hold: bool) -> Arc<Profile> {
    let text = Profile::find_shipped("tls-client").unwrap();
    let text = format!("{text}\n[revocation]\nhold = {hold}\n");
    Arc::new(Profile::from_toml(&text).unwrap_or_else(|error| panic!("{error:?}")))
}

/// The refusal of a change, under a profile that has hold or not.
fn refusal(change: Change, target: &Target, hold: bool) -> Option<RevokeError> {
    change.check(target, now(), |_| Ok::<_, RevokeError>(profile(hold))).err()
}

#[test]
fn a_query_finds_by_issuer_key_profile_and_name_together() {
    let (one, other) = (authority("one"), authority("other"));
    let (key, second) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let mut desk = Desk::new();
    desk.issue(&one, &wish("a", &key));
    desk.issue(&one, &Wish { profile: "tls-server", ..wish("a", &second) });
    desk.maybe(&one, &wish("b", &key));
    desk.issue(&other, &wish("a", &key));
    let found = |query: &CertificateQuery, name: &str| -> Vec<(String, String)> {
        matching(&desk.inventory, query, |_, facts| name.is_empty() || facts.is_called(name))
            .unwrap()
            .iter()
            .map(|target| (target.issuer.clone(), target.facts.serial_hex()[32..].to_owned()))
            .collect()
    };
    let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(issuer, end)| ((*issuer).to_owned(), (*end).to_owned())).collect()
    };
    let authority_key = Some(one.certificate.spki().sha256());
    let key_sha256 = Some(desk.all()[0].facts.key_sha256);
    let query = CertificateQuery { authority_key, ..Default::default() };
    assert_eq!(found(&query, "a"), pairs(&[("one", "01"), ("one", "02")]));
    let query = CertificateQuery { key_sha256, ..Default::default() };
    assert_eq!(found(&query, ""), pairs(&[("one", "01"), ("one", "03"), ("other", "04")]));
    let query = CertificateQuery {
        authority_key,
        key_sha256,
        profile: Some("tls-client".to_owned()),
        ..Default::default()
    };
    assert_eq!(found(&query, "b"), pairs(&[("one", "03")]));
}

#[test]
fn a_file_must_hold_the_bytes_that_are_on_record() {
    let (ca, key) = (authority("ca"), KeyPair::generate().unwrap());
    let mut desk = Desk::new();
    let der = desk.issue(&ca, &wish("web", &key));
    assert_eq!(desk.by_file(&der).unwrap().profile.as_deref(), Some("tls-client"));
    let mut other_signature = der.clone();
    *other_signature.last_mut().unwrap() ^= 1;
    assert!(matches!(desk.by_file(&other_signature), Err(RevokeError::Differs(_))));
    desk.next_serial -= 1;
    let (_, other) = desk.make(&ca, &wish("other", &key));
    assert!(matches!(desk.by_file(&other), Err(RevokeError::Differs(_))));
    for noise in [&b"noise"[..], &[], &der[..der.len() - 1], &[&der[..], &[0]].concat()] {
        assert!(matches!(desk.by_file(noise), Err(RevokeError::NoCertificate(_))));
    }
}

#[test]
fn what_is_maybe_signed_is_known_by_its_bytes_and_revoked_like_the_others() {
    let (ca, key) = (authority("ca"), KeyPair::generate().unwrap());
    let mut desk = Desk::new();
    let der = desk.maybe(&ca, &wish("web", &key));
    let target = desk.by_file(&der).unwrap();
    assert!(!target.issued && target.intent.is_some());
    assert_eq!(desk.apply(revoke(Reason::Superseded), &[target]), [true]);
    assert!(desk.by_file(&der).unwrap().is_revoked());
    let report = desk.inventory.verify_audit(None).unwrap();
    assert!(report.is_sound(), "{:?}", report.problems);
    assert_eq!((report.revocations, report.issued), (1, 0));
}

#[test]
fn what_an_issuer_signed_off_the_record_is_revoked_only_when_that_is_asked_for() {
    let (ca, key) = (authority("ca"), KeyPair::generate().unwrap());
    let namesake = authority("ca");
    let mut desk = Desk::new();
    let (_, der) = desk.make(&ca, &Wish { ca: true, ..wish("lost", &key) });
    let ours = [authority("first").record(), ca.record()];
    let refused = by_certificate(&der, &desk.inventory, &ours, false);
    assert!(matches!(refused, Err(RevokeError::NotOnRecord { .. })));
    let foreign = by_certificate(&der, &desk.inventory, &[namesake.record()], true);
    assert!(matches!(foreign, Err(RevokeError::Foreign(_))));
    let target = by_certificate(&der, &desk.inventory, &ours, true).unwrap();
    assert_eq!((target.issuer.as_str(), target.intent, target.facts.ca), ("ca", None, true));
    assert!(refusal(Change::Hold, &target, true).is_some());
    assert_eq!(desk.apply(revoke(Reason::CaCompromise), &[target]), [true]);
    let again = by_certificate(&der, &desk.inventory, &ours, true).unwrap();
    assert!(again.is_revoked() && again.key_blocked);
    assert_eq!(again.standing.unwrap().ca, Some(true));
    assert!(desk.inventory.verify_audit(None).unwrap().is_sound());
}

#[test]
fn a_second_revocation_changes_nothing_and_a_compromised_key_is_blocked_also_then() {
    let (ca, key) = (authority("ca"), KeyPair::generate().unwrap());
    let mut desk = Desk::new();
    desk.issue(&ca, &wish("web", &key));
    desk.maybe(&ca, &wish("web", &key));
    assert_eq!(desk.apply(revoke(Reason::Superseded), &desk.all()), [true, true]);
    let rows = desk.inventory.counts().unwrap().audit_rows;
    assert_eq!(desk.apply(revoke(Reason::Superseded), &desk.all()), [false, false]);
    assert_eq!(desk.inventory.counts().unwrap().audit_rows, rows);
    assert!(revoke(Reason::KeyCompromise).is_needed(&desk.all()[0]));
    assert_eq!(desk.apply(revoke(Reason::KeyCompromise), &desk.all()), [false, false]);
    assert_eq!(desk.inventory.blocked_keys().unwrap().len(), 1);
    let target = desk.all().remove(0);
    assert_eq!(target.standing.as_ref().unwrap().entry.reason, Reason::Superseded);
    assert!(!revoke(Reason::KeyCompromise).is_needed(&target));
}

#[test]
fn a_hold_needs_a_profile_that_allows_it_and_nothing_ends_a_revocation() {
    let (ca, key) = (authority("ca"), KeyPair::generate().unwrap());
    let mut desk = Desk::new();
    desk.issue(&ca, &wish("web", &key));
    let target = desk.all().remove(0);
    for change in [Change::Hold, Change::Release] {
        let refused = refusal(change, &target, false);
        assert!(matches!(refused, Some(RevokeError::HoldNotAllowed { .. })), "{refused:?}");
        assert!(refusal(change, &target, true).is_none());
    }
    assert_eq!(desk.apply(Change::Release, &desk.all()), [false]);
    assert_eq!(desk.apply(Change::Hold, &desk.all()), [true]);
    assert_eq!(desk.apply(Change::Hold, &desk.all()), [false]);
    assert!(desk.all()[0].is_held());
    assert_eq!(desk.apply(Change::Release, &desk.all()), [true]);
    desk.apply(Change::Hold, &desk.all());
    assert_eq!(desk.apply(revoke(Reason::Unspecified), &desk.all()), [true], "from hold");
    for change in [Change::Hold, Change::Release] {
        let refused = refusal(change, &desk.all()[0], true);
        assert!(matches!(refused, Some(RevokeError::RevokedForGood { .. })), "{refused:?}");
    }
    assert!(desk.inventory.verify_audit(None).unwrap().is_sound());
}

#[test]
fn a_leaf_has_no_compromised_ca_and_a_key_is_not_lost_tomorrow() {
    let (ca, key) = (authority("ca"), KeyPair::generate().unwrap());
    let mut desk = Desk::new();
    desk.issue(&ca, &wish("web", &key));
    desk.issue(&ca, &Wish { ca: true, ..wish("sub", &key) });
    let (leaf, sub) = (&desk.all()[0], &desk.all()[1]);
    let refused = refusal(revoke(Reason::CaCompromise), leaf, false);
    assert!(matches!(refused, Some(RevokeError::NotCa(_))));
    assert!(refusal(revoke(Reason::CaCompromise), sub, false).is_none());
    let since = |time| Change::Revoke { reason: Reason::KeyCompromise, invalidity: Some(time) };
    let refused = refusal(since(now().plus(1)), leaf, false);
    assert!(matches!(refused, Some(RevokeError::InvalidityInFuture(_))));
    assert!(refusal(since(now()), leaf, false).is_none());
}

#[test]
fn the_last_in_force_is_the_one_without_another_of_its_subject_and_issuer() {
    let (ca, other) = (authority("ca"), authority("other"));
    let key = KeyPair::generate().unwrap();
    let mut desk = Desk::new();
    for name in ["scheduler", "scheduler", "scheduler", "web"] {
        desk.issue(&ca, &wish(name, &key));
    }
    // None of these stands in for the three.
    desk.maybe(&ca, &wish("scheduler", &key));
    desk.issue(&ca, &Wish { not_after: now().minus(1), ..wish("scheduler", &key) });
    desk.issue(&other, &wish("scheduler", &key));
    const NONE: [usize; 0] = [];
    let last = |desk: &Desk, places: &[usize]| -> Vec<usize> {
        let all = desk.all();
        let targets: Vec<Target> = places.iter().map(|place| all[*place].clone()).collect();
        let matters = |facts: &CertificateFacts| facts.is_called("scheduler");
        last_in_force(&targets, &desk.inventory, now(), matters).unwrap()
    };
    assert_eq!(last(&desk, &[0]), NONE);
    assert_eq!(last(&desk, &[0, 1]), NONE);
    assert_eq!(last(&desk, &[3, 0, 1, 2]), [1], "one of the three tells of all");
    assert_eq!(last(&desk, &[6, 0, 1, 2]), [0, 1], "each issuer has its own");
    assert_eq!(last(&desk, &[3, 4, 5]), NONE, "they matter to nobody, or are not in force");
    desk.apply(revoke(Reason::Superseded), &desk.all()[..1]);
    assert_eq!(last(&desk, &[1]), NONE);
    desk.apply(Change::Hold, &desk.all()[1..2]);
    assert_eq!(last(&desk, &[2]), [0], "one is revoked, one on hold");
    assert_eq!(last(&desk, &[0, 1]), NONE, "they are out of force already");
}
