//! The audit record: what is in a row and how rows are chained by SHA-256. Knows no database.
//!
//! A row is `(seq, at, event, hash)`:
//!
//! - `seq` counts 1, 2, 3 … without a gap;
//! - `at` is the time in whole seconds since 1970-01-01T00:00:00Z;
//! - `event` is one line of JSON, `{"actor":{…},"event":{"kind":…,…}}`, UTF-8, without white space
//!   between tokens, its fields in the order in which [`Actor`] and [`Event`] declare them;
//! - `hash` is
//!
//! ```text
//! SHA-256( hash of row seq-1 (32 octets; 32 zero octets before row 1)
//!       || seq   (8 octets, big-endian)
//!       || at    (8 octets, big-endian)
//!       || event (the octets of the JSON text) )
//! ```
//!
//! So every hash covers everything before it: a row that is changed, removed, inserted or moved breaks
//! the chain at that row. Who holds a [`Checkpoint`] from another day also notices a chain that was cut
//! short or written anew from the start.
//!
//! [`ExportedRow`] is the form for other programs, one JSON object a line. In Python the check is
//!
//! ```python
//! import hashlib, json, struct, sys
//! prev = bytes(32)
//! for seq, line in enumerate(sys.stdin, 1):
//!     row = json.loads(line)
//!     message = prev + struct.pack(">QQ", row["seq"], row["at"]) + row["event"].encode()
//!     assert row["seq"] == seq and row["prev"] == prev.hex(), row["seq"]
//!     prev = hashlib.sha256(message).digest()
//!     assert row["hash"] == prev.hex(), row["seq"]
//! ```

mod actor;
mod chain;
mod event;
mod hex;

pub use actor::Actor;
pub(crate) use chain::Scribe;
pub use chain::{AuditRow, Chain, ChainFault, Checkpoint, CheckpointError, ExportedRow, verify};
pub use event::{CrlRecord, Event, Record, RecordError, SkippedRule, Subject};
pub use hex::Hex;
