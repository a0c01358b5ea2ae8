//! Adding revocations, holds and CRLs to a transaction, each with its audit row.

use rusqlite::OptionalExtension as _;

use super::super::record::{Transcript, next_id};
use super::super::sqlite::signed;
use super::super::{IntentId, StoreError};
use super::{Hold, Revocation};
use crate::audit::{Event, Hex};
use crate::base::clock::Timestamp;
use crate::base::revocation::Reason;
use crate::tbs::CrlFacts;

impl Transcript<'_> {
    /// Adds a revocation; false when there is one.
    pub(super) fn revoke(&mut self, revocation: &Revocation) -> Result<bool, StoreError> {
        let Revocation { authority_key, serial, intent, reason, .. } = revocation;
        if !Reason::PERMANENT.contains(reason) {
            return Err(StoreError::NotPermanent(*reason));
        }
        if signed(revocation.date.as_unix()) > self.at() {
            return Err(StoreError::RevokedInFuture { date: revocation.date });
        }
        if let Some(key) = &revocation.block_key {
            let why = format!("{reason} of certificate {}", hex::encode(serial));
            self.block_key(*key, &why)?;
        }
        let known = self
            .transaction
            .prepare_cached("SELECT 1 FROM revocation WHERE authority_key = ?1 AND serial = ?2")
            .and_then(|mut statement| {
                statement.query_row((authority_key, serial), |_| Ok(())).optional()
            })
            .map_err(|source| self.failed("look for a revocation", source))?;
        if known.is_some() {
            return Ok(false);
        }
        let id = next_id(&self.transaction, "SELECT max(id) FROM revocation")
            .map_err(|source| self.failed("read the last revocation", source))?;
        let audit_seq = self.event(&Event::Revoked {
            revocation: id,
            issuer_key_sha256: Hex::from(authority_key),
            serial: Hex::from(serial.as_slice()),
            intent: intent.map(IntentId::get),
            date: revocation.date.as_unix(),
            reason: reason.code(),
            invalidity: revocation.invalidity.map(Timestamp::as_unix),
            not_after: revocation.not_after.map(Timestamp::as_unix),
            point: (&revocation.point).into(),
            ca: revocation.ca,
        })?;
        let optional = |time: Option<Timestamp>| time.map(|time| signed(time.as_unix()));
        self.execute(
            "record a revocation",
            "INSERT INTO revocation (id, audit_seq, at, authority_key, serial, intent, date, reason,
                                     invalidity, not_after, point, ca)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            rusqlite::params![
                id,
                audit_seq,
                self.at(),
                authority_key,
                serial,
                intent.map(IntentId::get),
                signed(revocation.date.as_unix()),
                reason.code(),
                optional(revocation.invalidity),
                optional(revocation.not_after),
                revocation.point,
                revocation.ca,
            ],
        )?;
        Ok(true)
    }

    pub(super) fn hold(&mut self, hold: Hold) -> Result<bool, StoreError> {
        let intent = hold.intent.get();
        let last: Option<bool> = self
            .transaction
            .prepare_cached("SELECT held FROM hold WHERE intent = ?1 ORDER BY id DESC LIMIT 1")
            .and_then(|mut statement| statement.query_row((intent,), |row| row.get(0)).optional())
            .map_err(|source| self.failed("look for a hold", source))?;
        if last.unwrap_or(false) == hold.held {
            return Ok(false);
        }
        let id = next_id(&self.transaction, "SELECT max(id) FROM hold")
            .map_err(|source| self.failed("read the last hold", source))?;
        let audit_seq = self.event(&Event::Held { hold: id, intent, held: hold.held })?;
        let inserted = self.execute(
            "record a hold",
            "INSERT INTO hold (id, audit_seq, at, intent, held) VALUES (?1, ?2, ?3, ?4, ?5)",
            (id, audit_seq, self.at(), intent, hold.held),
        );
        match inserted {
            Err(StoreError::Sqlite { source, .. })
                if source.sqlite_extended_error_code()
                    == Some(rusqlite::ffi::SQLITE_CONSTRAINT_TRIGGER) =>
            {
                Err(StoreError::HeldAfterRevocation(hold.intent))
            }
            inserted => inserted.map(|()| true),
        }
    }

    pub(super) fn crl_seen(
        &mut self,
        (authority_key, point, number): ([u8; 32], &str, u64),
        sha256: [u8; 32],
    ) -> Result<(), StoreError> {
        let id = next_id(&self.transaction, "SELECT max(id) FROM crl_seen")
            .map_err(|source| self.failed("read the last CRL seen", source))?;
        let audit_seq = self.event(&Event::CrlSeen {
            seen: id,
            issuer_key_sha256: Hex::from(&authority_key),
            point: point.into(),
            number,
            sha256: Hex::from(&sha256),
        })?;
        self.execute(
            "record a CRL seen",
            "INSERT INTO crl_seen (id, audit_seq, at, authority_key, point, number, sha256)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            (id, audit_seq, self.at(), &authority_key, point, signed(number), &sha256),
        )
    }

    /// The row beside a CRL's intent.
    pub(in crate::inventory) fn insert_crl(
        &self,
        intent: i64,
        authority_key: &[u8; 32],
        crl: &CrlFacts<'_>,
    ) -> Result<(), StoreError> {
        let inserted = self.execute(
            "record a CRL",
            "INSERT INTO crl (intent, authority_key, point, number, base, this_update, next_update,
                              entries, covers)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            rusqlite::params![
                intent,
                authority_key,
                crl.point,
                signed(crl.number),
                crl.base.map(signed),
                signed(crl.this_update.as_unix()),
                signed(crl.next_update.as_unix()),
                signed(crl.entries),
                signed(crl.covers),
            ],
        );
        if let Err(StoreError::Sqlite { source, .. }) = &inserted
            && source.sqlite_extended_error_code() == Some(rusqlite::ffi::SQLITE_CONSTRAINT_TRIGGER)
        {
            return Err(StoreError::CrlNumber { number: crl.number });
        }
        inserted
    }
}
