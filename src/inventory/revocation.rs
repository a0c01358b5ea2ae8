//! What is revoked, what is on hold, and the CRLs that said so: rows that are only ever added.

use rusqlite::{Row, ToSql};
use serde::Serialize;

use super::read::kind;
use super::sqlite::{read_head, signed, unsigned};
use super::{IntentId, Inventory, StoreError};
use crate::audit::{Hex, Subject};
use crate::base::clock::Timestamp;
use crate::base::revocation::{Reason, RevokedEntry};

mod write;

/// The schema version that brought the tables.
pub(super) const REVOCATION_SINCE: i64 = 3;

/// Which certificates of the store are meant. What is not set does not restrict.
#[derive(Clone, Debug, Default)]
pub struct CertificateQuery {
    /// The content octets of the serial number.
    pub serial: Option<Vec<u8>>,
    /// SHA-256 of the subject's SubjectPublicKeyInfo.
    pub key_sha256: Option<[u8; 32]>,
    /// SHA-256 of the issuer's SubjectPublicKeyInfo.
    pub authority_key: Option<[u8; 32]>,
    /// The profile's name.
    pub profile: Option<String>,
}

/// A certificate of the store, issued or *maybe signed*, with its bytes.
#[derive(Clone, Debug)]
pub struct KnownCertificate {
    /// Its intent.
    pub intent: IntentId,
    /// The issuer's name in the home.
    pub issuer: String,
    /// SHA-256 of the issuer's SubjectPublicKeyInfo.
    pub authority_key: [u8; 32],
    /// The profile's name.
    pub profile: String,
    /// The content octets of its serial number.
    pub serial: Vec<u8>,
    /// The subject, RFC 4514.
    pub subject: String,
    /// SHA-256 of its SubjectPublicKeyInfo.
    pub key_sha256: [u8; 32],
    /// The last second of its validity.
    pub not_after: Timestamp,
    /// Whether it has a result; without one it may have been signed.
    pub issued: bool,
    /// TBSCertificate.
    pub tbs: Vec<u8>,
}

/// A revocation to record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// SHA-256 of the issuer's SubjectPublicKeyInfo.
    pub authority_key: [u8; 32],
    /// The content octets of the serial number.
    pub serial: Vec<u8>,
    /// The certificate's intent; none for one that this store does not know.
    pub intent: Option<IntentId>,
    /// revocationDate, not in the future.
    pub date: Timestamp,
    /// Why; [`Reason::CertificateHold`] and [`Reason::RemoveFromCrl`] refuse.
    pub reason: Reason,
    /// Since when the key is thought to be in other hands.
    pub invalidity: Option<Timestamp>,
    /// The last second of its validity, if known.
    pub not_after: Option<Timestamp>,
    /// The URI of its CRL distribution point, or empty.
    pub point: String,
    /// Whether it is a CA's certificate, if known.
    pub ca: Option<bool>,
    /// The key to block with it; given for a compromised one.
    pub block_key: Option<[u8; 32]>,
}

/// A certificate that is revoked, or on hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// What a CRL says of it.
    pub entry: RevokedEntry,
    /// The last second of its validity, if known.
    pub not_after: Option<Timestamp>,
    /// The URI of its CRL distribution point, or empty.
    pub point: String,
    /// Whether it is a CA's certificate, if known.
    pub ca: Option<bool>,
    /// The row of the audit chain that records it.
    pub audit_seq: u64,
}

/// A hold, or the end of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Which certificate.
    pub intent: IntentId,
    /// Whether it is on hold from now on.
    pub held: bool,
}

/// A CRL of the store, without its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KnownCrl {
    /// The number of its intent.
    pub intent: i64,
    /// The issuer's name in the home.
    pub issuer: String,
    /// SHA-256 of the issuer's SubjectPublicKeyInfo.
    pub issuer_key_sha256: Hex<'static>,
    /// The URI of its issuing distribution point, or empty.
    pub point: String,
    /// cRLNumber.
    pub number: u64,
    /// BaseCRLNumber, of a delta CRL.
    pub base: Option<u64>,
    /// thisUpdate.
    #[serde(serialize_with = "time")]
    pub this_update: Timestamp,
    /// nextUpdate.
    #[serde(serialize_with = "time")]
    pub next_update: Timestamp,
    /// How many entries it has.
    pub entries: u64,
    /// The last row of the audit chain whose revocations were considered.
    pub covers: u64,
    /// Whether it has a result; without one it may have been signed.
    pub issued: bool,
}

const CERTIFICATES: &str = "
    SELECT i.id, a.name, a.key_sha256, p.name, i.serial, i.subject, i.key_sha256, i.not_after,
           r.intent IS NOT NULL, i.tbs, i.kind
    FROM intent i
    CROSS JOIN authority a ON a.id = i.authority
    CROSS JOIN profile p ON p.id = i.profile
    LEFT JOIN result r ON r.intent = i.id
    WHERE i.kind = 1";

const CRLS: &str = "
    SELECT c.intent, a.name, c.authority_key, c.point, c.number, c.base, c.this_update,
           c.next_update, c.entries, c.covers, r.intent IS NOT NULL
    FROM crl c
    CROSS JOIN intent i ON i.id = c.intent
    CROSS JOIN authority a ON a.id = i.authority
    LEFT JOIN result r ON r.intent = c.intent";

/// # Revocation
impl Inventory {
    /// Calls `each` with every certificate that `query` means, the oldest first.
    ///
    /// # Errors
    /// What `each` returns, or [`StoreError`] when the store cannot be read.
    pub fn certificates<E: From<StoreError>>(
        &self,
        query: &CertificateQuery,
        each: impl FnMut(KnownCertificate) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut sql = CERTIFICATES.to_owned();
        let mut values: Vec<&dyn ToSql> = Vec::new();
        let conditions: [(&str, Option<&dyn ToSql>); 4] = [
            ("i.serial", query.serial.as_ref().map(|value| value as _)),
            ("i.key_sha256", query.key_sha256.as_ref().map(|value| value as _)),
            ("a.key_sha256", query.authority_key.as_ref().map(|value| value as _)),
            ("p.name", query.profile.as_ref().map(|value| value as _)),
        ];
        for (column, value) in conditions {
            if let Some(value) = value {
                values.push(value);
                sql.push_str(&format!(" AND {column} = ?{}", values.len()));
            }
        }
        sql.push_str(" ORDER BY i.id");
        self.each_row(&sql, &values, certificate, each)
    }

    /// Revokes for ever, all of them or, on an error, none; true for each that was not revoked before.
    /// What is revoked already keeps its first date and reason.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be written, a date is in the future, or a reason is not one that
    /// revokes for good.
    pub fn revoke(
        &mut self,
        revocations: &[Revocation],
        now: Timestamp,
    ) -> Result<Vec<bool>, StoreError> {
        let mut transcript = self.begin(now)?;
        let mut fresh = Vec::with_capacity(revocations.len());
        for revocation in revocations {
            fresh.push(transcript.revoke(revocation)?);
        }
        transcript.commit()?;
        Ok(fresh)
    }

    /// Puts a certificate on hold or releases it; false when it was so before.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be written, or the certificate is revoked.
    pub fn hold(&mut self, hold: Hold, now: Timestamp) -> Result<bool, StoreError> {
        let mut transcript = self.begin(now)?;
        let changed = transcript.hold(hold)?;
        transcript.commit()?;
        Ok(changed)
    }

    /// Records a CRL that this store did not make, with what it revokes: from then on numbers of this
    /// issuer and point are above its own.
    ///
    /// # Errors
    /// As [`Inventory::revoke`].
    pub fn adopt_crl(
        &mut self,
        (authority_key, point, number): ([u8; 32], &str, u64),
        sha256: [u8; 32],
        revocations: &[Revocation],
        now: Timestamp,
    ) -> Result<Vec<bool>, StoreError> {
        let mut transcript = self.begin(now)?;
        transcript.crl_seen((authority_key, point, number), sha256)?;
        let mut fresh = Vec::with_capacity(revocations.len());
        for revocation in revocations {
            fresh.push(transcript.revoke(revocation)?);
        }
        transcript.commit()?;
        Ok(fresh)
    }

    /// Whether the certificate is revoked or on hold, and why.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn revoked(
        &self,
        authority_key: &[u8; 32],
        serial: &[u8],
    ) -> Result<Option<Revoked>, StoreError> {
        if self.version < REVOCATION_SINCE {
            return Ok(None);
        }
        let mut found = None;
        let mut keep = |one: Revoked| {
            found.get_or_insert(one);
            Ok::<(), StoreError>(())
        };
        let one = format!("{REVOKED} WHERE v.authority_key = ?1 AND v.serial = ?2");
        self.each_row(&one, &[authority_key, &serial], revoked, &mut keep)?;
        let one = format!("{HELD} AND a.key_sha256 = ?1 AND i.serial = ?2");
        self.each_row(&one, &[authority_key, &serial], revoked, &mut keep)?;
        Ok(found)
    }

    /// Calls `each` with every one of `serials`, which ascend, that is neither revoked nor on hold under
    /// this issuer's key. One pass over an index, whatever their number.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn each_not_revoked<'s>(
        &self,
        authority_key: &[u8; 32],
        serials: impl Iterator<Item = &'s [u8]>,
        mut each: impl FnMut(&'s [u8]),
    ) -> Result<(), StoreError> {
        let mut serials = serials.peekable();
        // Few: of what the index lacks, what is on hold is known.
        let mut check = |serial: &'s [u8]| -> Result<(), StoreError> {
            if self.revoked(authority_key, serial)?.is_none() {
                each(serial);
            }
            Ok(())
        };
        if self.version >= REVOCATION_SINCE {
            let failed = |source| self.unreadable(source);
            let sql = "SELECT serial FROM revocation WHERE authority_key = ?1 ORDER BY serial";
            let mut statement = self.connection.prepare_cached(sql).map_err(failed)?;
            let mut rows = statement.query((authority_key,)).map_err(failed)?;
            while serials.peek().is_some()
                && let Some(row) = rows.next().map_err(failed)?
            {
                let revoked =
                    row.get_ref(0).and_then(|value| Ok(value.as_blob()?)).map_err(failed)?;
                while let Some(serial) = serials.next_if(|serial| *serial < revoked) {
                    check(serial)?;
                }
                while serials.next_if(|serial| *serial == revoked).is_some() {}
            }
        }
        serials.try_for_each(check)
    }

    /// Calls `each` with everything that is revoked or on hold under this issuer's key, in the order
    /// in which it was recorded, holds last; gives the last row of the audit chain that was considered.
    ///
    /// # Errors
    /// What `each` returns, or [`StoreError`] when the store cannot be read.
    pub fn each_revoked<E: From<StoreError>>(
        &self,
        authority_key: &[u8; 32],
        mut each: impl FnMut(Revoked) -> Result<(), E>,
    ) -> Result<u64, E> {
        // One snapshot, so that the answer covers exactly what was read.
        let snapshot =
            self.connection.unchecked_transaction().map_err(|source| self.unreadable(source))?;
        let head = read_head(&snapshot).map_err(|source| self.unreadable(source))?;
        let covers = head.map(|chain| chain.head().seq).unwrap_or_default();
        if self.version >= REVOCATION_SINCE {
            // The `+` makes it walk the table, not an index whose order would have to be undone.
            let all = format!("{REVOKED} WHERE +v.authority_key = ?1 ORDER BY v.id");
            self.each_row(&all, &[authority_key], revoked, &mut each)?;
            let all = format!("{HELD} AND a.key_sha256 = ?1 ORDER BY h.id");
            self.each_row(&all, &[authority_key], revoked, &mut each)?;
            drop(snapshot);
            // A table that was walked once is of no use in the cache, and a long list wants its room.
            self.connection
                .execute_batch("PRAGMA shrink_memory")
                .map_err(|source| self.unreadable(source))?;
        }
        Ok(covers)
    }

    /// Certificates released from a hold, and not revoked or held since, after this row of the audit
    /// chain: what a delta CRL removes.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn released_since(
        &self,
        authority_key: &[u8; 32],
        audit_seq: u64,
    ) -> Result<Vec<Revoked>, StoreError> {
        let mut found = Vec::new();
        if self.version >= REVOCATION_SINCE {
            let sql =
                format!("{RELEASED} AND a.key_sha256 = ?1 AND h.audit_seq > ?2 ORDER BY h.id");
            self.each_row(&sql, &[authority_key, &signed(audit_seq)], revoked, |one| {
                found.push(one);
                Ok::<(), StoreError>(())
            })?;
        }
        Ok(found)
    }

    /// Every CRL of this issuer's key and point, in the order in which they were recorded.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn crls(&self, authority_key: &[u8; 32], point: &str) -> Result<Vec<KnownCrl>, StoreError> {
        let condition = "WHERE c.authority_key = ?1 AND c.point = ?2 ORDER BY c.number";
        self.some_crls(condition, &[authority_key, &point])
    }

    /// Whether the CRL with this SHA-256 was issued here under this key.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn is_issued_crl(
        &self,
        authority_key: &[u8; 32],
        sha256: &[u8; 32],
    ) -> Result<bool, StoreError> {
        let condition = "WHERE c.authority_key = ?1 AND r.sha256 = ?2";
        Ok(!self.some_crls(condition, &[authority_key, sha256])?.is_empty())
    }

    /// The newest issued complete CRL, and the newest delta CRL, of every issuer and point.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn newest_crls(&self) -> Result<Vec<KnownCrl>, StoreError> {
        let condition = "
            WHERE r.intent IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM crl n JOIN result s ON s.intent = n.intent
                WHERE n.authority_key = c.authority_key AND n.point = c.point
                  AND (n.base IS NULL) = (c.base IS NULL) AND n.number > c.number)
            ORDER BY a.name, c.point, c.number";
        self.some_crls(condition, &[])
    }

    /// The highest number that a CRL of this issuer's key and point has, or was seen to have; zero
    /// when there is none.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn highest_crl_number(
        &self,
        authority_key: &[u8; 32],
        point: &str,
    ) -> Result<u64, StoreError> {
        if self.version < REVOCATION_SINCE {
            return Ok(0);
        }
        let sql = "SELECT max(
            (SELECT coalesce(max(number), 0) FROM crl WHERE authority_key = ?1 AND point = ?2),
            (SELECT coalesce(max(number), 0) FROM crl_seen WHERE authority_key = ?1 AND point = ?2))";
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_row((authority_key, point), |row| row.get(0)))
            .map(unsigned)
            .map_err(|source| self.unreadable(source))
    }

    fn some_crls(
        &self,
        condition: &str,
        values: &[&dyn ToSql],
    ) -> Result<Vec<KnownCrl>, StoreError> {
        let mut found = Vec::new();
        if self.version >= REVOCATION_SINCE {
            self.each_row(&format!("{CRLS} {condition}"), values, crl, |one| {
                found.push(one);
                Ok::<(), StoreError>(())
            })?;
        }
        Ok(found)
    }
}

const REVOKED: &str = "
    SELECT v.serial, v.date, v.reason, v.invalidity, v.not_after, v.point, v.ca, v.audit_seq
    FROM revocation v";

/// The last row about an intent counts.
const HELD: &str = "
    SELECT i.serial, h.at, 6, NULL, i.not_after, '', NULL, h.audit_seq
    FROM hold h
    CROSS JOIN intent i ON i.id = h.intent
    CROSS JOIN authority a ON a.id = i.authority
    WHERE h.held = 1 AND NOT EXISTS (SELECT 1 FROM hold n WHERE n.intent = h.intent AND n.id > h.id)
      AND NOT EXISTS (SELECT 1 FROM revocation v WHERE v.intent = h.intent)";

const RELEASED: &str = "
    SELECT i.serial, h.at, 8, NULL, i.not_after, '', NULL, h.audit_seq
    FROM hold h
    CROSS JOIN intent i ON i.id = h.intent
    CROSS JOIN authority a ON a.id = i.authority
    WHERE h.held = 0 AND NOT EXISTS (SELECT 1 FROM hold n WHERE n.intent = h.intent AND n.id > h.id)
      AND NOT EXISTS (SELECT 1 FROM revocation v WHERE v.intent = h.intent)";

fn certificate(row: &Row<'_>) -> rusqlite::Result<KnownCertificate> {
    debug_assert_eq!(kind(row.get(10)?), Subject::Certificate);
    Ok(KnownCertificate {
        intent: IntentId(row.get(0)?),
        issuer: row.get(1)?,
        authority_key: row.get(2)?,
        profile: row.get(3)?,
        serial: row.get(4)?,
        subject: row.get(5)?,
        key_sha256: row.get(6)?,
        not_after: moment(row.get(7)?),
        issued: row.get(8)?,
        tbs: row.get(9)?,
    })
}

fn revoked(row: &Row<'_>) -> rusqlite::Result<Revoked> {
    let code: u8 = row.get(2)?;
    Ok(Revoked {
        entry: RevokedEntry {
            serial: row.get(0)?,
            date: moment(row.get(1)?),
            // The table allows no others; a reason nobody knows is none.
            reason: Reason::from_code(code).unwrap_or(Reason::Unspecified),
            invalidity: row.get::<_, Option<i64>>(3)?.map(moment),
        },
        not_after: row.get::<_, Option<i64>>(4)?.map(moment),
        point: row.get(5)?,
        ca: row.get(6)?,
        audit_seq: unsigned(row.get(7)?),
    })
}

fn crl(row: &Row<'_>) -> rusqlite::Result<KnownCrl> {
    Ok(KnownCrl {
        intent: row.get(0)?,
        issuer: row.get(1)?,
        issuer_key_sha256: Hex(row.get::<_, Vec<u8>>(2)?.into()),
        point: row.get(3)?,
        number: unsigned(row.get(4)?),
        base: row.get::<_, Option<i64>>(5)?.map(unsigned),
        this_update: moment(row.get(6)?),
        next_update: moment(row.get(7)?),
        entries: unsigned(row.get(8)?),
        covers: unsigned(row.get(9)?),
        issued: row.get(10)?,
    })
}

fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_unix(unsigned(seconds))
}

fn time<S: serde::Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(at)
}
