//! Blocked keys, and the upgrade of stores that have no table for them.

use super::*;
use crate::audit::Hex;

/// The subject's key of [`intent`].
const KEY: [u8; 32] = [3; 32];

#[test]
fn no_intent_is_recorded_for_a_blocked_key_whoever_blocked_it() {
    let (folder, mut inventory) = home();
    record(&mut inventory, &[1]).unwrap();
    let mut other = open(folder.path()).unwrap();
    assert!(other.block_key(KEY, "found on a paste site", now()).unwrap());
    let error = record(&mut inventory, &[2]).unwrap_err();
    assert!(matches!(&error, StoreError::KeyBlocked { sha256 } if *sha256 == hex::encode(KEY)));
    assert_eq!(inventory.counts().unwrap().intents, 1);
    assert!(inventory.verify_audit(None).unwrap().is_sound());
}

#[test]
fn a_key_is_blocked_once_and_keeps_its_first_reason() {
    let (_folder, mut inventory) = home();
    assert!(inventory.block_key(KEY, "first", now()).unwrap());
    let rows = inventory.counts().unwrap().audit_rows;
    assert!(!inventory.block_key(KEY, "second", now()).unwrap());
    assert!(inventory.block_key([4; 32], "other", now()).unwrap());
    let found = inventory.blocked_keys().unwrap();
    let reasons: Vec<&str> = found.iter().map(|key| key.reason.as_str()).collect();
    assert_eq!(reasons, ["first", "other"]);
    assert_eq!(found[0].key_sha256, Hex::from(&KEY));
    assert_eq!(inventory.counts().unwrap().audit_rows, rows + 1);
    let guard = inventory.key_guard().unwrap();
    assert_eq!((guard.blocked(&KEY), guard.blocked(&[5; 32])), (Some("first"), None));
}

#[test]
fn a_key_is_not_blocked_without_a_reason() {
    let (_folder, mut inventory) = home();
    assert!(matches!(inventory.block_key(KEY, " ", now()), Err(StoreError::NoReason)));
}

#[test]
fn the_guard_knows_the_keys_that_signed_and_those_that_were_tried() {
    let (_folder, inventory) = varied();
    let guard = inventory.key_guard().unwrap();
    // The authority of the intents and the key of the challenge; not a subject's.
    assert!(guard.is_ours(&[1; 32]) && guard.is_ours(&[9; 32]) && !guard.is_ours(&KEY));
}

/// A store as version 1 left it, with every kind of row.
fn version_1() -> tempfile::TempDir {
    let (newer, inventory) = varied();
    drop(inventory);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(sqlite::FILE);
    let database = rusqlite::Connection::open(&file).unwrap();
    database.execute_batch(sqlite::SCHEMA[0]).unwrap();
    let from = newer.path().join(sqlite::FILE);
    database.execute("ATTACH ?1 AS newer", [from.to_str()]).unwrap();
    for table in [
        "meta",
        "audit",
        "head",
        "authority",
        "profile",
        "intent",
        "result",
        "pending",
        "challenge",
    ] {
        let copy = format!("INSERT INTO main.{table} SELECT * FROM newer.{table}");
        database.execute(&copy, []).unwrap();
    }
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    folder
}

#[test]
fn an_older_store_is_readable_as_it_is() {
    let folder = version_1();
    let inventory = Inventory::open_read_only(folder.path()).unwrap();
    let report = inventory.verify_audit(None).unwrap();
    assert!(report.is_sound(), "{:?}", report.problems);
    assert_eq!((report.rows, report.blocked_keys), (10, 0));
    assert!(inventory.blocked_keys().unwrap().is_empty());
    assert!(inventory.key_guard().unwrap().is_ours(&[1; 32]));
    let mut entries = Vec::new();
    inventory
        .list(&Filter::default(), |entry| {
            entries.push(entry);
            Ok::<(), StoreError>(())
        })
        .unwrap();
    assert!(entries.len() > 1 && entries.iter().all(|entry| entry.revoked.is_none()));
}

#[test]
fn an_older_store_is_upgraded_once_with_an_audit_row_and_is_sound() {
    let folder = version_1();
    let before = Inventory::open_read_only(folder.path()).unwrap().verify_audit(None).unwrap();
    let mut inventory = open(folder.path()).unwrap();
    let report = inventory.verify_audit(Some(before.head)).unwrap();
    assert!(report.is_sound(), "{:?}", report.problems);
    assert_eq!(report.rows, 11);
    let mut last = String::new();
    inventory
        .export_audit(|row| {
            last = serde_json::to_string(row).unwrap();
            Ok::<(), StoreError>(())
        })
        .unwrap();
    assert!(last.contains("schema-upgraded"), "{last}");
    inventory.block_key(KEY, "x", now()).unwrap();
    drop(inventory);
    let inventory = open(folder.path()).unwrap();
    assert_eq!(inventory.counts().unwrap().audit_rows, 12);
    assert!(inventory.verify_audit(None).unwrap().is_sound());
}

#[test]
fn an_upgrade_with_a_clock_that_is_behind_keeps_the_order_of_the_chain() {
    let folder = version_1();
    let past = Box::new(FixedClock(Timestamp::from_unix(1_000_000_000)));
    let inventory = Inventory::open_with_clock(folder.path(), actor(), past).unwrap();
    assert!(inventory.verify_audit(None).unwrap().is_sound());
}

#[test]
fn a_damaged_older_store_is_not_upgraded() {
    let folder = version_1();
    let tampering = "UPDATE audit SET event = replace(event, 'web', 'wed') WHERE seq = 10";
    attacker(folder.path()).execute_batch(tampering).unwrap();
    assert!(matches!(open(folder.path()), Err(StoreError::Damaged { .. })));
    let version: i64 =
        attacker(folder.path()).query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert_eq!(version, 1);
}
