//! The database file: creating it, opening it, and the cheap check of every opening.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Transaction, TransactionBehavior};

use super::StoreError;
use crate::audit::{AuditRow, Chain, Checkpoint, Event, Scribe};
use crate::base::clock::Timestamp;
use crate::base::serial::InstanceByte;

/// The file in a home folder.
pub(super) const FILE: &str = "inventory.db";

/// How long a writer waits for another one before it gives up.
pub(super) const BUSY: Duration = Duration::from_secs(5);

/// The first statement set makes version 1, each other makes the next version of the one before.
pub(super) const SCHEMA: [&str; 3] = [
    include_str!("schema/0001.sql"),
    include_str!("schema/0002.sql"),
    include_str!("schema/0003.sql"),
];
const VERSION: i64 = 3;
const APPLICATION: i64 = 0x4B53_5444;

/// A database that passed the cheap check.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
    pub(super) instance: InstanceByte,
    /// Of the schema; one that is older than ours only when it is open for reading.
    pub(super) version: i64,
}

/// Opens the store of `home` for writing; creates it in a home that has none and no issuers either.
pub(super) fn open(home: &Path, scribe: &Scribe, now: Timestamp) -> Result<Opened, StoreError> {
    let path = home.join(FILE);
    match fs::metadata(&path) {
        Ok(metadata) => refuse_writable_by_others(&path, metadata.permissions().mode())?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => create_file(home, &path)?,
        Err(source) => return Err(StoreError::Io { path, action: "look at", source }),
    }
    let failed = |action, source| StoreError::sqlite(&path, action, source);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(&path, flags)
        .map_err(|source| failed("open the database", source))?;
    configure(&connection).map_err(|source| failed("configure the database", source))?;
    if is_blank(&connection).map_err(|source| failed("read the database", source))? {
        install_schema(&mut connection, &path, scribe, now)?;
    }
    let opened = check(connection, path)?;
    if opened.version < VERSION { upgrade(opened, scribe, now) } else { Ok(opened) }
}

/// Opens the store for reading only, even when its audit chain is damaged: that is what one wants to
/// look at then.
pub(super) fn open_read_only(home: &Path) -> Result<Opened, StoreError> {
    let path = home.join(FILE);
    if !path.exists() {
        return Err(StoreError::Missing(path));
    }
    let failed = |action, source| StoreError::sqlite(&path, action, source);
    // A reader of a WAL database needs its shared memory file, so writing is allowed if it is
    // possible, and then switched off.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&path, flags)
        .map_err(|source| failed("open the database", source))?;
    connection
        .busy_timeout(BUSY)
        .and_then(|()| keep_plans(&connection))
        .and_then(|()| connection.execute_batch(READING))
        .map_err(|source| failed("configure the database", source))?;
    let version = check_identity(&connection, &path)?;
    let instance = read_instance(&connection, &path)?;
    Ok(Opened { connection, path, instance, version })
}

/// The end of the chain, from the one row that says so.
pub(super) fn read_head(connection: &Connection) -> rusqlite::Result<Option<Chain>> {
    connection
        .prepare_cached("SELECT seq, at, hash FROM head WHERE id = 1")?
        .query_row([], |row| {
            let head = Checkpoint { seq: unsigned(row.get(0)?), hash: row.get(2)? };
            Ok(Chain::resume(head, Timestamp::from_unix(unsigned(row.get(1)?))))
        })
        .optional()
}

/// Appends an audit row.
pub(super) fn insert_audit(connection: &Connection, row: &AuditRow) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT INTO audit (seq, at, event, hash) VALUES (?1, ?2, ?3, ?4)")?
        .execute((signed(row.seq), signed(row.at.as_unix()), &row.event, &row.hash))?;
    Ok(())
}

/// SQLite's integers are signed; nothing we store reaches 2^63.
pub(super) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// A negative number in the store is not ours; as zero it fails the check that follows.
pub(super) fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or_default()
}

// `synchronous=FULL`: with WAL, NORMAL may lose the last commits on power loss. The cache holds the
// inner pages of the serial index at a million rows. The WAL is copied back every 128 MiB, so that the
// pages of that index are written once for many rows.
const WRITING: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA cache_size = -65536;
    PRAGMA wal_autocheckpoint = 32768;
    PRAGMA temp_store = MEMORY;
    PRAGMA trusted_schema = OFF;
    PRAGMA cell_size_check = ON;";

const READING: &str = "
    PRAGMA query_only = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA cell_size_check = ON;
    PRAGMA cache_size = -16384;";

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    keep_plans(connection)?;
    connection.execute_batch(WRITING)
}

/// Statements are planned once. Else SQLite plans anew whenever a value is bound that its statistics might
/// have something to say about, of which there are none here: half the time of a query by key.
fn keep_plans(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(32);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(|_| ())
}

fn create_file(home: &Path, path: &Path) -> Result<(), StoreError> {
    let has_issuers =
        fs::read_dir(home.join("issuers")).is_ok_and(|mut entries| entries.next().is_some());
    if has_issuers {
        return Err(StoreError::Missing(path.to_owned()));
    }
    let io = |action, source| StoreError::Io { path: path.to_owned(), action, source };
    let created = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match created {
        Ok(_) => {}
        // Another process was faster; what it makes is checked like any other.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(source) => return Err(io("create", source)),
    }
    fs::File::open(home)
        .and_then(|folder| folder.sync_all())
        .map_err(|source| io("sync the folder of", source))
}

fn refuse_writable_by_others(path: &Path, mode: u32) -> Result<(), StoreError> {
    if mode & 0o022 != 0 {
        return Err(StoreError::WritableByOthers { path: path.to_owned(), mode: mode & 0o7777 });
    }
    Ok(())
}

/// Whether the file is fresh, or was left by a process killed between creating and filling it.
fn is_blank(connection: &Connection) -> rusqlite::Result<bool> {
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let objects: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(version == 0 && objects == 0)
}

fn install_schema(
    connection: &mut Connection,
    path: &Path,
    scribe: &Scribe,
    now: Timestamp,
) -> Result<(), StoreError> {
    let instance = InstanceByte::random().map_err(StoreError::Random)?;
    let event = scribe
        .write(&Event::InventoryCreated { instance: instance.get() })
        .map_err(StoreError::Record)?;
    let install = |transaction: Transaction<'_>| -> rusqlite::Result<()> {
        // Another process may have filled it while we waited for the lock.
        if !is_blank(&transaction)? {
            return Ok(());
        }
        SCHEMA.iter().try_for_each(|version| transaction.execute_batch(version))?;
        let mut chain = Chain::empty();
        insert_audit(&transaction, &chain.append(now, event))?;
        let created = signed(now.as_unix());
        transaction.execute(
            "INSERT INTO meta (id, instance, created) VALUES (1, ?1, ?2)",
            (instance.get(), created),
        )?;
        transaction.execute(
            "INSERT INTO head (id, seq, at, hash) VALUES (1, ?1, ?2, ?3)",
            (signed(chain.head().seq), created, &chain.head().hash),
        )?;
        transaction.commit()
    };
    connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .and_then(install)
        .map_err(|source| StoreError::sqlite(path, "create the tables", source))
}

fn check(connection: Connection, path: PathBuf) -> Result<Opened, StoreError> {
    let version = check_identity(&connection, &path)?;
    let instance = read_instance(&connection, &path)?;
    let damage = check_end(&connection)
        .map_err(|source| StoreError::sqlite(&path, "read the audit chain", source))?;
    if let Some(detail) = damage {
        return Err(StoreError::Damaged { path, detail });
    }
    Ok(Opened { connection, path, instance, version })
}

/// Brings a sound store of an older version to ours: the tables and the audit row that says so, in one
/// transaction.
fn upgrade(opened: Opened, scribe: &Scribe, now: Timestamp) -> Result<Opened, StoreError> {
    let Opened { mut connection, path, instance, version } = opened;
    let event = scribe
        .write(&Event::SchemaUpgraded { from: version, to: VERSION })
        .map_err(StoreError::Record)?;
    let run = |transaction: Transaction<'_>| -> rusqlite::Result<()> {
        // Another process may have done it while we waited for the lock.
        let found: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if found == VERSION {
            return Ok(());
        }
        let done = usize::try_from(found).unwrap_or(SCHEMA.len());
        for next in SCHEMA.iter().skip(done) {
            transaction.execute_batch(next)?;
        }
        let Some(mut chain) = read_head(&transaction)? else {
            return Err(rusqlite::Error::QueryReturnedNoRows);
        };
        // A clock that is behind is refused where something is signed, with the way out of it, which
        // needs an open store.
        let row = chain.append(now.max(chain.last_at()), event);
        insert_audit(&transaction, &row)?;
        transaction.execute(
            "UPDATE head SET seq = ?1, at = ?2, hash = ?3 WHERE id = 1",
            (signed(row.seq), signed(row.at.as_unix()), &row.hash),
        )?;
        transaction.commit()
    };
    connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .and_then(run)
        .map_err(|source| StoreError::sqlite(&path, "bring the tables to this version", source))?;
    Ok(Opened { connection, path, instance, version: VERSION })
}

/// The version of the schema.
fn check_identity(connection: &Connection, path: &Path) -> Result<i64, StoreError> {
    let number = |pragma: &str| connection.query_row(pragma, [], |row| row.get::<_, i64>(0));
    let failed = |source| StoreError::sqlite(path, "read the database header", source);
    if number("PRAGMA application_id").map_err(failed)? != APPLICATION {
        return Err(StoreError::NotOurs(path.to_owned()));
    }
    let found = number("PRAGMA user_version").map_err(failed)?;
    if !(1..=VERSION).contains(&found) {
        let path = path.to_owned();
        return Err(StoreError::NewerSchema { path, found, supported: VERSION });
    }
    Ok(found)
}

fn read_instance(connection: &Connection, path: &Path) -> Result<InstanceByte, StoreError> {
    let value: i64 = connection
        .query_row("SELECT instance FROM meta WHERE id = 1", [], |row| row.get(0))
        .map_err(|source| StoreError::sqlite(path, "read the instance byte", source))?;
    InstanceByte::try_from(value)
        .map_err(|error| StoreError::Damaged { path: path.to_owned(), detail: error.to_string() })
}

/// The check of every opening: the chain ends where the head says, and its last link holds. Its cost
/// does not depend on the number of rows; the rest is for `audit verify`.
fn check_end(connection: &Connection) -> rusqlite::Result<Option<String>> {
    // One snapshot: another process may append while we look.
    let connection = &*connection.unchecked_transaction()?;
    let Some(head) = read_head(connection)? else {
        return Ok(Some("the head of the audit chain is missing".to_owned()));
    };
    let mut rows = last_rows(connection)?;
    let Some(last) = rows.pop() else {
        return Ok(Some("the audit chain is empty".to_owned()));
    };
    let mut chain = match rows.pop() {
        Some(before) => Chain::resume(Checkpoint { seq: before.seq, hash: before.hash }, before.at),
        None => Chain::empty(),
    };
    if let Err(fault) = chain.check(&last) {
        return Ok(Some(fault.to_string()));
    }
    if chain != head {
        let (found, expected) = (chain.head().seq, head.head().seq);
        return Ok(Some(format!("the audit chain ends at row {found}, its head says {expected}")));
    }
    Ok(None)
}

/// The last two rows, in order.
fn last_rows(connection: &Connection) -> rusqlite::Result<Vec<AuditRow>> {
    let mut statement =
        connection.prepare("SELECT seq, at, event, hash FROM audit ORDER BY seq DESC LIMIT 2")?;
    let rows: rusqlite::Result<Vec<AuditRow>> = statement.query_map([], audit_row)?.collect();
    rows.map(|mut rows| {
        rows.reverse();
        rows
    })
}

/// A row of `SELECT seq, at, event, hash FROM audit`. A text that is not UTF-8 or a hash of another
/// length come out as values that no chain contains, so that the check names the row.
pub(super) fn audit_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<AuditRow> {
    let event = row.get_ref(2)?.as_bytes().map(<[u8]>::to_vec).unwrap_or_default();
    Ok(AuditRow {
        seq: unsigned(row.get(0)?),
        at: Timestamp::from_unix(unsigned(row.get(1)?)),
        event: String::from_utf8(event).unwrap_or_default(),
        hash: row
            .get_ref(3)?
            .as_blob()
            .ok()
            .and_then(|hash| hash.try_into().ok())
            .unwrap_or_default(),
    })
}
