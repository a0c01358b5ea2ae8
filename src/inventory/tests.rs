//! Tests of the store from inside, where rows can be written without the whole pipeline.

use std::borrow::Cow;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use rusqlite::config::DbConfig;

use super::*;
use crate::audit::{Checkpoint, Subject};
use crate::base::algorithm::{SignatureAlgorithm, sha256};
use crate::base::clock::FixedClock;
use crate::tbs::assemble;

mod blocked;
mod due;
mod revocation;
mod tamper;

fn now() -> Timestamp {
    Timestamp::from_unix(1_795_000_000)
}

fn actor() -> Actor {
    Actor { user: "ca".into(), host: "vault".into(), program: "keystead test".into() }
}

fn open(home: &Path) -> Result<Inventory, StoreError> {
    Inventory::open_with_clock(home, actor(), Box::new(FixedClock(now())))
}

fn home() -> (tempfile::TempDir, Inventory) {
    let folder = tempfile::tempdir().unwrap();
    let inventory = open(folder.path()).unwrap();
    (folder, inventory)
}

fn serial(number: u8) -> SerialNumber {
    SerialNumber::new(InstanceByte::try_from(1).unwrap(), [number; 16])
}

/// A TBS is opaque to the store; any DER does.
fn tbs(number: u8) -> Vec<u8> {
    vec![0x04, 0x02, 0xaa, number]
}

fn intent(number: u8, tbs: &[u8]) -> NewIntent<'_> {
    NewIntent {
        kind: Subject::Certificate,
        authority_key: [1; 32],
        algorithm: SignatureAlgorithm::EcdsaSha256,
        profile: "tls-server",
        profile_sha256: [2; 32],
        serial: Some(serial(number)),
        key_sha256: [3; 32],
        request_sha256: Some([number; 32]),
        subject: Cow::Owned(format!("CN=host-{number}")),
        not_after: Some(now().plus(86_400)),
        tbs,
        skipped_lints: &[],
        linters: &[],
        crl: None,
    }
}

fn record(inventory: &mut Inventory, numbers: &[u8]) -> Result<Vec<IntentReceipt>, StoreError> {
    let bytes: Vec<Vec<u8>> = numbers.iter().map(|number| tbs(*number)).collect();
    let mut transcript = inventory.begin(now())?;
    transcript.intents("web", numbers.iter().zip(&bytes).map(|(n, tbs)| intent(*n, tbs)))?;
    Ok(transcript.commit()?.into_iter().flatten().collect())
}

struct Fake {
    intent: IntentId,
    signature: Vec<u8>,
    sha256: [u8; 32],
}

impl Completed for Fake {
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

fn finished(number: u8, intent: IntentId) -> Fake {
    let signature = vec![number, 7, 7];
    let algorithm = SignatureAlgorithm::EcdsaSha256.algorithm_identifier();
    let der = assemble(&tbs(number), algorithm, &signature).unwrap();
    Fake { intent, signature, sha256: sha256(&der) }
}

fn finish(inventory: &mut Inventory, number: u8, intent: IntentId) -> Result<(), StoreError> {
    inventory.record_issued(&[&finished(number, intent)], now())
}

/// An inventory with every kind of row: three intents, two results, one of each event.
fn varied() -> (tempfile::TempDir, Inventory) {
    let (folder, mut inventory) = home();
    inventory.record_event("key-generated", serde_json::json!({"label": "web"}), now()).unwrap();
    inventory.record_challenge([9; 32], b"trial").unwrap();
    let receipts = record(&mut inventory, &[1, 2, 3]).unwrap();
    finish(&mut inventory, 1, receipts[0].intent()).unwrap();
    let failure = Failure { intent: receipts[1].intent(), reason: "CKR_DEVICE_ERROR".into() };
    inventory.record_failures(&[failure], now()).unwrap();
    finish(&mut inventory, 3, receipts[2].intent()).unwrap();
    let refusal = Refusal {
        issuer: "web".into(),
        profile: "tls-server".into(),
        request_sha256: [8; 32],
        reason: "CA:TRUE".into(),
    };
    inventory.record_refusals(&[refusal], now()).unwrap();
    (folder, inventory)
}

/// [`varied`], with a blocked key.
fn varied_and_blocked() -> (tempfile::TempDir, Inventory) {
    let (folder, mut inventory) = varied();
    assert!(inventory.block_key([0xbb; 32], "stolen laptop", now()).unwrap());
    (folder, inventory)
}

/// A connection on which an attacker does what our triggers forbid.
fn attacker(home: &Path) -> Connection {
    let connection = Connection::open(home.join(sqlite::FILE)).unwrap();
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false).unwrap();
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, false).unwrap();
    connection
}

fn problems(home: &Path, known: Option<Checkpoint>) -> Vec<String> {
    let inventory = Inventory::open_read_only(home).unwrap();
    let report = inventory.verify_audit(known).unwrap();
    report.problems.iter().map(ToString::to_string).collect()
}

#[test]
fn a_sound_inventory_has_no_problems_and_counts_what_happened() {
    let (folder, inventory) = varied();
    let report = inventory.verify_audit(None).unwrap();
    assert!(report.is_sound(), "{:?}", report.problems);
    let counted = (report.rows, report.intents, report.issued, report.refused, report.challenges);
    assert_eq!(counted, (10, 3, 2, 1, 1));
    assert_eq!(problems(folder.path(), Some(report.head)), Vec::<String>::new());
    let counts = inventory.counts().unwrap();
    assert_eq!((counts.intents, counts.issued, counts.maybe_signed), (3, 2, 1));
}

#[test]
fn an_intent_is_maybe_signed_until_its_result_is_recorded() {
    let (folder, mut inventory) = home();
    let receipts = record(&mut inventory, &[1, 2, 3]).unwrap();
    finish(&mut inventory, 2, receipts[1].intent()).unwrap();
    drop(inventory);
    let mut inventory = open(folder.path()).unwrap();
    let waiting = inventory.maybe_signed().unwrap();
    let serials: Vec<_> = waiting.iter().map(|one| one.serial.unwrap()).collect();
    assert_eq!(serials, [serial(1), serial(3)]);
    assert_eq!(waiting[0].subject, "CN=host-1");
    finish(&mut inventory, 1, receipts[0].intent()).unwrap();
    finish(&mut inventory, 3, receipts[2].intent()).unwrap();
    assert!(inventory.maybe_signed().unwrap().is_empty());
    assert!(inventory.verify_audit(None).unwrap().is_sound());
}

#[test]
fn a_second_result_and_a_result_without_intent_are_refused() {
    let (_folder, mut inventory) = home();
    let receipts = record(&mut inventory, &[1, 2]).unwrap();
    finish(&mut inventory, 1, receipts[0].intent()).unwrap();
    let second = finish(&mut inventory, 1, receipts[0].intent());
    assert!(matches!(second, Err(StoreError::NotPending(_))), "{second:?}");
    let foreign = finish(&mut inventory, 1, IntentId(99));
    assert!(matches!(foreign, Err(StoreError::NotPending(_))), "{foreign:?}");
    assert!(inventory.verify_audit(None).unwrap().is_sound());
}

#[test]
fn a_serial_is_recorded_once_and_the_refused_batch_leaves_nothing() {
    let (_folder, mut inventory) = home();
    record(&mut inventory, &[1]).unwrap();
    let before = inventory.counts().unwrap();
    let error = record(&mut inventory, &[2, 1]).unwrap_err();
    assert!(
        matches!(&error, StoreError::DuplicateSerial { serial: s } if *s == serial(1).to_string())
    );
    assert_eq!(inventory.counts().unwrap(), before);
    assert!(inventory.verify_audit(None).unwrap().is_sound());
}

#[test]
fn a_store_without_room_records_nothing_and_goes_on_when_there_is() {
    let (_folder, mut inventory) = home();
    let before = inventory.counts().unwrap();
    inventory.connection.pragma_update(None, "max_page_count", 1).unwrap();
    let numbers: Vec<u8> = (0..250).collect();
    let error = record(&mut inventory, &numbers).unwrap_err();
    assert!(matches!(error, StoreError::Full { .. }), "{error:?}");
    assert_eq!(inventory.counts().unwrap(), before);
    inventory.connection.pragma_update(None, "max_page_count", 1_000_000).unwrap();
    assert_eq!(record(&mut inventory, &numbers).unwrap().len(), 250);
    assert!(inventory.verify_audit(None).unwrap().is_sound());
}

#[test]
fn a_clock_behind_the_last_row_refuses_until_it_is_accepted() {
    let (_folder, mut inventory) = home();
    inventory.record_event("note", serde_json::Value::Null, now()).unwrap();
    let slightly = inventory.record_event("note", serde_json::Value::Null, now().minus(200));
    assert!(slightly.is_ok());
    let long_ago = now().minus(100_000);
    let error = inventory.record_event("note", serde_json::Value::Null, long_ago).unwrap_err();
    assert!(matches!(error, StoreError::ClockBehind { .. }), "{error:?}");
    inventory.accept_clock("the battery was empty", long_ago).unwrap();
    inventory.record_event("note", serde_json::Value::Null, long_ago).unwrap();
    assert!(inventory.verify_audit(None).unwrap().is_sound());
}

#[test]
fn another_writer_is_waited_for_and_then_named() {
    let (folder, mut inventory) = home();
    let other = Connection::open(folder.path().join(sqlite::FILE)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let started = std::time::Instant::now();
    let error = inventory.record_event("note", serde_json::Value::Null, now()).unwrap_err();
    assert!(matches!(error, StoreError::Busy { .. }), "{error:?}");
    assert!(started.elapsed() < sqlite::BUSY * 3);
    assert!(error.to_string().starts_with("another keystead is writing "));
    // A reader does not wait.
    Inventory::open_read_only(folder.path()).unwrap().verify_audit(None).unwrap();
    other.execute_batch("ROLLBACK").unwrap();
    inventory.record_event("note", serde_json::Value::Null, now()).unwrap();
}

#[test]
fn two_writers_take_turns_on_one_chain() {
    let (folder, mut one) = home();
    let mut two = open(folder.path()).unwrap();
    for number in 0..10 {
        let inventory = if number % 2 == 0 { &mut one } else { &mut two };
        let receipts = record(inventory, &[number]).unwrap();
        finish(inventory, number, receipts[0].intent()).unwrap();
    }
    let report = two.verify_audit(None).unwrap();
    assert!(report.is_sound(), "{:?}", report.problems);
    assert_eq!((report.intents, report.issued), (10, 10));
}

#[test]
fn the_file_is_private_and_one_that_others_may_write_is_refused() {
    let (folder, inventory) = home();
    let path = inventory.path().to_owned();
    drop(inventory);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o620)).unwrap();
    let error = open(folder.path()).unwrap_err();
    assert!(matches!(error, StoreError::WritableByOthers { mode: 0o620, .. }), "{error:?}");
}

#[test]
fn a_home_with_issuers_gets_no_second_inventory() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("issuers/web")).unwrap();
    assert!(matches!(open(folder.path()), Err(StoreError::Missing(_))));
    assert!(matches!(Inventory::open_read_only(folder.path()), Err(StoreError::Missing(_))));
}

#[test]
fn a_foreign_database_and_one_of_a_newer_version_are_refused() {
    let (folder, inventory) = home();
    drop(inventory);
    let database = attacker(folder.path());
    let newer = i64::try_from(sqlite::SCHEMA.len()).unwrap() + 1;
    database.pragma_update(None, "user_version", newer).unwrap();
    let error = open(folder.path()).unwrap_err();
    assert!(matches!(error, StoreError::NewerSchema { found, .. } if found == newer), "{error:?}");
    database.pragma_update(None, "application_id", 7).unwrap();
    assert!(matches!(open(folder.path()), Err(StoreError::NotOurs(_))));
}

#[test]
fn a_read_only_inventory_records_nothing() {
    let (folder, _inventory) = home();
    let mut reader = Inventory::open_read_only(folder.path()).unwrap();
    let error = reader.record_event("note", serde_json::Value::Null, now()).unwrap_err();
    assert!(matches!(error, StoreError::ReadOnly(_)), "{error:?}");
    assert!(matches!(reader.accept_clock("", now()), Err(StoreError::ReadOnly(_))));
}

#[test]
fn rows_are_found_by_serial_by_fingerprint_and_by_filter() {
    let (_folder, inventory) = varied();
    let digits = serial(3).to_string();
    let by_serial = inventory.show(&digits[..9].to_uppercase()).unwrap();
    assert_eq!(by_serial.len(), 1);
    assert_eq!(by_serial[0].subject, "CN=host-3");
    let fingerprint = by_serial[0].sha256.clone().unwrap().to_string();
    assert_eq!(inventory.show(&fingerprint[..12]).unwrap(), by_serial);
    assert!(matches!(inventory.show("web"), Err(StoreError::Reference(_))));

    let list = |filter: Filter| {
        let mut subjects = Vec::new();
        inventory
            .list::<StoreError>(&filter, |entry| {
                subjects.push(entry.subject);
                Ok(())
            })
            .unwrap();
        subjects
    };
    assert_eq!(
        list(Filter { state: Some(State::MaybeSigned), ..Filter::default() }),
        ["CN=host-2"]
    );
    let newest = Filter { limit: Some(1), newest_first: true, ..Filter::default() };
    assert_eq!(list(newest), ["CN=host-3"]);
    assert!(list(Filter { issuer: Some("other".into()), ..Filter::default() }).is_empty());
}

#[test]
fn the_export_carries_what_was_signed_or_may_have_been() {
    let (_folder, inventory) = varied();
    let mut lines: Vec<serde_json::Value> = Vec::new();
    inventory
        .export::<StoreError>(&Filter::default(), |line| {
            lines.push(serde_json::from_str(line).unwrap());
            Ok(())
        })
        .unwrap();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[1]["state"], "maybe-signed");
    assert_eq!(lines[1]["tbs"], hex::encode(tbs(2)));
    assert_eq!(lines[1]["pem"], serde_json::Value::Null);
    let pem = lines[0]["pem"].as_str().unwrap();
    let der = crate::base::pem::decode_all(crate::base::pem::CERTIFICATE, pem).unwrap();
    assert_eq!(hex::encode(sha256(&der[0])), lines[0]["sha256"]);
}

#[test]
fn a_file_left_empty_by_a_kill_during_creation_is_filled() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(folder.path().join(sqlite::FILE))
        .unwrap();
    let inventory = open(folder.path()).unwrap();
    assert!(inventory.verify_audit(None).unwrap().is_sound());
}

#[test]
fn every_error_has_a_message_of_its_own() {
    let path = || PathBuf::from("/home/ca/inventory.db");
    let errors = [
        StoreError::Busy { path: path(), waited: 5 },
        StoreError::ClockBehind { now: now(), last: now() },
        StoreError::Damaged { path: path(), detail: "x".into() },
        StoreError::DuplicateSerial { serial: "01".into() },
        StoreError::Full { path: path(), action: "record an intent" },
        StoreError::Missing(path()),
        StoreError::NewerSchema { path: path(), found: 2, supported: 1 },
        StoreError::NotPending(IntentId(3)),
        StoreError::NotOurs(path()),
        StoreError::ReadOnly(path()),
        StoreError::Reference("x".into()),
        StoreError::WritableByOthers { path: path(), mode: 0o666 },
    ];
    let mut messages: Vec<String> = errors.iter().map(ToString::to_string).collect();
    for message in &messages {
        assert!(!message.ends_with('.'), "{message}");
    }
    messages.sort();
    messages.dedup();
    assert_eq!(messages.len(), errors.len());
}
