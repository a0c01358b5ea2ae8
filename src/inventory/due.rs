//! Reading what has a date: certificates that have not ended long ago, CRLs, what is not on a CRL yet.

use std::collections::{HashMap, HashSet};

use rusqlite::{Row, ToSql};

use super::revocation::REVOCATION_SINCE;
use super::sqlite::{signed, unsigned};
use super::{Inventory, StoreError};
use crate::base::clock::Timestamp;

/// A certificate that was issued, as the index of their ends has it.
#[derive(Clone, Copy, Debug)]
pub struct LiveCertificate<'a> {
    /// The number of its intent.
    pub intent: i64,
    /// A number for its issuer's name, key and algorithm.
    pub authority: i64,
    /// A number for its profile's name and text.
    pub profile: i64,
    /// Its subject, RFC 4514; empty for none.
    pub subject: &'a str,
    /// When its intent was recorded.
    pub recorded_at: Timestamp,
    /// Its last second.
    pub not_after: Timestamp,
}

/// Which numbers of [`LiveCertificate`] stand for the same: an issuer's key under several names, a
/// profile's name with several texts.
#[derive(Clone, Debug, Default)]
pub struct SameHolders {
    /// For a number of an authority, the least of those with its key.
    pub issuers: HashMap<i64, i64>,
    /// For a number of a profile, the least of those with its name.
    pub profiles: HashMap<i64, i64>,
}

impl SameHolders {
    /// The number that stands for an authority and all with its key.
    pub fn issuer(&self, authority: i64) -> i64 {
        self.issuers.get(&authority).copied().unwrap_or(authority)
    }

    /// The number that stands for a profile and all with its name.
    pub fn profile(&self, profile: i64) -> i64 {
        self.profiles.get(&profile).copied().unwrap_or(profile)
    }
}

/// What is on record of one certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFacts {
    /// The issuer's name.
    pub issuer: String,
    /// SHA-256 of the issuer's SubjectPublicKeyInfo.
    pub issuer_key_sha256: [u8; 32],
    /// The profile's name.
    pub profile: String,
    /// The content octets of the serial number.
    pub serial: Vec<u8>,
    /// The subject, RFC 4514.
    pub subject: String,
    /// SHA-256 of the subject's SubjectPublicKeyInfo.
    pub key_sha256: [u8; 32],
    /// The bytes that were signed.
    pub tbs: Vec<u8>,
}

/// Something that a CRL has to say of a certificate, and when it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The content octets of the certificate's serial number.
    pub serial: Vec<u8>,
    /// When it was recorded.
    pub at: Timestamp,
    /// The row of the audit chain that records it.
    pub audit_seq: u64,
}

/// # What has a date
impl Inventory {
    /// Calls `each` with every certificate that was issued, ends at `since` or later and is not
    /// revoked, in the order of their ends. Reads an index alone, not the certificates.
    ///
    /// # Errors
    /// What `each` returns, or [`StoreError`] when the store cannot be read.
    pub fn each_live(
        &self,
        since: Timestamp,
        mut each: impl FnMut(&LiveCertificate<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut left_out: HashSet<i64> =
            self.maybe_signed()?.iter().map(|open| open.intent.get()).collect();
        left_out.extend(self.revoked_intents(since)?);
        let failed = |source| self.unreadable(source);
        // The columns of `intent_expiry`, which alone is read.
        let sql = "SELECT id, authority, profile, subject, recorded_at, not_after FROM intent
                   WHERE not_after >= ?1 ORDER BY not_after";
        let mut statement = self.connection.prepare_cached(sql).map_err(failed)?;
        let mut rows = statement.query((signed(since.as_unix()),)).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let live = live(row).map_err(failed)?;
            if left_out.is_empty() || !left_out.contains(&live.intent) {
                each(&live)?;
            }
        }
        Ok(())
    }

    /// Which issuers and profiles are the same under several numbers.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn renamed(&self) -> Result<SameHolders, StoreError> {
        let issuers = "SELECT id, min(id) OVER (PARTITION BY key_sha256) FROM authority";
        let profiles = "SELECT id, min(id) OVER (PARTITION BY name) FROM profile";
        let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
        Ok(SameHolders {
            issuers: self.collect(issuers, &[], read)?.into_iter().collect(),
            profiles: self.collect(profiles, &[], read)?.into_iter().collect(),
        })
    }

    /// What is on record of the certificate of an intent; none when it is for none.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn certificate_facts(&self, intent: i64) -> Result<Option<CertificateFacts>, StoreError> {
        let sql = "SELECT a.name, a.key_sha256, p.name, i.serial, i.subject, i.key_sha256, i.tbs
                   FROM intent i JOIN authority a ON a.id = i.authority
                   JOIN profile p ON p.id = i.profile WHERE i.id = ?1 AND i.serial IS NOT NULL";
        let read = |row: &Row<'_>| {
            Ok(CertificateFacts {
                issuer: row.get(0)?,
                issuer_key_sha256: row.get(1)?,
                profile: row.get(2)?,
                serial: row.get(3)?,
                subject: row.get(4)?,
                key_sha256: row.get(5)?,
                tbs: row.get(6)?,
            })
        };
        Ok(self.collect(sql, &[&intent], read)?.pop())
    }

    /// For each issuer, how many certificates the token may have signed that are neither revoked nor
    /// ended before `since`.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn open_certificates(&self, since: Timestamp) -> Result<HashMap<String, u64>, StoreError> {
        let revoked: HashSet<i64> = self.revoked_intents(since)?.into_iter().collect();
        let sql = "SELECT i.id, a.name
                   FROM pending
                   CROSS JOIN intent i ON i.id BETWEEN pending.first AND pending.last
                   CROSS JOIN authority a ON a.id = i.authority
                   WHERE i.not_after >= ?1
                     AND NOT EXISTS (SELECT 1 FROM result x WHERE x.intent = i.id)";
        let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let mut found = HashMap::new();
        let since = signed(since.as_unix());
        self.each_row(sql, &[&since], read, |(intent, issuer): (i64, String)| {
            if !revoked.contains(&intent) {
                *found.entry(issuer).or_default() += 1;
            }
            Ok::<(), StoreError>(())
        })?;
        Ok(found)
    }

    /// Calls `each` with every revocation, hold and end of a hold under this issuer's key that was
    /// recorded after this row of the audit chain, of certificates that have not ended before `since`.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn each_change_after(
        &self,
        authority_key: &[u8; 32],
        audit_seq: u64,
        since: Timestamp,
        mut each: impl FnMut(Change),
    ) -> Result<(), StoreError> {
        if self.version < REVOCATION_SINCE {
            return Ok(());
        }
        let (after, since) = (signed(audit_seq), signed(since.as_unix()));
        let change = |row: &Row<'_>| {
            Ok(Change {
                serial: row.get(0)?,
                at: Timestamp::from_unix(unsigned(row.get(1)?)),
                audit_seq: unsigned(row.get(2)?),
            })
        };
        let failed = |source| self.unreadable(source);
        // From the last one back to what is not after: the rows have the order of the audit chain.
        let sql = "SELECT serial, at, audit_seq,
                          authority_key = ?1 AND (not_after IS NULL OR not_after >= ?2)
                   FROM revocation ORDER BY id DESC";
        let mut statement = self.connection.prepare_cached(sql).map_err(failed)?;
        let mut rows = statement.query((authority_key, since)).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            if row.get::<_, i64>(2).map_err(failed)? <= after {
                break;
            }
            if row.get(3).map_err(failed)? {
                each(change(row).map_err(failed)?);
            }
        }
        let sql = "SELECT i.serial, h.at, h.audit_seq
                   FROM hold h
                   CROSS JOIN intent i ON i.id = h.intent
                   CROSS JOIN authority a ON a.id = i.authority
                   WHERE a.key_sha256 = ?1 AND h.audit_seq > ?2 AND i.not_after >= ?3";
        self.each_row(sql, &[authority_key, &after, &since], change, |change| {
            each(change);
            Ok::<(), StoreError>(())
        })
    }

    /// The intents of certificates that are revoked and have not ended before `since`.
    fn revoked_intents(&self, since: Timestamp) -> Result<Vec<i64>, StoreError> {
        if self.version < REVOCATION_SINCE {
            return Ok(Vec::new());
        }
        let sql = "SELECT intent FROM revocation WHERE intent IS NOT NULL AND not_after >= ?1";
        self.collect(sql, &[&signed(since.as_unix())], |row| row.get(0))
    }

    fn collect<T>(
        &self,
        sql: &str,
        values: &[&dyn ToSql],
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let mut found = Vec::new();
        self.each_row(sql, values, read, |one| {
            found.push(one);
            Ok::<(), StoreError>(())
        })?;
        Ok(found)
    }
}

fn live<'r>(row: &'r Row<'_>) -> rusqlite::Result<LiveCertificate<'r>> {
    let moment = |seconds| Timestamp::from_unix(unsigned(seconds));
    Ok(LiveCertificate {
        intent: row.get(0)?,
        authority: row.get(1)?,
        profile: row.get(2)?,
        subject: row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?,
        recorded_at: moment(row.get(4)?),
        not_after: moment(row.get(5)?),
    })
}
