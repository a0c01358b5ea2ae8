//! Everything that is changed behind our back is found.

use rusqlite::types::Value;

use super::*;

#[test]
fn every_changed_value_of_every_table_is_found() {
    let (folder, inventory) = revocation::varied_and_revoked();
    drop(inventory);
    let sound = folder.path().join(sqlite::FILE);
    let mut tampered = 0;
    for table in [
        "audit",
        "intent",
        "result",
        "challenge",
        "blocked_key",
        "crl",
        "crl_seen",
        "revocation",
        "hold",
        "authority",
        "profile",
        "head",
        "meta",
        "pending",
    ] {
        let original = attacker(folder.path());
        let columns: Vec<String> = original
            .prepare(&format!("SELECT name FROM pragma_table_info('{table}')"))
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        let rows: Vec<i64> = original
            .prepare(&format!("SELECT rowid FROM {table}"))
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        drop(original);
        for row in rows {
            for column in &columns {
                let copy = tempfile::tempdir().unwrap();
                std::fs::copy(&sound, copy.path().join(sqlite::FILE)).unwrap();
                let database = attacker(copy.path());
                let value: Value = database
                    .query_row(
                        &format!("SELECT {column} FROM {table} WHERE rowid = {row}"),
                        [],
                        |r| r.get(0),
                    )
                    .unwrap();
                let other = match value {
                    Value::Integer(number) => Value::Integer(number + 1),
                    Value::Text(text) => Value::Text(text.replacen(|_| true, "z", 1)),
                    Value::Blob(mut octets) => {
                        octets[0] ^= 1;
                        Value::Blob(octets)
                    }
                    Value::Null => Value::Integer(1),
                    other => panic!("{table}.{column} holds {other:?}"),
                };
                let changed = database.execute(
                    &format!("UPDATE {table} SET {column} = ?1 WHERE rowid = {row}"),
                    [&other],
                );
                drop(database);
                // Some values SQLite itself refuses: a CHECK, a UNIQUE or a taken row number.
                if changed.is_err() {
                    continue;
                }
                tampered += 1;
                let found = match Inventory::open_read_only(copy.path()) {
                    Ok(_) => problems(copy.path(), None),
                    Err(error) => vec![error.to_string()],
                };
                // A pending range is derived: one that still leads to the same intents is as good.
                if table == "pending" && found.is_empty() {
                    let changed = Inventory::open_read_only(copy.path()).unwrap();
                    let waiting = changed.maybe_signed().unwrap();
                    assert_eq!(waiting.len(), 1);
                    assert_eq!(waiting[0].subject, "CN=host-2");
                    continue;
                }
                assert!(
                    !found.is_empty(),
                    "{table}.{column} of row {row} was changed to {other:?}"
                );
            }
        }
    }
    assert!(tampered > 70, "only {tampered} values were changed");
}

#[test]
fn every_removed_row_is_found() {
    let (folder, inventory) = varied();
    drop(inventory);
    let sound = folder.path().join(sqlite::FILE);
    let mut removed = 0;
    for (table, rows) in
        [("audit", 10), ("intent", 3), ("result", 3), ("challenge", 1), ("pending", 1), ("head", 1)]
    {
        for row in 1..=rows {
            let copy = tempfile::tempdir().unwrap();
            std::fs::copy(&sound, copy.path().join(sqlite::FILE)).unwrap();
            let database = attacker(copy.path());
            let gone =
                database.execute(&format!("DELETE FROM {table} WHERE rowid = {row}"), []).unwrap();
            drop(database);
            // Intent 2 has no result.
            if gone == 0 {
                continue;
            }
            removed += 1;
            assert!(!problems(copy.path(), None).is_empty(), "row {row} of {table} was removed");
        }
    }
    assert_eq!(removed, 10 + 3 + 2 + 1 + 1 + 1);
}

#[test]
fn the_first_bad_row_of_the_chain_is_named() {
    for (tampering, expected) in [
        (
            "UPDATE audit SET event = replace(event, 'web', 'wed') WHERE seq = 4",
            "audit row 4 was changed",
        ),
        ("DELETE FROM audit WHERE seq = 5", "audit row 5 is missing, row 6 follows row 4"),
        (
            "UPDATE audit SET seq = 99 WHERE seq = 4; UPDATE audit SET seq = 4 WHERE seq = 5;
             UPDATE audit SET seq = 5 WHERE seq = 99",
            "audit row 4 was changed",
        ),
        ("DELETE FROM audit WHERE seq >= 9", "the audit chain ends at 8:"),
        ("UPDATE audit SET hash = zeroblob(32) WHERE seq = 2", "audit row 2 was changed"),
    ] {
        let (folder, inventory) = varied();
        drop(inventory);
        attacker(folder.path()).execute_batch(tampering).unwrap();
        let found = problems(folder.path(), None);
        assert!(
            found.iter().any(|problem| problem.starts_with(expected)),
            "{tampering}: {found:?}"
        );
    }
}

#[test]
fn a_tail_removed_with_all_its_traces_is_found_by_an_earlier_checkpoint() {
    let (folder, mut inventory) = varied();
    let short = inventory.verify_audit(None).unwrap().head;
    inventory.record_event("export-attempted", serde_json::Value::Null, now()).unwrap();
    let known = inventory.verify_audit(None).unwrap().head;
    drop(inventory);
    let database = attacker(folder.path());
    database.execute("DELETE FROM audit WHERE seq = ?1", [sqlite::signed(known.seq)]).unwrap();
    let head = (sqlite::signed(short.seq), &short.hash);
    database.execute("UPDATE head SET seq = ?1, hash = ?2", head).unwrap();
    drop(database);
    assert_eq!(problems(folder.path(), None), Vec::<String>::new(), "nothing inside tells");
    let found = problems(folder.path(), Some(known));
    assert!(found[0].contains("does not contain the checkpoint 11:"), "{found:?}");
}

#[test]
fn opening_for_writing_refuses_a_chain_whose_end_is_damaged() {
    for tampering in [
        "DELETE FROM audit WHERE seq = 10",
        "UPDATE audit SET event = replace(event, 'web', 'wed') WHERE seq = 10",
        "DELETE FROM head",
        "INSERT INTO audit SELECT 11, at, event, hash FROM audit WHERE seq = 10",
    ] {
        let (folder, inventory) = varied();
        drop(inventory);
        attacker(folder.path()).execute_batch(tampering).unwrap();
        let opened = open(folder.path());
        assert!(matches!(opened, Err(StoreError::Damaged { .. })), "{tampering}: {opened:?}");
        Inventory::open_read_only(folder.path()).unwrap();
    }
}

#[test]
fn a_changed_schema_is_found() {
    for tampering in [
        "DROP TRIGGER audit_no_delete",
        "DROP INDEX intent_serial",
        "DROP TRIGGER intent_key_not_blocked",
        "CREATE TRIGGER extra AFTER INSERT ON audit BEGIN SELECT 1; END",
    ] {
        let (folder, inventory) = varied();
        drop(inventory);
        attacker(folder.path()).execute_batch(tampering).unwrap();
        let found = problems(folder.path(), None);
        assert!(found[0].starts_with("the database schema was changed"), "{tampering}: {found:?}");
    }
}

#[test]
fn rows_cannot_be_changed_or_removed_by_mistake() {
    let (folder, inventory) = varied_and_blocked();
    drop(inventory);
    let connection = Connection::open(folder.path().join(sqlite::FILE)).unwrap();
    for table in ["audit", "intent", "result", "challenge", "blocked_key"] {
        for mistake in [format!("DELETE FROM {table}"), format!("UPDATE {table} SET rowid = 70")] {
            let error = connection.execute(&mistake, []).unwrap_err();
            assert!(error.to_string().contains("are never"), "{mistake}: {error}");
        }
    }
}
