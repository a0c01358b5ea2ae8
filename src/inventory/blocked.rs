//! Keys that nobody gets a certificate for: blocked for ever, in the store and in the audit chain.

use std::collections::{HashMap, HashSet};

use rusqlite::OptionalExtension as _;
use serde::Serialize;

use super::record::{Transcript, next_id};
use super::sqlite::unsigned;
use super::{Inventory, StoreError};
use crate::audit::{Event, Hex};
use crate::base::clock::Timestamp;

/// The schema version that brought the table.
pub(super) const BLOCKED_KEYS_SINCE: i64 = 2;

/// A blocked key. Serialized, it is the documented JSON of `key blocked`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BlockedKey {
    /// SHA-256 of its SubjectPublicKeyInfo.
    pub key_sha256: Hex<'static>,
    /// When it was blocked.
    #[serde(serialize_with = "time")]
    pub at: Timestamp,
    /// Why, in the operator's words.
    pub reason: String,
    /// The row of the audit chain.
    pub audit_seq: u64,
}

/// What the inventory knows about keys at the start of a run: which are blocked, with the reason, and
/// which are CA keys of this home.
#[derive(Debug, Default)]
pub struct KeyGuard {
    blocked: HashMap<[u8; 32], String>,
    ours: HashSet<[u8; 32]>,
}

impl KeyGuard {
    /// Why the key with this SPKI hash is blocked; none when it is not.
    pub(crate) fn blocked(&self, key_sha256: &[u8; 32]) -> Option<&str> {
        self.blocked.get(key_sha256).map(String::as_str)
    }

    /// Whether the key with this SPKI hash signed, or was tried, as a CA key of this home.
    pub(crate) fn is_ours(&self, key_sha256: &[u8; 32]) -> bool {
        self.ours.contains(key_sha256)
    }
}

/// # Blocked keys
impl Inventory {
    /// Blocks the key with this SHA-256 of its SubjectPublicKeyInfo: from now on no intent for it is
    /// recorded, by this process or another. There is no way back. False when it was blocked before;
    /// then nothing is written, and the first reason stays.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be written, or the reason is empty.
    pub fn block_key(
        &mut self,
        key_sha256: [u8; 32],
        reason: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        if reason.trim().is_empty() {
            return Err(StoreError::NoReason);
        }
        let mut transcript = self.begin(now)?;
        if !transcript.block_key(key_sha256, reason)? {
            return Ok(false);
        }
        transcript.commit().map(|_| true)
    }

    /// All blocked keys, in the order in which they were blocked.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn blocked_keys(&self) -> Result<Vec<BlockedKey>, StoreError> {
        if self.version < BLOCKED_KEYS_SINCE {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        let sql = "SELECT key_sha256, at, reason, audit_seq FROM blocked_key ORDER BY id";
        let read = |row: &rusqlite::Row<'_>| {
            Ok(BlockedKey {
                key_sha256: Hex(row.get::<_, Vec<u8>>(0)?.into()),
                at: Timestamp::from_unix(unsigned(row.get(1)?)),
                reason: row.get(2)?,
                audit_seq: unsigned(row.get(3)?),
            })
        };
        self.each_row(sql, &[], read, |key| {
            found.push(key);
            Ok::<(), StoreError>(())
        })?;
        Ok(found)
    }

    /// What is known about keys now, for a whole run.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn key_guard(&self) -> Result<KeyGuard, StoreError> {
        let mut guard = KeyGuard::default();
        if self.version >= BLOCKED_KEYS_SINCE {
            let sql = "SELECT key_sha256, reason FROM blocked_key";
            let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
            self.each_row(sql, &[], read, |(key, reason)| {
                guard.blocked.insert(key, reason);
                Ok::<(), StoreError>(())
            })?;
        }
        let sql = "SELECT key_sha256 FROM authority UNION SELECT key_sha256 FROM challenge";
        self.each_row(
            sql,
            &[],
            |row| row.get(0),
            |key| {
                guard.ours.insert(key);
                Ok::<(), StoreError>(())
            },
        )?;
        Ok(guard)
    }
}

impl Transcript<'_> {
    /// Adds a blocked key; false when it is there.
    pub(super) fn block_key(
        &mut self,
        key_sha256: [u8; 32],
        reason: &str,
    ) -> Result<bool, StoreError> {
        let known = self
            .transaction
            .prepare_cached("SELECT 1 FROM blocked_key WHERE key_sha256 = ?1")
            .and_then(|mut statement| statement.query_row((&key_sha256,), |_| Ok(())).optional())
            .map_err(|source| self.failed("look for a blocked key", source))?;
        if known.is_some() {
            return Ok(false);
        }
        let id = next_id(&self.transaction, "SELECT max(id) FROM blocked_key")
            .map_err(|source| self.failed("read the last blocked key", source))?;
        let audit_seq = self.event(&Event::KeyBlocked {
            blocked_key: id,
            key_sha256: Hex::from(&key_sha256),
            reason: reason.into(),
        })?;
        self.execute(
            "block a key",
            "INSERT INTO blocked_key (id, audit_seq, at, key_sha256, reason)
             VALUES (?1, ?2, ?3, ?4, ?5)",
            (id, audit_seq, self.at(), &key_sha256, reason),
        )?;
        Ok(true)
    }
}

fn time<S: serde::Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(at)
}
