//! Blocked keys, revocations, holds and CRLs against the chain.

use rusqlite::{OptionalExtension as _, Row};

use super::super::Problem;
use super::super::blocked::BLOCKED_KEYS_SINCE;
use super::super::revocation::REVOCATION_SINCE;
use super::super::sqlite::{signed, unsigned};
use super::Check;
use crate::audit::{AuditRow, CrlRecord, Event, Hex};

impl Check<'_> {
    /// Compares what an event of revocation speaks of.
    pub(super) fn compare_revocation(
        &mut self,
        row: &AuditRow,
        event: &Event<'_>,
    ) -> rusqlite::Result<()> {
        match event {
            Event::Revoked { revocation, .. } => {
                self.revocations += 1;
                self.compare_row(
                    row,
                    format!("revocation {revocation}"),
                    event,
                    REVOCATION,
                    *revocation,
                    revocation_event,
                )?;
            }
            Event::Held { hold, .. } => {
                self.holds += 1;
                self.compare_row(row, format!("hold {hold}"), event, HOLD, *hold, hold_event)?;
            }
            Event::CrlSeen { seen, .. } => {
                self.crls_seen += 1;
                self.compare_row(
                    row,
                    format!("seen CRL {seen}"),
                    event,
                    CRL_SEEN,
                    *seen,
                    crl_seen_event,
                )?;
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn compare_blocked_key(
        &mut self,
        row: &AuditRow,
        id: i64,
        key: &Hex<'_>,
        reason: &str,
    ) -> rusqlite::Result<()> {
        let what = format!("blocked key {id}");
        if self.inventory.version < BLOCKED_KEYS_SINCE {
            self.problems.push(Problem::Missing { seq: row.seq, what });
            return Ok(());
        }
        let sql = "SELECT audit_seq, at, key_sha256, reason FROM blocked_key WHERE id = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query((id,))?;
        let Some(stored) = rows.next()? else {
            self.problems.push(Problem::Missing { seq: row.seq, what });
            return Ok(());
        };
        let place = (stored.get::<_, i64>(0)?, stored.get::<_, i64>(1)?);
        if place != (signed(row.seq), signed(row.at.as_unix())) {
            self.differs(row, what, "audit row or time");
        } else if *key != *stored.get_ref(2)?.as_blob()? {
            self.differs(row, what, "key");
        } else if reason.as_bytes() != stored.get_ref(3)?.as_bytes()? {
            self.differs(row, what, "reason");
        }
        Ok(())
    }

    /// The row beside an intent that is a CRL's.
    pub(super) fn stored_crl(&self, intent: i64) -> rusqlite::Result<Option<CrlRecord<'static>>> {
        if self.inventory.version < REVOCATION_SINCE {
            return Ok(None);
        }
        let sql = "SELECT c.point, c.number, c.base, c.this_update, c.next_update, c.entries, c.covers
                   FROM crl c JOIN intent i ON i.id = c.intent JOIN authority a ON a.id = i.authority
                   WHERE c.intent = ?1 AND c.authority_key = a.key_sha256";
        let read = |row: &rusqlite::Row<'_>| {
            Ok(CrlRecord {
                point: row.get::<_, String>(0)?.into(),
                number: unsigned(row.get(1)?),
                base: row.get::<_, Option<i64>>(2)?.map(unsigned),
                this_update: unsigned(row.get(3)?),
                next_update: unsigned(row.get(4)?),
                entries: unsigned(row.get(5)?),
                covers: unsigned(row.get(6)?),
            })
        };
        self.connection.prepare_cached(sql)?.query_row((intent,), read).optional()
    }

    /// Compares a row, which begins with its audit row and time, with the event that it should tell.
    fn compare_row(
        &mut self,
        row: &AuditRow,
        what: String,
        event: &Event<'_>,
        sql: &str,
        id: i64,
        told: fn(i64, &rusqlite::Row<'_>) -> rusqlite::Result<Event<'static>>,
    ) -> rusqlite::Result<()> {
        if self.inventory.version < REVOCATION_SINCE {
            self.problems.push(Problem::Missing { seq: row.seq, what });
            return Ok(());
        }
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query((id,))?;
        let Some(stored) = rows.next()? else {
            self.problems.push(Problem::Missing { seq: row.seq, what });
            return Ok(());
        };
        let place = (stored.get::<_, i64>(0)?, stored.get::<_, i64>(1)?);
        if place != (signed(row.seq), signed(row.at.as_unix())) {
            self.differs(row, what, "audit row or time");
        } else if told(id, stored)? != *event {
            self.differs(row, what, "content");
        }
        Ok(())
    }
}

const REVOCATION: &str =
    "SELECT audit_seq, at, authority_key, serial, intent, date, reason, invalidity,
                                 not_after, point, ca FROM revocation WHERE id = ?1";

fn revocation_event(id: i64, row: &Row<'_>) -> rusqlite::Result<Event<'static>> {
    Ok(Event::Revoked {
        revocation: id,
        issuer_key_sha256: Hex(row.get::<_, Vec<u8>>(2)?.into()),
        serial: Hex(row.get::<_, Vec<u8>>(3)?.into()),
        intent: row.get(4)?,
        date: unsigned(row.get(5)?),
        reason: row.get(6)?,
        invalidity: row.get::<_, Option<i64>>(7)?.map(unsigned),
        not_after: row.get::<_, Option<i64>>(8)?.map(unsigned),
        point: row.get::<_, String>(9)?.into(),
        ca: row.get(10)?,
    })
}

const HOLD: &str = "SELECT audit_seq, at, intent, held FROM hold WHERE id = ?1";

fn hold_event(id: i64, row: &Row<'_>) -> rusqlite::Result<Event<'static>> {
    Ok(Event::Held { hold: id, intent: row.get(2)?, held: row.get(3)? })
}

const CRL_SEEN: &str =
    "SELECT audit_seq, at, authority_key, point, number, sha256 FROM crl_seen WHERE id = ?1";

fn crl_seen_event(id: i64, row: &Row<'_>) -> rusqlite::Result<Event<'static>> {
    Ok(Event::CrlSeen {
        seen: id,
        issuer_key_sha256: Hex(row.get::<_, Vec<u8>>(2)?.into()),
        point: row.get::<_, String>(3)?.into(),
        number: unsigned(row.get(4)?),
        sha256: Hex(row.get::<_, Vec<u8>>(5)?.into()),
    })
}
