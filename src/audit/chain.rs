//! The hash chain: appending to it and checking it.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::event::{Event, Record, RecordError};
use super::{Actor, Hex};
use crate::base::clock::Timestamp;
use crate::base::text::Quoted;

/// The clock may be this many seconds behind the last row: two hosts, or a clock that was just set.
const CLOCK_TOLERANCE: u64 = 300;

/// A row of the audit record as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// Its number, from 1.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// The JSON of a [`Record`].
    pub event: String,
    /// The hash over this row and everything before it.
    pub hash: [u8; 32],
}

/// The end of a chain at some moment: kept elsewhere, it proves later that nothing before it changed.
/// As text `SEQ:HASH`, the hash in hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The last row's number, 0 for an empty chain.
    pub seq: u64,
    /// The last row's hash.
    pub hash: [u8; 32],
}

/// A text that is no checkpoint.
#[derive(Debug, thiserror::Error)]
#[error("{found} is not a checkpoint, expected SEQ:HASH with 64 hexadecimal digits", found = Quoted(.0))]
pub struct CheckpointError(pub String);

/// What is wrong with a row; each names the first row that is not as it was written.
#[derive(Debug, thiserror::Error)]
pub enum ChainFault {
    /// A number is missing, or a row is out of place.
    #[error("audit row {expected} is missing, row {found} follows row {}", .expected - 1)]
    Missing {
        /// The number that should follow.
        expected: u64,
        /// The number that does.
        found: u64,
    },
    /// The hash does not cover this row after the rows before it.
    #[error(
        "audit row {seq} was changed, or a row before it was replaced: its hash does not match"
    )]
    Changed {
        /// Which row.
        seq: u64,
    },
    /// The hash matches but the text is no record of ours.
    #[error("audit row {seq} does not hold a record")]
    Record {
        /// Which row.
        seq: u64,
        /// Why not.
        #[source]
        source: RecordError,
    },
    /// Time goes back by more than the tolerance and nobody accepted it.
    #[error("audit row {seq} is dated {at}, long before the row before it ({before})")]
    TimeGoesBack {
        /// Which row.
        seq: u64,
        /// Its time.
        at: Timestamp,
        /// The time of the row before.
        before: Timestamp,
    },
    /// Row 1 is not the creation of the inventory, or another row is.
    #[error("audit row {seq} is not what begins a chain, or begins a second one")]
    Beginning {
        /// Which row.
        seq: u64,
    },
    /// The chain passes a known checkpoint with another hash, or ends before it.
    #[error("the chain does not contain the checkpoint {expected}: row {} {found}", .expected.seq)]
    Checkpoint {
        /// What was known.
        expected: Checkpoint,
        /// What there is instead.
        found: String,
    },
}

/// The end of a chain to which rows are appended, or a place in a chain that is being checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chain {
    head: Checkpoint,
    at: Timestamp,
}

/// A row in the form for other programs: serialized, one JSON object a line.
#[derive(Clone, Debug, Serialize)]
pub struct ExportedRow<'a> {
    /// Its number.
    pub seq: u64,
    /// Seconds since the epoch.
    pub at: u64,
    /// The hash of the row before.
    pub prev: Hex<'a>,
    /// The exact JSON text, as a string: its octets are hashed.
    pub event: &'a str,
    /// The row's hash.
    pub hash: Hex<'a>,
}

impl Chain {
    /// A chain without rows.
    pub fn empty() -> Self {
        Self { head: Checkpoint { seq: 0, hash: [0; 32] }, at: Timestamp::from_unix(0) }
    }

    /// The chain that ends in `head`, whose last row is dated `at`.
    pub fn resume(head: Checkpoint, at: Timestamp) -> Self {
        Self { head, at }
    }

    /// Its end.
    pub fn head(&self) -> Checkpoint {
        self.head
    }

    /// The time of its last row.
    pub fn last_at(&self) -> Timestamp {
        self.at
    }

    /// Whether `now` is so far behind the last row that the clock must be wrong, or this store a
    /// copy of another time.
    pub fn is_ahead_of(&self, now: Timestamp) -> bool {
        now.plus(CLOCK_TOLERANCE) < self.at
    }

    /// The row that follows, with its hash. The caller stores it.
    pub fn append(&mut self, at: Timestamp, event: String) -> AuditRow {
        let seq = self.head.seq + 1;
        let hash = link(&self.head.hash, seq, at, &event);
        self.head = Checkpoint { seq, hash };
        self.at = at;
        AuditRow { seq, at, event, hash }
    }

    /// Checks that `row` follows, and moves on.
    ///
    /// # Errors
    /// [`ChainFault`]; the chain stays where it was.
    pub fn check(&mut self, row: &AuditRow) -> Result<Record<'static>, ChainFault> {
        let expected = self.head.seq + 1;
        let seq = row.seq;
        if seq != expected {
            return Err(ChainFault::Missing { expected, found: seq });
        }
        if link(&self.head.hash, seq, row.at, &row.event) != row.hash {
            return Err(ChainFault::Changed { seq });
        }
        let record =
            Record::from_json(&row.event).map_err(|source| ChainFault::Record { seq, source })?;
        if matches!(record.event, Event::InventoryCreated { .. }) != (seq == 1) {
            return Err(ChainFault::Beginning { seq });
        }
        if self.is_ahead_of(row.at) && !matches!(record.event, Event::ClockAccepted { .. }) {
            return Err(ChainFault::TimeGoesBack { seq, at: row.at, before: self.at });
        }
        self.head = Checkpoint { seq, hash: row.hash };
        self.at = row.at;
        Ok(record)
    }
}

/// Checks rows in the order given, from row 1; yields each row's record, or the first fault and then
/// nothing more. With `known`, a checkpoint from elsewhere must lie on the chain.
pub fn verify<E>(
    rows: impl Iterator<Item = Result<AuditRow, E>>,
    known: Option<Checkpoint>,
) -> impl Iterator<Item = Result<Result<(AuditRow, Record<'static>), ChainFault>, E>> {
    Verification { rows, chain: Chain::empty(), known, ended: false }
}

struct Verification<I> {
    rows: I,
    chain: Chain,
    known: Option<Checkpoint>,
    ended: bool,
}

impl<I, E> Iterator for Verification<I>
where
    I: Iterator<Item = Result<AuditRow, E>>,
{
    type Item = Result<Result<(AuditRow, Record<'static>), ChainFault>, E>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let row = match self.rows.next() {
            Some(Ok(row)) => row,
            Some(Err(error)) => {
                self.ended = true;
                return Some(Err(error));
            }
            None => {
                self.ended = true;
                let expected = self.known.filter(|known| known.seq > self.chain.head().seq)?;
                let found = format!("is missing, the last row is {}", self.chain.head().seq);
                return Some(Ok(Err(ChainFault::Checkpoint { expected, found })));
            }
        };
        let checked = self.chain.check(&row).and_then(|record| match self.known {
            Some(expected) if expected.seq == row.seq && expected.hash != row.hash => {
                let found = format!("has the hash {}", Hex::from(&row.hash));
                Err(ChainFault::Checkpoint { expected, found })
            }
            _ => Ok((row, record)),
        });
        self.ended = checked.is_err();
        Some(Ok(checked))
    }
}

impl AuditRow {
    /// The form for other programs; `prev` is the hash of the row before, zeros before row 1.
    pub fn exported<'a>(&'a self, prev: &'a [u8; 32]) -> ExportedRow<'a> {
        ExportedRow {
            seq: self.seq,
            at: self.at.as_unix(),
            prev: Hex::from(prev),
            event: &self.event,
            hash: Hex::from(&self.hash),
        }
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, Hex::from(&self.hash))
    }
}

impl FromStr for Checkpoint {
    type Err = CheckpointError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (seq, digits) = text.split_once(':')?;
            let mut hash = [0_u8; 32];
            hex::decode_to_slice(digits, &mut hash).ok()?;
            Some(Self { seq: seq.parse().ok()?, hash })
        };
        parse().ok_or_else(|| CheckpointError(text.to_owned()))
    }
}

/// Writes events as JSON with one actor, whose JSON is made once.
#[derive(Clone, Debug)]
pub(crate) struct Scribe {
    prefix: String,
}

impl Scribe {
    pub(crate) fn new(actor: &Actor) -> Result<Self, RecordError> {
        let actor = serde_json::to_string(actor).map_err(RecordError::json)?;
        Ok(Self { prefix: format!("{{\"actor\":{actor},\"event\":") })
    }

    /// The same text as [`Record::to_json`].
    pub(crate) fn write(&self, event: &Event<'_>) -> Result<String, RecordError> {
        let mut text = Vec::with_capacity(1024);
        text.extend_from_slice(self.prefix.as_bytes());
        serde_json::to_writer(&mut text, event).map_err(RecordError::json)?;
        text.push(b'}');
        String::from_utf8(text).map_err(|_| RecordError::NotCanonical)
    }
}

fn link(prev: &[u8; 32], seq: u64, at: Timestamp, event: &str) -> [u8; 32] {
    let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
    context.update(prev);
    context.update(&seq.to_be_bytes());
    context.update(&at.as_unix().to_be_bytes());
    context.update(event.as_bytes());
    let mut hash = [0_u8; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}
