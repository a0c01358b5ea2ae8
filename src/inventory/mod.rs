//! Steps 5 and 8: what we meant to sign and what came of it, durable, with the audit chain (SQLite).

use std::path::Path;

use crate::audit::Actor;
use crate::base::clock::Timestamp;
use crate::base::serial::{InstanceByte, SerialNumber};
use crate::lint::Linted;

mod error;

pub use error::StoreError;

/// The store of one CA home. One writer at a time; opened with `synchronous=FULL`.
#[derive(Debug)]
pub struct Inventory {}

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

impl Inventory {
    /// Opens or creates the store in a home folder.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be opened, is of a newer schema, or fails its integrity check.
    pub fn open(path: &Path, actor: Actor) -> Result<Self, StoreError> {
        let _ = (path, actor);
        todo!()
    }

    /// The instance byte of this home.
    pub fn instance(&self) -> InstanceByte {
        todo!()
    }

    /// Step 5. One transaction: the intents with their whole TBS, and their audit rows.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing may be signed.
    pub fn record_intents(
        &mut self,
        issuer: &str,
        linted: &[Linted],
        now: Timestamp,
    ) -> Result<Vec<IntentReceipt>, StoreError> {
        let _ = (issuer, linted, now);
        todo!()
    }

    /// Step 8. One transaction: the signatures and their audit rows.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing may be released.
    pub fn record_issued(
        &mut self,
        completed: &[&dyn Completed],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let _ = (completed, now);
        todo!()
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
        let _ = (refusals, now);
        todo!()
    }

    /// The intents without a result.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn maybe_signed(&self) -> Result<Vec<MaybeSigned>, StoreError> {
        todo!()
    }
}
