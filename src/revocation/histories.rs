//! Random lives of an issuer against a model of what the world has seen: certificates, revocations,
//! holds, CRLs, backups restored, clocks that jump, two writers. `KEYSTEAD_HISTORIES` says how many.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use super::issue::*;
use super::reader::CrlFile;
use crate::audit::{Actor, Subject};
use crate::base::algorithm::{KeyAlgorithm, SignatureAlgorithm};
use crate::base::clock::{FixedClock, Timestamp};
use crate::base::issuer_cert::IssuerCert;
use crate::base::revocation::Reason;
use crate::base::serial::{InstanceByte, OsSerials, SerialNumber};
use crate::base::validity::DAY;
use crate::config::CrlSettings;
use crate::inventory::{Hold, IntentId, Inventory, NewIntent, Revocation, StoreError};
use crate::issuance::{Desk, IssueError, Issuer, create_root};
use crate::lint::Registry;
use crate::profile::Profile;
use crate::sign::Signer;
use crate::sign::soft::SoftSigner;
use crate::tbs::Tbs;

/// 2026-11-14T16:26:40Z.
const START: u64 = 1_794_673_600;
const YEAR: u64 = 365 * DAY;

/// Runs of one process share a root, which nothing in a history changes.
static ROOT: LazyLock<(Arc<IssuerCert>, Arc<SoftSigner>)> = LazyLock::new(|| {
    let signer = SoftSigner::generate(KeyAlgorithm::EcP256);
    let text = Profile::find_shipped("root-ca").unwrap();
    let profile = Arc::new(Profile::from_toml(text).unwrap());
    let home = tempfile::tempdir().unwrap();
    let mut inventory = open(home.path(), START);
    let serials = OsSerials(inventory.instance());
    let clock = FixedClock(Timestamp::from_unix(START));
    let (registry, inventory) = (Registry::all(), &mut inventory);
    let mut desk = Desk { clock: &clock, serials: &serials, registry, inventory };
    let subject = "CN=Example Root".parse().unwrap();
    let root = create_root("web", &profile, subject, None, &signer, &mut desk).unwrap();
    (Arc::new(IssuerCert::from_der(root.as_der()).unwrap()), Arc::new(signer))
});

fn open(home: &Path, now: u64) -> Inventory {
    let actor = Actor { user: "ca".into(), host: "vault".into(), program: "test".into() };
    let clock = Box::new(FixedClock(Timestamp::from_unix(now)));
    Inventory::open_with_clock(home, actor, clock).unwrap()
}

/// SplitMix64: all of a history follows from its number.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        if from.is_empty() { None } else { Some(from[self.roll(from.len() as u64) as usize]) }
    }
}

#[derive(Clone, Copy, Debug)]
struct Certificate {
    intent: IntentId,
    serial: SerialNumber,
    not_after: Timestamp,
}

/// A CRL that the world has.
struct Seen {
    number: u64,
    base: Option<u64>,
    this_update: Timestamp,
    entries: BTreeMap<Vec<u8>, Reason>,
}

/// A copy of the store, with what the model knew then.
struct Backup {
    folder: tempfile::TempDir,
    certificates: usize,
    revoked: BTreeMap<Vec<u8>, Timestamp>,
    held: BTreeSet<Vec<u8>>,
}

struct History {
    dice: Dice,
    home: tempfile::TempDir,
    inventory: Option<Inventory>,
    now: Timestamp,
    issuer: Issuer,
    settings: CrlSettings,
    certificates: Vec<Certificate>,
    /// Revoked for ever and not lost with a backup before any CRL told of it.
    revoked: BTreeMap<Vec<u8>, Timestamp>,
    held: BTreeSet<Vec<u8>>,
    published: Vec<Seen>,
    /// What is in the folder of the web server: the last complete CRL, and the last delta CRL.
    last: BTreeMap<bool, Vec<u8>>,
    backup: Option<Backup>,
    story: Vec<String>,
}

impl History {
    fn new(seed: u64) -> Self {
        let root = &*ROOT;
        let signer: Arc<dyn Signer> = root.1.clone();
        // Where a sync costs nothing; no history is about the disk.
        let memory = Path::new("/dev/shm");
        let home = match memory.is_dir() {
            true => tempfile::tempdir_in(memory).unwrap(),
            false => tempfile::tempdir().unwrap(),
        };
        Self {
            dice: Dice(seed),
            inventory: Some(open(home.path(), START)),
            home,
            now: Timestamp::from_unix(START),
            issuer: Issuer::new("web".to_owned(), root.0.clone(), signer).unwrap(),
            settings: CrlSettings::usual(false),
            certificates: Vec::new(),
            revoked: BTreeMap::new(),
            held: BTreeSet::new(),
            published: Vec::new(),
            last: BTreeMap::new(),
            backup: None,
            story: vec![format!("history {seed}")],
        }
    }

    fn inventory(&mut self) -> &mut Inventory {
        self.inventory.as_mut().unwrap()
    }

    fn tell(&mut self, what: impl Into<String>) {
        let line = format!("{} {}", self.now, what.into());
        self.story.push(line);
    }

    fn step(&mut self) {
        match self.dice.roll(20) {
            0..=3 => self.issue_certificate(),
            4..=7 => self.revoke(),
            8 => self.hold(),
            9..=13 => self.issue_crl(CrlKind::Complete),
            14 => self.issue_crl(CrlKind::Delta),
            15 | 16 => self.wait(),
            17 => self.jump(),
            18 => self.back_up_or_restore(),
            _ => self.two_writers(),
        }
    }

    fn issue_certificate(&mut self) {
        let octets: Vec<u8> = (0..16).map(|_| self.dice.roll(256) as u8).collect();
        let serial =
            SerialNumber::new(InstanceByte::try_from(1).unwrap(), octets.try_into().unwrap());
        let not_after = self.now.plus((1 + self.dice.roll(60)) * DAY);
        let (now, key) = (self.now, self.issuer.certificate().spki().sha256());
        let tbs = [0x04, 0x01, self.dice.roll(256) as u8];
        let intent = NewIntent {
            kind: Subject::Certificate,
            authority_key: key,
            algorithm: SignatureAlgorithm::EcdsaSha256,
            profile: "tls-server",
            profile_sha256: [2; 32],
            serial: Some(serial),
            key_sha256: [3; 32],
            request_sha256: None,
            subject: Cow::Borrowed("CN=host"),
            not_after: Some(not_after),
            tbs: &tbs,
            skipped_lints: &[],
            linters: &[],
            crl: None,
        };
        let mut transcript = self.inventory().begin(now).unwrap();
        transcript.intents("web", [intent]).unwrap();
        let receipts = transcript.commit().unwrap();
        let intent = receipts[0][0].intent();
        self.certificates.push(Certificate { intent, serial, not_after });
        self.tell(format!("certificate {serial} until {not_after}"));
    }

    fn revocation(&self, certificate: Certificate) -> Revocation {
        Revocation {
            authority_key: self.issuer.certificate().spki().sha256(),
            serial: certificate.serial.as_bytes().to_vec(),
            intent: Some(certificate.intent),
            date: self.now,
            reason: Reason::Superseded,
            invalidity: None,
            not_after: Some(certificate.not_after),
            point: String::new(),
            ca: Some(false),
            block_key: None,
        }
    }

    fn revoke(&mut self) {
        let Some(certificate) = self.dice.pick(&self.certificates.clone()) else { return };
        let (revocation, now) = (self.revocation(certificate), self.now);
        let fresh = self.inventory().revoke(&[revocation], now).unwrap();
        let serial = certificate.serial.as_bytes().to_vec();
        let was_known = self.revoked.contains_key(&serial);
        assert_eq!(fresh, [!was_known], "{:#?}", self.story);
        self.held.remove(&serial);
        self.revoked.entry(serial).or_insert(certificate.not_after);
        self.tell(format!("revoked {}", certificate.serial));
    }

    fn hold(&mut self) {
        let Some(certificate) = self.dice.pick(&self.certificates.clone()) else { return };
        let serial = certificate.serial.as_bytes().to_vec();
        let held = self.dice.roll(3) > 0;
        let (hold, now) = (Hold { intent: certificate.intent, held }, self.now);
        let result = self.inventory().hold(hold, now);
        if self.revoked.contains_key(&serial) {
            let refused_or_same = matches!(result, Err(_) | Ok(false));
            assert!(refused_or_same, "{:#?}", self.story);
            return;
        }
        result.unwrap();
        if held {
            self.held.insert(serial)
        } else {
            self.held.remove(&serial)
        };
        self.tell(format!("held {held} {}", certificate.serial));
    }

    fn issue_crl(&mut self, kind: CrlKind) {
        self.catch_up();
        match self.try_issue(kind) {
            Ok(Some(der)) => self.publish(der),
            Ok(None) => {}
            Err(error) => panic!("{error:?}: {:#?}", self.story),
        }
    }

    /// What the deploy folder has is looked at before anything is signed.
    fn catch_up(&mut self) {
        for last in self.last.clone().into_values() {
            let file = CrlFile::new(last).unwrap();
            let last = file.read().unwrap();
            let (issuer, settings) = (self.issuer.certificate().clone(), self.settings.clone());
            let now = self.now;
            let inventory = self.inventory.as_mut().unwrap();
            let known = inventory.highest_crl_number(&issuer.spki().sha256(), "").unwrap();
            let behind = last.number().unwrap().as_u64().unwrap() > known;
            match require_continuity(&issuer, &settings, &last, inventory) {
                Ok(()) => assert!(!behind, "a higher number passed: {:#?}", self.story),
                Err(CrlIssueError::NumberAhead { .. } | CrlIssueError::Lost { .. }) => {
                    adopt(&issuer, &settings, &last, inventory, now).unwrap();
                    require_continuity(&issuer, &settings, &last, inventory).unwrap();
                    self.tell("adopted the last CRL");
                }
                Err(other) => panic!("{other}: {:#?}", self.story),
            }
        }
    }

    /// None when there is no base for a delta CRL.
    fn try_issue(&mut self, kind: CrlKind) -> Result<Option<Vec<u8>>, CrlIssueError> {
        let clock = FixedClock(self.now);
        let inventory = self.inventory.as_mut().unwrap();
        let serials = OsSerials(inventory.instance());
        let registry = Registry::all();
        let mut desk = Desk { clock: &clock, serials: &serials, registry, inventory };
        let mut der = None;
        let issued = issue_crls(&self.issuer, &self.settings, kind, &mut desk, |one| {
            der = Some(one.issued.as_der().to_vec());
            Ok(())
        });
        match issued {
            Err(CrlIssueError::NoBase) => Ok(None),
            other => other.map(|()| der),
        }
    }

    /// The world reads it, and holds us to our promises.
    fn publish(&mut self, der: Vec<u8>) {
        let file = CrlFile::new(der.clone()).unwrap();
        let crl = file.read().unwrap();
        let seen = Seen {
            number: crl.number().unwrap().as_u64().unwrap(),
            base: crl.base().map(|base| base.as_u64().unwrap()),
            this_update: crl.this_update(),
            entries: crl
                .entries()
                .map(|entry| {
                    assert!(entry.date <= crl.this_update(), "{:#?}", self.story);
                    let reason = entry.reason.and_then(Reason::from_code);
                    (entry.serial.to_vec(), reason.unwrap_or(Reason::Unspecified))
                })
                .collect(),
        };
        self.tell(format!(
            "CRL {} base {:?}: {} entries",
            seen.number,
            seen.base,
            seen.entries.len()
        ));
        let highest = self.published.iter().map(|one| one.number).max().unwrap_or(0);
        assert!(seen.number > highest, "number {}: {:#?}", seen.number, self.story);
        let complete = match seen.base {
            None => seen.entries.clone(),
            Some(base) => {
                let base = self.published.iter().find(|one| one.number == base);
                let base = base.unwrap_or_else(|| panic!("no such base: {:#?}", self.story));
                let mut all = base.entries.clone();
                for (serial, reason) in &seen.entries {
                    match reason {
                        Reason::RemoveFromCrl => all.remove(serial),
                        _ => all.insert(serial.clone(), *reason),
                    };
                }
                all
            }
        };
        for (serial, not_after) in &self.revoked {
            let outlived = self.published.iter().any(|one| {
                one.base.is_none()
                    && one.this_update > *not_after
                    && one.this_update <= seen.this_update
                    && one.entries.contains_key(serial)
            });
            let listed = complete.get(serial).is_some_and(|reason| *reason == Reason::Superseded);
            assert!(listed || outlived, "{} is gone: {:#?}", hex::encode(serial), self.story);
        }
        for (serial, reason) in &complete {
            let known = match reason {
                Reason::CertificateHold => self.held.contains(serial),
                _ => self.revoked.contains_key(serial),
            };
            assert!(known, "{} is foreign: {:#?}", hex::encode(serial), self.story);
        }
        self.last.insert(seen.base.is_some(), der);
        self.published.push(seen);
    }

    fn wait(&mut self) {
        self.now = self.now.plus(self.dice.roll(20 * DAY));
        self.tell("later");
    }

    /// The clock shows another year; going back is refused until an operator accepts it.
    fn jump(&mut self) {
        let away = self.dice.roll(20 * YEAR);
        if self.dice.roll(2) == 0 {
            self.now = self.now.plus(away).min(Timestamp::from_unix(START + 60 * YEAR));
            self.tell("the clock went forward");
            return;
        }
        let back =
            Timestamp::from_unix(self.now.as_unix().saturating_sub(away).max(START - 10 * YEAR));
        let before = std::mem::replace(&mut self.now, back);
        match self.try_issue(CrlKind::Complete) {
            Ok(der) => self.publish(der.unwrap()),
            Err(CrlIssueError::Issue(IssueError::Store(StoreError::ClockBehind { .. }))) => {}
            Err(error) => panic!("{before}, {error:?}: {:#?}", self.story),
        }
        let now = self.now;
        self.inventory().accept_clock("it was wrong", now).unwrap();
        self.tell("the clock went back");
    }

    fn back_up_or_restore(&mut self) {
        const FILE: &str = "inventory.db";
        self.inventory = None;
        let from = self.home.path().join(FILE);
        match self.backup.take() {
            None => {
                let folder = tempfile::tempdir().unwrap();
                std::fs::copy(&from, folder.path().join(FILE)).unwrap();
                let (revoked, held) = (self.revoked.clone(), self.held.clone());
                let certificates = self.certificates.len();
                self.backup = Some(Backup { folder, certificates, revoked, held });
                self.tell("backup");
            }
            Some(Backup { folder, certificates, revoked, held }) => {
                for name in [FILE, "inventory.db-wal", "inventory.db-shm"] {
                    let _ = std::fs::remove_file(self.home.path().join(name));
                }
                std::fs::copy(folder.path().join(FILE), &from).unwrap();
                self.certificates.truncate(certificates);
                // What was revoked after the backup and stood on the last CRLs is not forgotten.
                let told = self.on_the_last_crls();
                let kept = |serial: &Vec<u8>| revoked.contains_key(serial) || told.contains(serial);
                self.revoked.retain(|serial, _| kept(serial));
                self.held =
                    held.into_iter().filter(|one| !self.revoked.contains_key(one)).collect();
                self.tell("restored");
            }
        }
        self.inventory = Some(open(self.home.path(), self.now.as_unix()));
        let now = self.now;
        if self.inventory().record_event("reopened", serde_json::Value::Null, now).is_err() {
            self.inventory().accept_clock("a restore", now).unwrap();
        }
        self.catch_up();
    }

    fn on_the_last_crls(&self) -> BTreeSet<Vec<u8>> {
        let last = |is_delta: bool| {
            self.published.iter().rev().find(move |one| one.base.is_some() == is_delta)
        };
        let entries = [last(false), last(true)].into_iter().flatten().flat_map(|crl| &crl.entries);
        let permanent = entries.filter(|(_, reason)| Reason::PERMANENT.contains(reason));
        permanent.map(|(serial, _)| serial.clone()).collect()
    }

    /// Another process issues a CRL between our look at the store and our intent.
    fn two_writers(&mut self) {
        self.catch_up();
        let inventory = self.inventory.as_ref().unwrap();
        let drafts = draft(&self.issuer, &self.settings, CrlKind::Complete, inventory, self.now);
        let Draft { plan, .. } = drafts.unwrap().pop().unwrap();
        let linted = Registry::all().check(Tbs::encode_crl(plan).unwrap()).unwrap();
        self.issue_crl(CrlKind::Complete);
        let now = self.now;
        let error = self.inventory().record_intents("web", &[linted], now).unwrap_err();
        assert!(matches!(error, StoreError::CrlNumber { .. }), "{error:?}: {:#?}", self.story);
        self.tell("the second writer was refused");
    }
}

#[test]
fn in_no_history_is_a_number_reused_a_revocation_lost_or_an_entry_dropped_early() {
    let histories = std::env::var("KEYSTEAD_HISTORIES").map_or(200, |n| n.parse().unwrap());
    let seed = std::env::var("KEYSTEAD_SEED").map_or(1, |seed| seed.parse().unwrap());
    let next = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= histories {
                        break;
                    }
                    let mut history = History::new(seed + number);
                    for _ in 0..30 {
                        history.step();
                    }
                    history.issue_crl(CrlKind::Complete);
                    let report = history.inventory().verify_audit(None).unwrap();
                    assert!(report.is_sound(), "{:?} {:#?}", report.problems, history.story);
                }
            });
        }
    });
}
