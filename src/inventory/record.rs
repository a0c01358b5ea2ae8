//! Writing: one transaction for any mix of intents, results, refusals and events, each with its audit
//! row. What is written is proof of nothing until [`Transcript::commit`] returns.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior};

use super::sqlite::{insert_audit, read_head, signed};
use super::{Completed, Failure, IntentId, IntentReceipt, Refusal, StoreError};
use crate::audit::{Chain, CrlRecord, Event, Hex, Scribe, SkippedRule, Subject};
use crate::base::algorithm::{SignatureAlgorithm, sha256};
use crate::base::clock::Timestamp;
use crate::base::serial::SerialNumber;
use crate::lint::{Lintable, Linted};
use crate::profile::SkippedLint;
use crate::tbs::{ContentKind, CrlFacts};

/// One transaction in the making. Dropped without [`Transcript::commit`], it leaves nothing.
pub(crate) struct Transcript<'i> {
    pub(super) transaction: Transaction<'i>,
    path: &'i Path,
    scribe: &'i Scribe,
    now: Timestamp,
    chain: Chain,
    next_intent: i64,
    receipts: Vec<Vec<IntentReceipt>>,
    /// Pending ranges by their first intent, with the number of intents that got their result here.
    fulfilled: BTreeMap<i64, i64>,
    /// First and last intent of the range found last: results come in runs of one range.
    range: Option<(i64, i64)>,
}

/// An intent as it is stored.
pub(crate) struct NewIntent<'a> {
    pub(crate) kind: Subject,
    pub(crate) authority_key: [u8; 32],
    pub(crate) algorithm: SignatureAlgorithm,
    pub(crate) profile: &'a str,
    pub(crate) profile_sha256: [u8; 32],
    pub(crate) serial: Option<SerialNumber>,
    pub(crate) key_sha256: [u8; 32],
    pub(crate) request_sha256: Option<[u8; 32]>,
    pub(crate) subject: Cow<'a, str>,
    pub(crate) not_after: Option<Timestamp>,
    pub(crate) tbs: &'a [u8],
    pub(crate) skipped_lints: &'a [SkippedLint],
    pub(crate) linters: &'a [String],
    /// For a CRL.
    pub(crate) crl: Option<CrlFacts<'a>>,
}

/// A result as it is stored.
pub(crate) struct NewResult<'a> {
    pub(crate) intent: IntentId,
    pub(crate) sha256: [u8; 32],
    pub(crate) signature: &'a [u8],
}

impl<'a, C: Lintable> From<&'a Linted<C>> for NewIntent<'a> {
    fn from(linted: &'a Linted<C>) -> Self {
        let tbs = linted.tbs();
        let (authority, facts) = (tbs.plan().authority(), tbs.plan().facts());
        let (kind, not_after, crl) = match facts.kind {
            ContentKind::Certificate(not_after) => (Subject::Certificate, Some(not_after), None),
            ContentKind::Request => (Subject::Request, None, None),
            ContentKind::Crl(crl) => (Subject::Crl, None, Some(crl)),
            ContentKind::Ocsp => (Subject::Ocsp, None, None),
        };
        Self {
            kind,
            authority_key: authority.spki().sha256(),
            algorithm: authority.algorithm,
            profile: facts.profile,
            profile_sha256: facts.profile_sha256,
            serial: tbs.serial(),
            key_sha256: facts.key_sha256,
            request_sha256: facts.request_sha256,
            subject: Cow::Owned(facts.subject),
            not_after,
            crl,
            tbs: tbs.as_der(),
            skipped_lints: linted.skipped(),
            linters: linted.linters(),
        }
    }
}

fn skipped_rule(skipped: &SkippedLint) -> SkippedRule<'_> {
    SkippedRule { rule: (&skipped.rule).into(), reason: (&skipped.reason).into() }
}

/// A CRL as the audit chain tells it.
fn crl_record<'a>(crl: &CrlFacts<'a>) -> CrlRecord<'a> {
    CrlRecord {
        point: crl.point.into(),
        number: crl.number,
        base: crl.base,
        this_update: crl.this_update.as_unix(),
        next_update: crl.next_update.as_unix(),
        entries: crl.entries,
        covers: crl.covers,
    }
}

impl<'a> From<&'a dyn Completed> for NewResult<'a> {
    fn from(completed: &'a dyn Completed) -> Self {
        Self {
            intent: completed.intent(),
            sha256: completed.sha256(),
            signature: completed.signature(),
        }
    }
}

impl<'i> Transcript<'i> {
    /// Waits for the write lock, then reads the end of the chain.
    ///
    /// # Errors
    /// [`StoreError`], also when `now` is long before the last row.
    pub(super) fn begin(
        connection: &'i mut Connection,
        path: &'i Path,
        scribe: &'i Scribe,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let transcript = Self::begin_at_any_time(connection, path, scribe, now)?;
        if transcript.chain.is_ahead_of(now) {
            return Err(StoreError::ClockBehind { now, last: transcript.chain.last_at() });
        }
        Ok(transcript)
    }

    /// [`Transcript::begin`] without a look at the clock.
    pub(super) fn begin_at_any_time(
        connection: &'i mut Connection,
        path: &'i Path,
        scribe: &'i Scribe,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|source| StoreError::sqlite(path, "lock the database", source))?;
        let read = |source| StoreError::sqlite(path, "read the last rows", source);
        let chain = read_head(&transaction).map_err(read)?.ok_or_else(|| StoreError::Damaged {
            path: path.to_owned(),
            detail: "the head of the audit chain is missing".to_owned(),
        })?;
        let next_intent = next_id(&transaction, "SELECT max(id) FROM intent").map_err(read)?;
        Ok(Self {
            transaction,
            path,
            scribe,
            now,
            chain,
            next_intent,
            receipts: Vec::new(),
            fulfilled: BTreeMap::new(),
            range: None,
        })
    }

    /// Adds intents of one issuer. Their receipts are the next of those that
    /// [`Transcript::commit`] returns.
    pub(crate) fn intents<'a>(
        &mut self,
        issuer: &str,
        intents: impl IntoIterator<Item = NewIntent<'a>>,
    ) -> Result<(), StoreError> {
        let first = self.next_intent;
        let mut receipts = Vec::new();
        let mut lookups = Lookups::default();
        for intent in intents {
            let tbs_sha256 = sha256(intent.tbs);
            let (authority, profile) = lookups
                .ids(&self.transaction, issuer, &intent)
                .map_err(|source| self.failed("record the issuer and profile", source))?;
            let id = self.next_intent;
            let audit_seq = self.event(&Event::Intent {
                intent: id,
                subject_kind: intent.kind,
                issuer: Cow::Borrowed(issuer),
                issuer_key_sha256: Hex::from(&intent.authority_key),
                algorithm: Cow::Borrowed(intent.algorithm.name()),
                profile: Cow::Borrowed(intent.profile),
                profile_sha256: Hex::from(&intent.profile_sha256),
                request_sha256: intent.request_sha256.as_ref().map(Hex::from),
                serial: intent.serial.as_ref().map(|serial| Hex::from(serial.as_bytes())),
                subject: Cow::Borrowed(&intent.subject),
                key_sha256: Hex::from(&intent.key_sha256),
                not_after: intent.not_after.map(Timestamp::as_unix),
                tbs_sha256: Hex::from(&tbs_sha256),
                skipped_lints: intent.skipped_lints.iter().map(skipped_rule).collect(),
                linters: intent.linters.iter().map(Into::into).collect(),
                crl: intent.crl.as_ref().map(crl_record),
            })?;
            self.insert_intent(id, audit_seq, authority, profile, &intent)?;
            if let Some(crl) = &intent.crl {
                self.insert_crl(id, &intent.authority_key, crl)?;
            }
            self.next_intent += 1;
            receipts.push(IntentReceipt { intent: IntentId(id), tbs_sha256 });
        }
        if !receipts.is_empty() {
            let last = self.next_intent - 1;
            self.execute(
                "record the pending range",
                "INSERT INTO pending (first, last, open) VALUES (?1, ?2, ?3)",
                (first, last, last - first + 1),
            )?;
        }
        self.receipts.push(receipts);
        Ok(())
    }

    /// Adds results.
    pub(crate) fn results<'a>(
        &mut self,
        results: impl IntoIterator<Item = NewResult<'a>>,
    ) -> Result<(), StoreError> {
        for result in results {
            let intent = result.intent.get();
            let audit_seq = self.event(&Event::Issued {
                intent,
                sha256: Hex::from(&result.sha256),
                signature_sha256: Hex::from(&sha256(result.signature)),
            })?;
            let range = self.pending_range(result.intent)?;
            *self.fulfilled.entry(range).or_default() += 1;
            self.execute(
                "record a result",
                "INSERT INTO result (intent, audit_seq, at, sha256, signature)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                (intent, audit_seq, self.at(), &result.sha256, result.signature),
            )
            .map_err(|error| not_pending_if_taken(error, result.intent))?;
        }
        Ok(())
    }

    /// Adds failures of signing or verifying.
    pub(crate) fn failures(&mut self, failures: &[Failure]) -> Result<(), StoreError> {
        for failure in failures {
            self.event(&Event::Failed {
                intent: failure.intent.get(),
                reason: Cow::Borrowed(&failure.reason),
            })?;
        }
        Ok(())
    }

    /// Adds refusals.
    pub(crate) fn refusals(&mut self, refusals: &[Refusal]) -> Result<(), StoreError> {
        for refusal in refusals {
            self.event(&Event::Refused {
                issuer: Cow::Borrowed(&refusal.issuer),
                profile: Cow::Borrowed(&refusal.profile),
                request_sha256: Hex::from(&refusal.request_sha256),
                reason: Cow::Borrowed(&refusal.reason),
            })?;
        }
        Ok(())
    }

    /// Adds a trial signature that is about to be made.
    pub(super) fn challenge(
        &mut self,
        key_sha256: [u8; 32],
        message: &[u8],
    ) -> Result<(), StoreError> {
        let id = next_id(&self.transaction, "SELECT max(id) FROM challenge")
            .map_err(|source| self.failed("read the last challenge", source))?;
        let audit_seq = self.event(&Event::Challenge {
            challenge: id,
            key_sha256: Hex::from(&key_sha256),
            message_sha256: Hex::from(&sha256(message)),
        })?;
        self.execute(
            "record a trial signature",
            "INSERT INTO challenge (id, audit_seq, at, key_sha256, message)
             VALUES (?1, ?2, ?3, ?4, ?5)",
            (id, audit_seq, self.at(), &key_sha256, message),
        )
    }

    /// Adds an audit row; its number.
    pub(super) fn event(&mut self, event: &Event<'_>) -> Result<i64, StoreError> {
        let text = self.scribe.write(event).map_err(StoreError::Record)?;
        let row = self.chain.append(self.now, text);
        insert_audit(&self.transaction, &row)
            .map_err(|source| self.failed("record an audit row", source))?;
        Ok(signed(row.seq))
    }

    /// Makes everything durable; the receipts of each call of [`Transcript::intents`], in order.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing was recorded.
    pub(crate) fn commit(self) -> Result<Vec<Vec<IntentReceipt>>, StoreError> {
        for (first, count) in &self.fulfilled {
            self.execute(
                "close the pending range",
                "UPDATE pending SET open = open - ?2 WHERE first = ?1",
                (first, count),
            )?;
            self.execute(
                "close the pending range",
                "DELETE FROM pending WHERE first = ?1 AND open = 0",
                (first,),
            )?;
        }
        let head = self.chain.head();
        self.execute(
            "move the head of the audit chain",
            "UPDATE head SET seq = ?1, at = ?2, hash = ?3 WHERE id = 1",
            // A transaction that found nothing to do leaves the head as it was.
            (signed(head.seq), signed(self.chain.last_at().as_unix()), &head.hash),
        )?;
        let path = self.path;
        self.transaction
            .commit()
            .map_err(|source| StoreError::sqlite(path, "commit the transaction", source))?;
        Ok(self.receipts)
    }

    fn insert_intent(
        &self,
        id: i64,
        audit_seq: i64,
        authority: i64,
        profile: i64,
        intent: &NewIntent<'_>,
    ) -> Result<(), StoreError> {
        let kind = match intent.kind {
            Subject::Certificate => 1,
            Subject::Request => 2,
            Subject::Crl => 3,
            Subject::Ocsp => 4,
        };
        let inserted = self.execute(
            "record an intent",
            "INSERT INTO intent (id, audit_seq, kind, authority, profile, serial, key_sha256,
                                 request_sha256, subject, not_after, recorded_at, tbs)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            rusqlite::params![
                id,
                audit_seq,
                kind,
                authority,
                profile,
                intent.serial.as_ref().map(SerialNumber::as_bytes),
                intent.key_sha256,
                intent.request_sha256,
                intent.subject,
                intent.not_after.map(|time| signed(time.as_unix())),
                self.at(),
                intent.tbs,
            ],
        );
        if let Err(StoreError::Sqlite { source, .. }) = &inserted
            && source.sqlite_extended_error_code() == Some(rusqlite::ffi::SQLITE_CONSTRAINT_TRIGGER)
        {
            return Err(StoreError::KeyBlocked { sha256: hex::encode(intent.key_sha256) });
        }
        match (inserted, intent.serial) {
            (Err(StoreError::Sqlite { source, .. }), Some(serial)) if is_unique(&source) => {
                Err(StoreError::DuplicateSerial { serial: serial.to_string() })
            }
            (inserted, _) => inserted,
        }
    }

    /// The pending range that holds the intent.
    fn pending_range(&mut self, intent: IntentId) -> Result<i64, StoreError> {
        let id = intent.get();
        if let Some((first, last)) = self.range
            && (first..=last).contains(&id)
        {
            return Ok(first);
        }
        let found = self
            .transaction
            .prepare_cached(
                "SELECT first, last FROM pending WHERE first <= ?1 ORDER BY first DESC LIMIT 1",
            )
            .and_then(|mut statement| {
                statement.query_row((id,), |row| Ok((row.get(0)?, row.get(1)?))).optional()
            })
            .map_err(|source| self.failed("find the intent of a result", source))?;
        self.range = found.filter(|(_, last)| id <= *last);
        self.range.map(|(first, _)| first).ok_or(StoreError::NotPending(intent))
    }

    pub(super) fn at(&self) -> i64 {
        signed(self.now.as_unix())
    }

    pub(super) fn execute(
        &self,
        action: &'static str,
        sql: &str,
        values: impl rusqlite::Params,
    ) -> Result<(), StoreError> {
        self.transaction
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute(values))
            .map(|_| ())
            .map_err(|source| self.failed(action, source))
    }

    pub(super) fn failed(&self, action: &'static str, source: rusqlite::Error) -> StoreError {
        StoreError::sqlite(self.path, action, source)
    }
}

/// The ids of the authority and the profile last seen; a batch has one of each as a rule.
#[derive(Default)]
struct Lookups {
    authority: Option<(([u8; 32], SignatureAlgorithm), i64)>,
    profile: Option<([u8; 32], i64)>,
}

impl Lookups {
    fn ids(
        &mut self,
        connection: &Connection,
        issuer: &str,
        intent: &NewIntent<'_>,
    ) -> rusqlite::Result<(i64, i64)> {
        let authority_key = (intent.authority_key, intent.algorithm);
        let authority = match self.authority {
            Some((key, id)) if key == authority_key => id,
            _ => find_or_insert(
                connection,
                "SELECT id FROM authority WHERE name = ?1 AND key_sha256 = ?2 AND algorithm = ?3",
                "INSERT INTO authority (name, key_sha256, algorithm) VALUES (?1, ?2, ?3)",
                (issuer, &intent.authority_key, intent.algorithm.name()),
            )?,
        };
        self.authority = Some((authority_key, authority));
        let profile = match self.profile {
            // Two profiles with one hash have one text, so one name.
            Some((hash, id)) if hash == intent.profile_sha256 => id,
            _ => find_or_insert(
                connection,
                "SELECT id FROM profile WHERE name = ?1 AND sha256 = ?2",
                "INSERT INTO profile (name, sha256) VALUES (?1, ?2)",
                (intent.profile, &intent.profile_sha256),
            )?,
        };
        self.profile = Some((intent.profile_sha256, profile));
        Ok((authority, profile))
    }
}

fn find_or_insert(
    connection: &Connection,
    find: &str,
    insert: &str,
    values: impl rusqlite::Params + Copy,
) -> rusqlite::Result<i64> {
    let found = connection.prepare_cached(find)?.query_row(values, |row| row.get(0)).optional()?;
    match found {
        Some(id) => Ok(id),
        None => connection.prepare_cached(insert)?.insert(values),
    }
}

pub(super) fn next_id(connection: &Connection, max: &str) -> rusqlite::Result<i64> {
    let last: Option<i64> = connection.prepare_cached(max)?.query_row([], |row| row.get(0))?;
    Ok(last.unwrap_or(0) + 1)
}

fn is_unique(error: &rusqlite::Error) -> bool {
    error.sqlite_extended_error_code() == Some(rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE)
}

/// A second result for one intent breaks the primary key.
fn not_pending_if_taken(error: StoreError, intent: IntentId) -> StoreError {
    match error {
        StoreError::Sqlite { source, .. }
            if source.sqlite_extended_error_code()
                == Some(rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY) =>
        {
            StoreError::NotPending(intent)
        }
        other => other,
    }
}
