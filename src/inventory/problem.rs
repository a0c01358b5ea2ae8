//! What the full check of the store can find.

use crate::audit::{ChainFault, Checkpoint};

/// One thing that is wrong.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// SQLite finds its own structures damaged.
    #[error("the database is damaged: {0}")]
    Database(String),
    /// A table, index or trigger is not as this version makes it.
    #[error("the database schema was changed: {0}")]
    Schema(String),
    /// The chain is broken.
    #[error(transparent)]
    Chain(ChainFault),
    /// The chain ends elsewhere than its head says.
    #[error("the audit chain ends at {found}, but it was written up to {expected}")]
    Head {
        /// What the head says.
        expected: Checkpoint,
        /// The last row.
        found: Checkpoint,
    },
    /// An audit row speaks of a row that is not there.
    #[error("audit row {seq} records {what}, which is missing")]
    Missing {
        /// The audit row.
        seq: u64,
        /// Which row it speaks of.
        what: String,
    },
    /// A row is not what its audit row says.
    #[error("{what} is not what audit row {seq} records: its {field} differs")]
    Differs {
        /// The audit row.
        seq: u64,
        /// Which row.
        what: String,
        /// What differs.
        field: &'static str,
    },
    /// A table has rows that the chain does not record.
    #[error("there are {found} {what}, but the audit chain records {expected}")]
    Unrecorded {
        /// Rows of which kind.
        what: &'static str,
        /// How many the chain records.
        expected: u64,
        /// How many there are.
        found: u64,
    },
    /// The list of unfinished intents is wrong.
    #[error("the pending range from intent {first} says {open} have no result, in fact {found}")]
    Pending {
        /// The first intent of the range.
        first: i64,
        /// What the range says.
        open: i64,
        /// What is so.
        found: i64,
    },
    /// Rows cannot be read.
    #[error("{what} cannot be read: {detail}")]
    Unreadable {
        /// Which.
        what: String,
        /// Why.
        detail: String,
    },
}
