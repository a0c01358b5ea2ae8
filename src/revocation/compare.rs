//! What differs between two CRLs of one series, and whether the later one may follow the earlier one.

use std::iter::Peekable;

use crate::base::clock::Timestamp;
use crate::base::crl::{Crl, CrlEntry, EntryKey};

/// So many serial numbers are named at most; all of them are counted.
const NAMED: usize = 100;

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change<'a> {
    /// Only the newer CRL has it.
    Added(CrlEntry<'a>),
    /// Only the older CRL has it.
    Removed(CrlEntry<'a>),
    /// Date, reason or invalidity date differ.
    Changed {
        /// As it was.
        old: CrlEntry<'a>,
        /// As it is.
        new: CrlEntry<'a>,
    },
}

/// The changes from `old` to `new`, by ascending serial number. Memory does not grow with the number of
/// entries.
pub fn changes<'a>(old: &Crl<'a>, new: &Crl<'a>) -> impl Iterator<Item = Change<'a>> + use<'a> {
    let (mut old, mut new) = (old.ascending().peekable(), new.ascending().peekable());
    std::iter::from_fn(move || next_change(&mut old, &mut new))
}

fn next_change<'a, I>(old: &mut Peekable<I>, new: &mut Peekable<I>) -> Option<Change<'a>>
where
    I: Iterator<Item = (EntryKey<'a>, CrlEntry<'a>)>,
{
    loop {
        let order = match (old.peek(), new.peek()) {
            (Some((old, _)), Some((new, _))) => old.cmp(new),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (None, None) => return None,
        };
        if order.is_lt() {
            return old.next().map(|(_, entry)| Change::Removed(entry));
        }
        if order.is_gt() {
            return new.next().map(|(_, entry)| Change::Added(entry));
        }
        let ((_, old), (_, new)) = old.next().zip(new.next())?;
        if old != new {
            return Some(Change::Changed { old, new });
        }
    }
}

/// How the entries of a CRL follow those of the one before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Succession {
    /// Certificates that were not revoked before.
    pub added: u64,
    /// Entries with another date, reason or invalidity date.
    pub changed: u64,
    /// Entries that left lawfully: the certificate had expired before the previous CRL was issued
    /// (RFC 5280 §3.3).
    pub expired: u64,
    /// Entries that left lawfully: the certificate was on hold only (RFC 5280 §5.3.1).
    pub released: u64,
    /// Entries that must not have left.
    pub dropped: u64,
    /// The first serial numbers of these, hexadecimal.
    pub dropped_serials: Vec<String>,
}

impl Succession {
    /// Compares the entries of `crl` with those of the complete CRL `previous`. A CRL does not say when a certificate
    /// expires, so `expiry` is asked for each certificate whose entry is gone; none when it does not know.
    ///
    /// # Errors
    /// What `expiry` returns.
    pub fn between<E>(
        previous: &Crl<'_>,
        crl: &Crl<'_>,
        mut expiry: impl FnMut(&CrlEntry<'_>) -> Result<Option<Timestamp>, E>,
    ) -> Result<Self, E> {
        let mut found = Self::default();
        for change in changes(previous, crl) {
            match change {
                Change::Added(_) => found.added += 1,
                Change::Changed { .. } => found.changed += 1,
                Change::Removed(entry) if entry.is_on_hold() => found.released += 1,
                Change::Removed(entry) => match expiry(&entry)? {
                    Some(not_after) if not_after < previous.this_update() => found.expired += 1,
                    _ => {
                        found.dropped += 1;
                        if found.dropped_serials.len() < NAMED {
                            found.dropped_serials.push(hex::encode(entry.serial));
                        }
                    }
                },
            }
        }
        Ok(found)
    }
}
