//! The full check of `audit verify`: the database, the chain, and each table against the chain.

use std::borrow::Cow;
use std::fmt;

use rusqlite::Connection;
use serde::Serialize;

use super::blocked::BLOCKED_KEYS_SINCE;
use super::read::kind;
use super::revocation::REVOCATION_SINCE;
use super::sqlite::{SCHEMA, audit_row, read_head, signed, unsigned};
use super::{Inventory, Problem, StoreError};
use crate::audit::{self, AuditRow, Chain, Checkpoint, Event, Hex, SkippedRule};
use crate::base::algorithm::sha256;

mod revocation;

/// No more problems than this are listed: the first ones tell the story.
const ENOUGH: usize = 100;

/// What a full check found.
#[derive(Debug, Serialize)]
pub struct AuditReport {
    /// The last good row: keep it elsewhere and give it to a later check.
    #[serde(serialize_with = "text")]
    pub head: Checkpoint,
    /// Good rows of the chain.
    pub rows: u64,
    /// Intents among them.
    pub intents: u64,
    /// Results.
    pub issued: u64,
    /// Refused requests.
    pub refused: u64,
    /// Trial signatures of keys.
    pub challenges: u64,
    /// Blocked keys.
    pub blocked_keys: u64,
    /// CRLs among the intents.
    pub crls: u64,
    /// Revoked certificates.
    pub revocations: u64,
    /// Holds and releases.
    pub holds: u64,
    /// CRLs of others that were taken note of.
    pub crls_seen: u64,
    /// Everything that is wrong; empty for a sound inventory.
    #[serde(serialize_with = "texts")]
    pub problems: Vec<Problem>,
}

/// # Checking
impl Inventory {
    /// Checks everything: SQLite's own structures, the schema, every link of the audit chain, and
    /// that each table holds exactly the rows that the chain records, to the hash. `known` is a
    /// checkpoint from an earlier check that was kept elsewhere. Reads every row once or twice.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read at all; what is wrong inside is in the report.
    pub fn verify_audit(&self, known: Option<Checkpoint>) -> Result<AuditReport, StoreError> {
        // One snapshot: another process may append while we read.
        let snapshot =
            self.connection.unchecked_transaction().map_err(|source| self.unreadable(source))?;
        let mut check = Check {
            inventory: self,
            connection: &snapshot,
            intents: 0,
            results: 0,
            refused: 0,
            challenges: 0,
            blocked_keys: 0,
            crls: 0,
            revocations: 0,
            holds: 0,
            crls_seen: 0,
            problems: Vec::new(),
        };
        check.database();
        check.schema();
        let end = check.chain(known);
        if end.complete {
            check.tables(end.chain);
        }
        check.problems.truncate(ENOUGH);
        Ok(AuditReport {
            head: end.chain.head(),
            rows: end.chain.head().seq,
            intents: check.intents,
            issued: check.results,
            refused: check.refused,
            challenges: check.challenges,
            blocked_keys: check.blocked_keys,
            crls: check.crls,
            revocations: check.revocations,
            holds: check.holds,
            crls_seen: check.crls_seen,
            problems: check.problems,
        })
    }
}

impl AuditReport {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }
}

struct Check<'c> {
    inventory: &'c Inventory,
    connection: &'c Connection,
    intents: u64,
    results: u64,
    refused: u64,
    challenges: u64,
    blocked_keys: u64,
    crls: u64,
    revocations: u64,
    holds: u64,
    crls_seen: u64,
    problems: Vec<Problem>,
}

struct End {
    /// After the last good row.
    chain: Chain,
    /// Whether every row was good.
    complete: bool,
}

impl Check<'_> {
    fn database(&mut self) {
        let found: rusqlite::Result<Vec<String>> = (|| {
            let mut statement = self.connection.prepare("PRAGMA integrity_check(20)")?;
            statement.query_map([], |row| row.get(0))?.collect()
        })();
        match found {
            Ok(lines) => self
                .problems
                .extend(lines.into_iter().filter(|line| line != "ok").map(Problem::Database)),
            Err(error) => self.problems.push(Problem::Database(error.to_string())),
        }
    }

    fn schema(&mut self) {
        let objects = |connection: &Connection| -> rusqlite::Result<Vec<(String, String)>> {
            connection
                .prepare("SELECT name, coalesce(sql, '') FROM sqlite_schema ORDER BY name")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        };
        let expected = Connection::open_in_memory().and_then(|fresh| {
            let versions = usize::try_from(self.inventory.version).unwrap_or(SCHEMA.len());
            SCHEMA.iter().take(versions).try_for_each(|version| fresh.execute_batch(version))?;
            objects(&fresh)
        });
        let (found, expected) = match (objects(self.connection), expected) {
            (Ok(found), Ok(expected)) => (found, expected),
            (Err(error), _) | (_, Err(error)) => {
                return self.problems.push(unreadable("the schema", &error));
            }
        };
        for object in &expected {
            if !found.contains(object) {
                let detail = format!("{} is missing or changed", object.0);
                self.problems.push(Problem::Schema(detail));
            }
        }
        for (name, _) in &found {
            // SQLite's own tables, such as those of ANALYZE, change no row of ours.
            let ours = name.starts_with("sqlite_stat");
            if !ours && !expected.iter().any(|(known, _)| known == name) {
                self.problems.push(Problem::Schema(format!("{name} was added")));
            }
        }
    }

    /// Walks the chain and compares each row with what it speaks of.
    fn chain(&mut self, known: Option<Checkpoint>) -> End {
        let mut end = End { chain: Chain::empty(), complete: true };
        let connection = self.connection;
        let statement = connection.prepare("SELECT seq, at, event, hash FROM audit ORDER BY seq");
        let mut statement = match statement {
            Ok(statement) => statement,
            Err(error) => {
                self.problems.push(unreadable("the audit chain", &error));
                return End { complete: false, ..end };
            }
        };
        let rows = match statement.query_map([], audit_row) {
            Ok(rows) => rows,
            Err(error) => {
                self.problems.push(unreadable("the audit chain", &error));
                return End { complete: false, ..end };
            }
        };
        for step in audit::verify(rows, known) {
            let problem = match step {
                Ok(Ok((row, record))) => {
                    let head = Checkpoint { seq: row.seq, hash: row.hash };
                    end.chain = Chain::resume(head, row.at);
                    if self.problems.len() < ENOUGH
                        && let Err(error) = self.compare(&row, &record.event)
                    {
                        let what = format!("what audit row {} records", row.seq);
                        self.problems.push(unreadable(&what, &error));
                    }
                    continue;
                }
                Ok(Err(fault)) => Problem::Chain(fault),
                Err(error) => {
                    unreadable(&format!("audit row {}", end.chain.head().seq + 1), &error)
                }
            };
            self.problems.push(problem);
            end.complete = false;
        }
        end
    }

    fn compare(&mut self, row: &AuditRow, event: &Event<'_>) -> rusqlite::Result<()> {
        match event {
            Event::InventoryCreated { instance } => {
                if *instance != self.inventory.instance.get() {
                    self.differs(row, "the inventory".to_owned(), "instance byte");
                }
                let sql = "SELECT created FROM meta WHERE id = 1";
                let created: i64 = self.connection.query_row(sql, [], |row| row.get(0))?;
                if created != signed(row.at.as_unix()) {
                    self.differs(row, "the inventory".to_owned(), "time of creation");
                }
            }
            Event::Intent { intent, skipped_lints, linters, crl, .. } => {
                self.intents += 1;
                self.crls += u64::from(crl.is_some());
                self.compare_intent(row, *intent, event, (skipped_lints, linters))?;
            }
            Event::Issued { intent, sha256, signature_sha256 } => {
                self.results += 1;
                self.compare_result(row, *intent, sha256, signature_sha256)?;
            }
            Event::Challenge { challenge, key_sha256, message_sha256 } => {
                self.challenges += 1;
                self.compare_challenge(row, *challenge, key_sha256, message_sha256)?;
            }
            Event::Failed { intent, .. } => {
                if !u64::try_from(*intent).is_ok_and(|id| (1..=self.intents).contains(&id)) {
                    let what = format!("a failure of intent {intent}");
                    self.problems.push(Problem::Missing { seq: row.seq, what });
                }
            }
            Event::KeyBlocked { blocked_key, key_sha256, reason } => {
                self.blocked_keys += 1;
                self.compare_blocked_key(row, *blocked_key, key_sha256, reason)?;
            }
            Event::Revoked { .. } | Event::Held { .. } | Event::CrlSeen { .. } => {
                self.compare_revocation(row, event)?;
            }
            Event::Refused { .. } => self.refused += 1,
            Event::SchemaUpgraded { .. } | Event::ClockAccepted { .. } | Event::Note { .. } => {}
        }
        Ok(())
    }

    fn compare_intent(
        &mut self,
        row: &AuditRow,
        id: i64,
        event: &Event<'_>,
        // These stand in the audit row alone.
        (skipped_lints, linters): (&[SkippedRule<'_>], &[Cow<'_, str>]),
    ) -> rusqlite::Result<()> {
        let what = format!("intent {id}");
        if unsigned(id) != self.intents {
            self.differs(row, what.clone(), "number");
        }
        let sql = "SELECT i.audit_seq, i.recorded_at, i.kind, a.name, a.key_sha256, a.algorithm,
                          p.name, p.sha256, i.request_sha256, i.serial, i.subject, i.key_sha256,
                          i.not_after, i.tbs
                   FROM intent i JOIN authority a ON a.id = i.authority
                   JOIN profile p ON p.id = i.profile WHERE i.id = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query((id,))?;
        let Some(stored) = rows.next()? else {
            self.problems.push(Problem::Missing { seq: row.seq, what });
            return Ok(());
        };
        let octets = |index| stored.get::<_, Vec<u8>>(index).map(|value| Hex(value.into()));
        let optional = |index| -> rusqlite::Result<Option<Hex<'static>>> {
            Ok(stored.get::<_, Option<Vec<u8>>>(index)?.map(|value| Hex(value.into())))
        };
        // The row tells the same event as the audit row, so they are compared as one value.
        let told = Event::Intent {
            intent: id,
            subject_kind: kind(stored.get(2)?),
            issuer: stored.get::<_, String>(3)?.into(),
            issuer_key_sha256: octets(4)?,
            algorithm: stored.get::<_, String>(5)?.into(),
            profile: stored.get::<_, String>(6)?.into(),
            profile_sha256: octets(7)?,
            request_sha256: optional(8)?,
            serial: optional(9)?,
            subject: stored.get::<_, String>(10)?.into(),
            key_sha256: octets(11)?,
            not_after: stored.get::<_, Option<i64>>(12)?.map(unsigned),
            tbs_sha256: Hex(sha256(stored.get_ref(13)?.as_blob()?).to_vec().into()),
            skipped_lints: skipped_lints.to_vec(),
            linters: linters.to_vec(),
            crl: self.stored_crl(id)?,
        };
        let place = (stored.get::<_, i64>(0)?, stored.get::<_, i64>(1)?);
        if place != (signed(row.seq), signed(row.at.as_unix())) {
            self.differs(row, what, "audit row or time");
        } else if told != *event {
            self.differs(row, what, "content");
        }
        Ok(())
    }

    fn compare_result(
        &mut self,
        row: &AuditRow,
        id: i64,
        fingerprint: &Hex<'_>,
        signature_sha256: &Hex<'_>,
    ) -> rusqlite::Result<()> {
        let what = format!("the result of intent {id}");
        let sql = "SELECT r.audit_seq, r.at, r.sha256, r.signature, i.tbs, a.algorithm
                   FROM result r JOIN intent i ON i.id = r.intent
                   JOIN authority a ON a.id = i.authority WHERE r.intent = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query((id,))?;
        let Some(stored) = rows.next()? else {
            self.problems.push(Problem::Missing { seq: row.seq, what });
            return Ok(());
        };
        let signature = stored.get_ref(3)?.as_blob()?;
        let algorithm: String = stored.get(5)?;
        let assembled = self
            .inventory
            .assemble_der(stored.get_ref(4)?.as_blob()?, &algorithm, signature)
            .map(|der| sha256(&der));
        let place = (stored.get::<_, i64>(0)?, stored.get::<_, i64>(1)?);
        if place != (signed(row.seq), signed(row.at.as_unix())) {
            self.differs(row, what, "audit row or time");
        } else if *fingerprint != *stored.get_ref(2)?.as_blob()? {
            self.differs(row, what, "SHA-256");
        } else if *signature_sha256 != sha256(signature) {
            self.differs(row, what, "signature");
        } else if !assembled.is_ok_and(|hash| *fingerprint == hash) {
            self.differs(row, what, "assembled DER");
        }
        Ok(())
    }

    fn compare_challenge(
        &mut self,
        row: &AuditRow,
        id: i64,
        key: &Hex<'_>,
        message: &Hex<'_>,
    ) -> rusqlite::Result<()> {
        let what = format!("trial signature {id}");
        let sql = "SELECT audit_seq, at, key_sha256, message FROM challenge WHERE id = ?1";
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
        } else if *message != sha256(stored.get_ref(3)?.as_blob()?) {
            self.differs(row, what, "message");
        }
        Ok(())
    }

    /// Each audit row found its own row, so equal numbers mean that there are no others.
    fn tables(&mut self, chain: Chain) {
        let end = chain.head();
        match read_head(self.connection) {
            Ok(Some(head)) if head == chain => {}
            Ok(Some(head)) if head.head() == end => {
                let what = "the head of the chain".to_owned();
                self.problems.push(Problem::Differs { seq: end.seq, what, field: "time" });
            }
            Ok(Some(head)) => {
                self.problems.push(Problem::Head { expected: head.head(), found: end });
            }
            Ok(None) => {
                let what = "the head of the chain".to_owned();
                self.problems.push(Problem::Missing { seq: end.seq, what });
            }
            Err(error) => self.problems.push(unreadable("the head of the chain", &error)),
        }
        for (what, sql, expected) in [
            ("intents", "SELECT count(*) FROM intent", self.intents),
            ("results", "SELECT count(*) FROM result", self.results),
            ("trial signatures", "SELECT count(*) FROM challenge", self.challenges),
            (
                "blocked keys",
                self.count(BLOCKED_KEYS_SINCE, "SELECT count(*) FROM blocked_key"),
                self.blocked_keys,
            ),
            ("CRLs", self.count(REVOCATION_SINCE, "SELECT count(*) FROM crl"), self.crls),
            (
                "revocations",
                self.count(REVOCATION_SINCE, "SELECT count(*) FROM revocation"),
                self.revocations,
            ),
            ("holds", self.count(REVOCATION_SINCE, "SELECT count(*) FROM hold"), self.holds),
            (
                "seen CRLs",
                self.count(REVOCATION_SINCE, "SELECT count(*) FROM crl_seen"),
                self.crls_seen,
            ),
            (
                "intents pending",
                "SELECT coalesce(sum(open), 0) FROM pending",
                self.intents.saturating_sub(self.results),
            ),
        ] {
            match self.connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map(unsigned) {
                Ok(found) if found == expected => {}
                Ok(found) => self.problems.push(Problem::Unrecorded { what, expected, found }),
                Err(error) => self.problems.push(unreadable(what, &error)),
            }
        }
        if let Err(error) = self.pending_ranges() {
            self.problems.push(unreadable("the pending ranges", &error));
        }
    }

    /// The query, where its table is there.
    fn count(&self, since: i64, sql: &'static str) -> &'static str {
        if self.inventory.version >= since { sql } else { "SELECT 0" }
    }

    fn pending_ranges(&mut self) -> rusqlite::Result<()> {
        let sql = "SELECT first, open, last - first + 1 -
                          (SELECT count(*) FROM result WHERE intent BETWEEN first AND last)
                   FROM pending";
        let mut statement = self.connection.prepare(sql)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        for row in rows {
            let (first, open, found): (i64, i64, i64) = row?;
            if open != found {
                self.problems.push(Problem::Pending { first, open, found });
            }
        }
        Ok(())
    }

    fn differs(&mut self, row: &AuditRow, what: String, field: &'static str) {
        self.problems.push(Problem::Differs { seq: row.seq, what, field });
    }
}

fn unreadable(what: &str, error: &rusqlite::Error) -> Problem {
    Problem::Unreadable { what: what.to_owned(), detail: error.to_string() }
}

fn text<T: fmt::Display, S: serde::Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(value)
}

fn texts<T: fmt::Display, S: serde::Serializer>(values: &[T], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(values.iter().map(ToString::to_string))
}
