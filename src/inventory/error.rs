//! What can go wrong with the store.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use super::IntentId;
use crate::audit::RecordError;
use crate::base::clock::Timestamp;
use crate::base::revocation::Reason;
use crate::base::text::Quoted;

/// A store that cannot be read or written: nothing is signed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process writes and did not finish in time.
    #[error(
        "another keystead is writing {} (waited {} s for it); run again when it is done",
        .path.display(), .waited
    )]
    Busy {
        /// The store.
        path: PathBuf,
        /// How long we waited, in seconds.
        waited: u64,
    },
    /// The clock is behind the last audit row: it is wrong, or the store is from another time.
    #[error(
        "the clock shows {now}, but the last audit row is dated {last}: set the clock, or, if the earlier time was wrong, accept the new one with a reason"
    )]
    ClockBehind {
        /// The clock.
        now: Timestamp,
        /// The last row.
        last: Timestamp,
    },
    /// A CRL number that is not above all others.
    #[error(
        "a CRL of this issuer and distribution point with number {number} or a higher one is on record; numbers only rise"
    )]
    CrlNumber {
        /// The number that refused.
        number: u64,
    },
    /// The store contradicts itself.
    #[error(
        "{} is damaged or was changed by something else: {detail}; `keystead audit verify` says more, nothing is signed with it",
        .path.display()
    )]
    Damaged {
        /// The store.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// A serial number that is in the store already.
    #[error("the serial {serial} is in the inventory already; it is not signed a second time")]
    DuplicateSerial {
        /// The serial, hexadecimal.
        serial: String,
    },
    /// The disk, or the space we may use, is full.
    #[error("no space is left to {action} in {}; nothing was recorded by this step", .path.display())]
    Full {
        /// The store.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
    },
    /// The operating system refused.
    #[error("could not {action} {}", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A key that was blocked since the run began.
    #[error("the key {sha256} is blocked; nothing is recorded or signed for it")]
    KeyBlocked {
        /// SHA-256 of its SubjectPublicKeyInfo, hexadecimal.
        sha256: String,
    },
    /// A hold, or the end of one, of what is revoked for good.
    #[error("the certificate of intent {} is revoked; it is not held or released any more", .0.get())]
    HeldAfterRevocation(IntentId),
    /// A reason that revokes nothing for good.
    #[error("{0} does not revoke for good")]
    NotPermanent(Reason),
    /// A revocation that is not yet.
    #[error("the revocation date {date} is in the future")]
    RevokedInFuture {
        /// The date.
        date: Timestamp,
    },
    /// A key is blocked for a reason, in words.
    #[error("a key is blocked with a reason, which is empty")]
    NoReason,
    /// No store in a home that has issuers, or none where one is read.
    #[error(
        "{} is missing; if this home has issued certificates, restore it from a backup",
        .0.display()
    )]
    Missing(PathBuf),
    /// A database of another version of Keystead.
    #[error("{} has schema version {found}, this keystead knows {supported}", .path.display())]
    NewerSchema {
        /// The store.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// Ours.
        supported: i64,
    },
    /// No intent of that kind waits for a result.
    #[error("intent {} has a result already or does not exist", .0.get())]
    NotPending(IntentId),
    /// A file that is not an inventory.
    #[error("{} is not a keystead inventory", .0.display())]
    NotOurs(PathBuf),
    /// The operating system gives no randomness.
    #[error("the operating system gives no random numbers")]
    Random(#[source] getrandom::Error),
    /// The store cannot be written.
    #[error("{} cannot be written; its owner and the free space of its folder say why", .0.display())]
    ReadOnly(PathBuf),
    /// An audit event that has no JSON form.
    #[error("the audit record cannot be written")]
    Record(#[source] RecordError),
    /// A text that refers to no certificate.
    #[error(
        "{found} refers to no entry, expected at least four hexadecimal digits of a serial or a SHA-256", found = Quoted(.0))]
    Reference(String),
    /// SQLite failed in another way.
    #[error("could not {action} in {}", .path.display())]
    Sqlite {
        /// The store.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// Why.
        #[source]
        source: rusqlite::Error,
    },
    /// Others may write the store.
    #[error(
        "{} can be written by group or others (mode {mode:04o}); remove that: chmod 600 {}",
        .path.display(), .path.display()
    )]
    WritableByOthers {
        /// The store.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
}

impl StoreError {
    /// Names what SQLite reported while trying to `action`.
    pub(super) fn sqlite(path: &Path, action: &'static str, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                Self::Busy { path, waited: super::sqlite::BUSY.as_secs() }
            }
            Some(ErrorCode::DiskFull) => Self::Full { path, action },
            Some(ErrorCode::ReadOnly) => Self::ReadOnly(path),
            Some(ErrorCode::NotADatabase) => Self::NotOurs(path),
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged { path, detail: source.to_string() },
            _ => Self::Sqlite { path, action, source },
        }
    }
}
