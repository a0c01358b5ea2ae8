//! Steps 5 and 8: what we meant to sign and what came of it, durable, with the audit chain (SQLite).
//!
//! Invariant: no row without its audit row and no such audit row without its row, because both are
//! written in one transaction, durable (`synchronous=FULL`) before the call returns. An intent without
//! a result is *maybe signed*: its serial is spent, and a retry takes another.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::audit::{Actor, Event, Scribe};
use crate::base::challenge::ChallengeLog;
use crate::base::clock::{Clock, SystemClock, Timestamp};
use crate::base::serial::{InstanceByte, SerialNumber};
use crate::lint::{Lintable, Linted};

mod blocked;
mod check;
mod due;
mod error;
mod ocsp;
mod problem;
mod read;
mod record;
mod revocation;
mod sqlite;

pub use blocked::{BlockedKey, KeyGuard};
pub use check::AuditReport;
pub use due::{CertificateFacts, Change, LiveCertificate, SameHolders};
pub use error::StoreError;
pub use problem::Problem;
pub use read::{Counts, Entry, Filter, Standing, State};
pub(crate) use record::{NewIntent, NewResult, Transcript};
pub use revocation::{CertificateQuery, Hold, KnownCertificate, KnownCrl, Revocation, Revoked};

/// The store of one CA home, the file `inventory.db`. One transaction writes at a time; another
/// process that writes is waited for, for some seconds, and then named in the error.
pub struct Inventory {
    connection: Connection,
    path: PathBuf,
    instance: InstanceByte,
    version: i64,
    scribe: Scribe,
    clock: Box<dyn Clock>,
    read_only: bool,
}

/// Proof that an intent to sign these very bytes is durable. Only
/// [`Inventory::record_intents`] makes one; signing consumes it.
#[derive(Debug)]
pub struct IntentReceipt {
    intent: IntentId,
    tbs_sha256: [u8; 32],
}

/// The number of an intent in the inventory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IntentId(i64);

impl IntentReceipt {
    /// Which intent.
    pub fn intent(&self) -> IntentId {
        self.intent
    }
    /// SHA-256 of the bytes it covers.
    pub fn tbs_sha256(&self) -> [u8; 32] {
        self.tbs_sha256
    }
}

impl IntentId {
    /// The number.
    pub fn get(self) -> i64 {
        self.0
    }
}

/// What [`Inventory::record_issued`] stores: implemented by `verify::Issued` alone.
pub trait Completed {
    /// The intent that it fulfils.
    fn intent(&self) -> IntentId;
    /// The bits of its signature.
    fn signature(&self) -> &[u8];
    /// SHA-256 over the finished DER.
    fn sha256(&self) -> [u8; 32];
}

/// An intent without a result: the token may or may not have signed it.
#[derive(Clone, Debug)]
pub struct MaybeSigned {
    /// Which.
    pub intent: IntentId,
    /// When it was recorded.
    pub at: Timestamp,
    /// The issuer's name in this home.
    pub issuer: String,
    /// The serial, for a certificate.
    pub serial: Option<SerialNumber>,
    /// The subject, RFC 4514.
    pub subject: String,
}

/// A request that was refused, for the audit record.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The issuer it was for.
    pub issuer: String,
    /// The profile it was for.
    pub profile: String,
    /// SHA-256 of the request's bytes as given.
    pub request_sha256: [u8; 32],
    /// Why, the whole chain of causes.
    pub reason: String,
}

/// A signature that was not made, or does not verify: the intent stays *maybe signed*.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Which intent.
    pub intent: IntentId,
    /// Why, the whole chain of causes.
    pub reason: String,
}

/// # Opening
impl Inventory {
    /// Opens the store in a home folder, or creates it in one that has neither a store nor issuers.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be opened, is of a newer schema, or fails its integrity check.
    pub fn open(home: &Path, actor: Actor) -> Result<Self, StoreError> {
        Self::open_with_clock(home, actor, Box::new(SystemClock))
    }

    /// [`Inventory::open`] with the clock that dates trial signatures and the creation.
    ///
    /// # Errors
    /// As [`Inventory::open`].
    pub fn open_with_clock(
        home: &Path,
        actor: Actor,
        clock: Box<dyn Clock>,
    ) -> Result<Self, StoreError> {
        let scribe = Scribe::new(&actor).map_err(StoreError::Record)?;
        let opened = sqlite::open(home, &scribe, clock.now())?;
        Ok(Self::assemble(opened, scribe, clock, false))
    }

    /// Opens the store for reading, also while another process writes and also when its audit chain
    /// is damaged. Every recording call fails with [`StoreError::ReadOnly`].
    ///
    /// # Errors
    /// [`StoreError`] when there is none or it cannot be read.
    pub fn open_read_only(home: &Path) -> Result<Self, StoreError> {
        let scribe = Scribe::new(&Actor::current()).map_err(StoreError::Record)?;
        let opened = sqlite::open_read_only(home)?;
        Ok(Self::assemble(opened, scribe, Box::new(SystemClock), true))
    }

    /// The instance byte of this home.
    pub fn instance(&self) -> InstanceByte {
        self.instance
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn assemble(
        opened: sqlite::Opened,
        scribe: Scribe,
        clock: Box<dyn Clock>,
        read_only: bool,
    ) -> Self {
        let sqlite::Opened { connection, path, instance, version } = opened;
        Self { connection, path, instance, version, scribe, clock, read_only }
    }
}

/// # Recording
///
/// Each call is one transaction: when it fails, nothing of it was recorded. Each refuses when `now` is
/// long before the last audit row.
impl Inventory {
    /// Step 5. The intents with their whole TBS, and their audit rows.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing may be signed.
    pub fn record_intents<C: Lintable>(
        &mut self,
        issuer: &str,
        linted: &[Linted<C>],
        now: Timestamp,
    ) -> Result<Vec<IntentReceipt>, StoreError> {
        let mut transcript = self.begin(now)?;
        transcript.intents(issuer, linted.iter().map(NewIntent::from))?;
        Ok(transcript.commit()?.into_iter().flatten().collect())
    }

    /// Step 8. The signatures and their audit rows.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing may be released.
    pub fn record_issued(
        &mut self,
        completed: &[&dyn Completed],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transcript = self.begin(now)?;
        transcript.results(completed.iter().map(|completed| NewResult::from(*completed)))?;
        transcript.commit().map(|_| ())
    }

    /// Refusals leave an audit row too.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be written.
    pub fn record_refusals(
        &mut self,
        refusals: &[Refusal],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transcript = self.begin(now)?;
        transcript.refusals(refusals)?;
        transcript.commit().map(|_| ())
    }

    /// Failures of the token or of a fresh signature. The intents stay *maybe signed*.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be written.
    pub fn record_failures(
        &mut self,
        failures: &[Failure],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transcript = self.begin(now)?;
        transcript.failures(failures)?;
        transcript.commit().map(|_| ())
    }

    /// Something that signs nothing: `what` is a stable word such as `key-generated`,
    /// `issuer-installed`, `export-attempted`; `details` its facts, without secrets.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be written.
    pub fn record_event(
        &mut self,
        what: &str,
        details: serde_json::Value,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transcript = self.begin(now)?;
        transcript.event(&Event::Note { what: what.into(), details })?;
        transcript.commit().map(|_| ())
    }

    /// Accepts a clock that is behind the last audit row, because the earlier one was wrong.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be written.
    pub fn accept_clock(&mut self, reason: &str, now: Timestamp) -> Result<(), StoreError> {
        self.refuse_read_only()?;
        let Self { connection, path, scribe, .. } = self;
        let mut transcript = Transcript::begin_at_any_time(connection, path, scribe, now)?;
        transcript.event(&Event::ClockAccepted { reason: reason.into() })?;
        transcript.commit().map(|_| ())
    }

    /// Moves everything from the write-ahead log into the database file.
    pub(crate) fn settle(&self) -> Result<(), StoreError> {
        self.connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
            .map_err(|source| StoreError::sqlite(&self.path, "empty the write-ahead log", source))
    }

    /// One transaction for several kinds of rows: the group commit of a batch.
    pub(crate) fn begin(&mut self, now: Timestamp) -> Result<Transcript<'_>, StoreError> {
        self.refuse_read_only()?;
        let Self { connection, path, scribe, .. } = self;
        Transcript::begin(connection, path, scribe, now)
    }

    fn refuse_read_only(&self) -> Result<(), StoreError> {
        if self.read_only {
            return Err(StoreError::ReadOnly(self.path.clone()));
        }
        Ok(())
    }
}

impl ChallengeLog for Inventory {
    fn record_challenge(
        &mut self,
        key_spki_sha256: [u8; 32],
        message: &[u8],
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let now = self.clock.now();
        let mut transcript = self.begin(now)?;
        transcript.challenge(key_spki_sha256, message)?;
        transcript.commit()?;
        Ok(())
    }
}

impl std::fmt::Debug for Inventory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inventory")
            .field("path", &self.path)
            .field("instance", &self.instance.get())
            .field("read_only", &self.read_only)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
