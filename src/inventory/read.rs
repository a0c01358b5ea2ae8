//! Reading: listing, looking up, exporting, and what is *maybe signed*.

use std::fmt::Display;

use rusqlite::{Connection, Row, ToSql};
use serde::Serialize;

use super::revocation::REVOCATION_SINCE;
use super::sqlite::{audit_row, signed, unsigned};
use super::{IntentId, Inventory, MaybeSigned, Revoked, StoreError};
use crate::audit::{ExportedRow, Hex, Subject};
use crate::base::algorithm::SignatureAlgorithm;
use crate::base::clock::Timestamp;
use crate::base::pem;
use crate::base::revocation::{Reason, RevokedEntry};
use crate::base::serial::{InstanceByte, SerialNumber};
use crate::tbs;

/// Whether an intent has a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Signed, verified, recorded.
    Issued,
    /// Recorded before the signature, no result since: the token may or may not have signed it.
    MaybeSigned,
}

/// Which entries are listed. What is not set does not restrict.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The issuer's name.
    pub issuer: Option<String>,
    /// The profile's name.
    pub profile: Option<String>,
    /// Only those in this state.
    pub state: Option<State>,
    /// At most so many.
    pub limit: Option<u64>,
    /// The newest first instead of the oldest.
    pub newest_first: bool,
}

/// An intent with its result, without its bytes. Serialized, it is the documented JSON of
/// `inventory list` and `inventory show`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The number of the intent.
    pub intent: i64,
    /// What it is.
    pub kind: Subject,
    /// Whether it has a result.
    pub state: State,
    /// The issuer's name in the home.
    pub issuer: String,
    /// SHA-256 of the issuer's SubjectPublicKeyInfo.
    pub issuer_key_sha256: Hex<'static>,
    /// The signature algorithm.
    pub algorithm: String,
    /// The profile's name.
    pub profile: String,
    /// SHA-256 of the profile file.
    pub profile_sha256: Hex<'static>,
    /// The serial number, for a certificate.
    pub serial: Option<Hex<'static>>,
    /// The subject, RFC 4514.
    pub subject: String,
    /// SHA-256 of the subject's SubjectPublicKeyInfo.
    pub key_sha256: Hex<'static>,
    /// SHA-256 of the CSR, if there was one.
    pub request_sha256: Option<Hex<'static>>,
    /// The last second of validity, for a certificate.
    #[serde(serialize_with = "optional_time")]
    pub not_after: Option<Timestamp>,
    /// When the intent was recorded.
    #[serde(serialize_with = "text")]
    pub recorded_at: Timestamp,
    /// When the result was recorded.
    #[serde(serialize_with = "optional_time")]
    pub issued_at: Option<Timestamp>,
    /// SHA-256 of the finished DER: the fingerprint.
    pub sha256: Option<Hex<'static>>,
    /// Whether it is revoked or on hold.
    pub revoked: Option<Standing>,
}

/// That a certificate is revoked or on hold, since when and why. Serialized, it is the documented JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// Since when.
    #[serde(serialize_with = "text")]
    pub at: Timestamp,
    /// Why, by its name in RFC 5280 §5.3.1; `certificateHold` for a hold.
    #[serde(serialize_with = "text")]
    pub reason: Reason,
    /// Since when its key is thought to be in other hands.
    #[serde(serialize_with = "optional_time")]
    pub invalidity: Option<Timestamp>,
}

impl From<&Revoked> for Standing {
    fn from(revoked: &Revoked) -> Self {
        let RevokedEntry { date, reason, invalidity, .. } = &revoked.entry;
        Self { at: *date, reason: *reason, invalidity: *invalidity }
    }
}

impl Standing {
    /// Whether it is a hold, which may end.
    pub fn is_hold(&self) -> bool {
        self.reason == Reason::CertificateHold
    }
}

/// A line of the export.
#[derive(Serialize)]
struct ExportedEntry<'a> {
    #[serde(flatten)]
    entry: &'a Entry,
    /// The finished certificate or request.
    pem: Option<String>,
    /// What was about to be signed, where there is no result.
    tbs: Option<Hex<'a>>,
}

/// How many rows there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Intents: everything that was ever about to be signed.
    pub intents: u64,
    /// Of these, issued.
    pub issued: u64,
    /// Of these, without a result.
    pub maybe_signed: u64,
    /// Rows of the audit chain.
    pub audit_rows: u64,
}

// CROSS JOIN keeps SQLite from putting a small table outside: rows come in the order of intents.
const ENTRIES: &str = "
    SELECT i.id, i.kind, a.name, a.key_sha256, a.algorithm, p.name, p.sha256, i.serial, i.subject,
           i.key_sha256, i.request_sha256, i.not_after, i.recorded_at, r.at, r.sha256, {standing}
    FROM intent i
    CROSS JOIN authority a ON a.id = i.authority
    CROSS JOIN profile p ON p.id = i.profile
    LEFT JOIN result r ON r.intent = i.id";

/// What of a row of [`ENTRIES`] is in the tables of revocation: date, reason, invalidity, and since when
/// it is on hold.
const STANDING: &str = "v.date, v.reason, v.invalidity, h.at";
const STANDING_JOINS: &str = "
    LEFT JOIN revocation v ON v.authority_key = a.key_sha256 AND v.serial = i.serial
    LEFT JOIN hold h ON h.id = (SELECT max(id) FROM hold WHERE intent = i.id) AND h.held = 1";

/// Ranges are few and short, so this needs no look at intents outside them.
const PENDING: &str = "
    i.id IN (SELECT o.id FROM pending CROSS JOIN intent o ON o.id BETWEEN pending.first AND pending.last
             WHERE NOT EXISTS (SELECT 1 FROM result x WHERE x.intent = o.id))";

/// # Reading
impl Inventory {
    /// Calls `each` with every entry that passes the filter, one at a time.
    ///
    /// # Errors
    /// What `each` returns, or [`StoreError`] when the store cannot be read.
    pub fn list<E: From<StoreError>>(
        &self,
        filter: &Filter,
        each: impl FnMut(Entry) -> Result<(), E>,
    ) -> Result<(), E> {
        let (sql, values) = query(self.entries(), filter);
        self.each_row(&sql, &values, entry, each)
    }

    /// The entries whose serial number or whose fingerprint (SHA-256 of the DER) begins with these
    /// hexadecimal digits, at least four; colons and spaces are ignored.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read, or the text is no such prefix.
    pub fn show(&self, reference: &str) -> Result<Vec<Entry>, StoreError> {
        let digits: String = reference
            .chars()
            .filter(|c| !matches!(c, ':' | ' '))
            .collect::<String>()
            .to_lowercase();
        if digits.len() < 4 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(StoreError::Reference(reference.to_owned()));
        }
        // An odd digit at the end is a half octet: both bounds are octets.
        let pad = |fill: char| {
            let mut text = digits.clone();
            if text.len() % 2 == 1 {
                text.push(fill);
            }
            hex::decode(text).map_err(|_| StoreError::Reference(reference.to_owned()))
        };
        let (low, mut high) = (pad('0')?, pad('f')?);
        high.extend([0xff; 32]);
        let mut found = Vec::new();
        for condition in ["i.serial BETWEEN ?1 AND ?2", "r.sha256 BETWEEN ?1 AND ?2"] {
            let sql = format!("{} WHERE {condition} ORDER BY i.id LIMIT 100", self.entries());
            self.each_row(&sql, &[&low, &high], entry, |entry| {
                if !found.contains(&entry) {
                    found.push(entry);
                }
                Ok::<(), StoreError>(())
            })?;
        }
        Ok(found)
    }

    /// The finished DER of an intent, assembled from what is stored; none when it is *maybe signed*.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read or the parts do not assemble.
    pub fn der(&self, intent: IntentId) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT i.tbs, a.algorithm, r.signature FROM intent i
                   JOIN authority a ON a.id = i.authority JOIN result r ON r.intent = i.id
                   WHERE i.id = ?1";
        let mut parts = None;
        let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        self.each_row(sql, &[&intent.get()], read, |found: (Vec<u8>, String, Vec<u8>)| {
            parts = Some(found);
            Ok::<(), StoreError>(())
        })?;
        let Some((tbs, algorithm, signature)) = parts else { return Ok(None) };
        self.assemble_der(&tbs, &algorithm, &signature).map(Some)
    }

    /// The finished certificate or request of an entry as PEM; none when it is *maybe signed*.
    ///
    /// # Errors
    /// As [`Inventory::der`].
    pub fn pem(&self, entry: &Entry) -> Result<Option<String>, StoreError> {
        let label = match entry.kind {
            Subject::Certificate => pem::CERTIFICATE,
            Subject::Request => pem::CERTIFICATE_REQUEST,
            Subject::Crl => pem::CRL,
            Subject::Ocsp => pem::OCSP_RESPONSE,
        };
        let Some(mut der) = self.der(IntentId(entry.intent))? else { return Ok(None) };
        if entry.kind == Subject::Ocsp {
            der = tbs::ocsp_response(&der).map_err(|error| self.not_assembled(&error))?;
        }
        Ok(Some(pem::encode(label, &der)))
    }

    /// Calls `line` with each entry as one JSON object: the fields of [`Entry`], then `pem`, or for
    /// an entry without a result `tbs`, the bytes that may have been signed, in hexadecimal.
    ///
    /// # Errors
    /// What `line` returns, or [`StoreError`] when the store cannot be read.
    pub fn export<E: From<StoreError>>(
        &self,
        filter: &Filter,
        mut line: impl FnMut(&str) -> Result<(), E>,
    ) -> Result<(), E> {
        self.list(filter, |entry| {
            let pem = self.pem(&entry)?;
            let tbs = if pem.is_none() { Some(self.tbs(IntentId(entry.intent))?) } else { None };
            let tbs = tbs.as_deref().map(Hex::from);
            let text = serde_json::to_string(&ExportedEntry { entry: &entry, pem, tbs })
                .map_err(|error| StoreError::Record(crate::audit::RecordError::json(error)))?;
            line(&text)
        })
    }

    /// Calls `each` with every row of the audit chain, in order, in the form for other programs.
    ///
    /// # Errors
    /// What `each` returns, or [`StoreError`] when the store cannot be read.
    pub fn export_audit<E: From<StoreError>>(
        &self,
        mut each: impl FnMut(&ExportedRow<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut prev = [0_u8; 32];
        let sql = "SELECT seq, at, event, hash FROM audit ORDER BY seq";
        self.each_row(sql, &[], audit_row, |row| {
            each(&row.exported(&prev))?;
            prev = row.hash;
            Ok(())
        })
    }

    /// The intents without a result. Costs nothing when there are none, however many rows there are.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn maybe_signed(&self) -> Result<Vec<MaybeSigned>, StoreError> {
        let sql = "SELECT i.id, i.recorded_at, a.name, i.serial, i.subject
                   FROM pending
                   CROSS JOIN intent i ON i.id BETWEEN pending.first AND pending.last
                   CROSS JOIN authority a ON a.id = i.authority
                   WHERE NOT EXISTS (SELECT 1 FROM result x WHERE x.intent = i.id)
                   ORDER BY i.id";
        let mut found = Vec::new();
        let read = |row: &Row<'_>| {
            Ok(MaybeSigned {
                intent: IntentId(row.get(0)?),
                at: moment(row.get(1)?),
                issuer: row.get(2)?,
                serial: row.get::<_, Option<Vec<u8>>>(3)?.as_deref().and_then(serial_number),
                subject: row.get(4)?,
            })
        };
        self.each_row(sql, &[], read, |one| {
            found.push(one);
            Ok::<(), StoreError>(())
        })?;
        Ok(found)
    }

    /// How many rows there are.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn counts(&self) -> Result<Counts, StoreError> {
        // Intents and audit rows are numbered without gaps (`audit verify` checks that).
        let sql = "SELECT (SELECT coalesce(max(id), 0) FROM intent),
                          (SELECT coalesce(sum(open), 0) FROM pending),
                          (SELECT seq FROM head WHERE id = 1)";
        let (intents, maybe_signed, audit_rows) = self
            .connection
            .query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .map_err(|source| self.unreadable(source))?;
        let (intents, maybe_signed) = (unsigned(intents), unsigned(maybe_signed));
        Ok(Counts {
            intents,
            issued: intents.saturating_sub(maybe_signed),
            maybe_signed,
            audit_rows: unsigned(audit_rows),
        })
    }

    pub(super) fn assemble_der(
        &self,
        tbs: &[u8],
        algorithm: &str,
        signature: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        let damaged = |detail| StoreError::Damaged { path: self.path.clone(), detail };
        let algorithm: SignatureAlgorithm =
            algorithm.parse().map_err(|error| damaged(format!("a row has an {error}")))?;
        tbs::assemble(tbs, algorithm.algorithm_identifier(), signature)
            .map_err(|error| self.not_assembled(&error))
    }

    fn not_assembled(&self, error: &tbs::TbsError) -> StoreError {
        let detail = format!("a stored signature does not assemble: {error}");
        StoreError::Damaged { path: self.path.clone(), detail }
    }

    /// [`ENTRIES`], as the tables of the store's version give them.
    fn entries(&self) -> String {
        if self.version < REVOCATION_SINCE {
            return ENTRIES.replace("{standing}", "NULL, NULL, NULL, NULL");
        }
        ENTRIES.replace("{standing}", STANDING) + STANDING_JOINS
    }

    fn tbs(&self, intent: IntentId) -> Result<Vec<u8>, StoreError> {
        self.connection
            .prepare_cached("SELECT tbs FROM intent WHERE id = ?1")
            .and_then(|mut statement| statement.query_row((intent.get(),), |row| row.get(0)))
            .map_err(|source| self.unreadable(source))
    }

    pub(super) fn each_row<T, E: From<StoreError>>(
        &self,
        sql: &str,
        values: &[&dyn ToSql],
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
        mut each: impl FnMut(T) -> Result<(), E>,
    ) -> Result<(), E> {
        let unreadable = |source| self.unreadable(source);
        let connection: &Connection = &self.connection;
        let mut statement = connection.prepare_cached(sql).map_err(unreadable)?;
        let rows = statement.query_map(values, read).map_err(unreadable)?;
        for row in rows {
            each(row.map_err(unreadable)?)?;
        }
        Ok(())
    }

    pub(super) fn unreadable(&self, source: rusqlite::Error) -> StoreError {
        StoreError::sqlite(&self.path, "read rows", source)
    }
}

fn query(mut sql: String, filter: &Filter) -> (String, Vec<&dyn ToSql>) {
    let mut conditions = Vec::new();
    let mut values: Vec<&dyn ToSql> = Vec::new();
    for (column, value) in [("a.name", &filter.issuer), ("p.name", &filter.profile)] {
        if let Some(value) = value {
            values.push(value);
            conditions.push(format!("{column} = ?{}", values.len()));
        }
    }
    match filter.state {
        Some(State::Issued) => conditions.push("r.intent IS NOT NULL".to_owned()),
        Some(State::MaybeSigned) => conditions.push(PENDING.to_owned()),
        None => {}
    }
    if !conditions.is_empty() {
        sql.push_str(" WHERE ");
        sql.push_str(&conditions.join(" AND "));
    }
    sql.push_str(" ORDER BY i.id");
    if filter.newest_first {
        sql.push_str(" DESC");
    }
    if let Some(limit) = filter.limit {
        sql.push_str(&format!(" LIMIT {}", signed(limit)));
    }
    (sql, values)
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let sha256: Option<Vec<u8>> = row.get(14)?;
    Ok(Entry {
        intent: row.get(0)?,
        kind: kind(row.get(1)?),
        state: if sha256.is_some() { State::Issued } else { State::MaybeSigned },
        issuer: row.get(2)?,
        issuer_key_sha256: octets(row.get(3)?),
        algorithm: row.get(4)?,
        profile: row.get(5)?,
        profile_sha256: octets(row.get(6)?),
        serial: row.get::<_, Option<Vec<u8>>>(7)?.map(octets),
        subject: row.get(8)?,
        key_sha256: octets(row.get(9)?),
        request_sha256: row.get::<_, Option<Vec<u8>>>(10)?.map(octets),
        not_after: row.get::<_, Option<i64>>(11)?.map(moment),
        recorded_at: moment(row.get(12)?),
        issued_at: row.get::<_, Option<i64>>(13)?.map(moment),
        sha256: sha256.map(octets),
        revoked: standing(row)?,
    })
}

/// A revocation counts before a hold.
fn standing(row: &Row<'_>) -> rusqlite::Result<Option<Standing>> {
    let revoked = row.get::<_, Option<i64>>(15)?.zip(row.get::<_, Option<u8>>(16)?);
    let held = row.get::<_, Option<i64>>(18)?.map(|at| (at, Reason::CertificateHold.code()));
    let Some((at, code)) = revoked.or(held) else { return Ok(None) };
    Ok(Some(Standing {
        at: moment(at),
        reason: Reason::from_code(code).unwrap_or(Reason::Unspecified),
        invalidity: row.get::<_, Option<i64>>(17)?.map(moment),
    }))
}

/// The kind that a stored number means; the table allows no others.
pub(super) fn kind(number: i64) -> Subject {
    match number {
        1 => Subject::Certificate,
        2 => Subject::Request,
        3 => Subject::Crl,
        _ => Subject::Ocsp,
    }
}

fn octets(value: Vec<u8>) -> Hex<'static> {
    Hex(value.into())
}

fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_unix(unsigned(seconds))
}

fn serial_number(octets: &[u8]) -> Option<SerialNumber> {
    let (instance, random) = octets.split_first()?;
    let instance = InstanceByte::try_from(i64::from(*instance)).ok()?;
    Some(SerialNumber::new(instance, random.try_into().ok()?))
}

fn text<S: serde::Serializer>(value: &impl Display, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(value)
}

fn optional_time<S: serde::Serializer>(
    time: &Option<Timestamp>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => serializer.collect_str(time),
        None => serializer.serialize_none(),
    }
}
