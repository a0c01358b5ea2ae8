//! What an OCSP responder asks of the inventory.

use super::sqlite::signed;
use super::{Inventory, StoreError};
use crate::base::clock::Timestamp;

/// # OCSP
impl Inventory {
    /// Whether a certificate with this serial (content octets) was issued under the key with this
    /// SHA-256 of its SubjectPublicKeyInfo. One that is *maybe signed* was not.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn is_issued(&self, authority_key: &[u8; 32], serial: &[u8]) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM intent i
                   CROSS JOIN authority a ON a.id = i.authority
                   CROSS JOIN result r ON r.intent = i.id
                   WHERE i.kind = 1 AND i.serial = ?1 AND a.key_sha256 = ?2";
        let mut issued = false;
        self.each_row(
            sql,
            &[&serial, authority_key],
            |_| Ok(()),
            |()| {
                issued = true;
                Ok::<(), StoreError>(())
            },
        )?;
        Ok(issued)
    }

    /// Calls `each` with the serial (content octets) of every certificate that was issued under the key
    /// with this SHA-256 of its SubjectPublicKeyInfo and is not expired at `now`.
    ///
    /// # Errors
    /// What `each` returns, or [`StoreError`] when the store cannot be read.
    pub fn each_issued<E: From<StoreError>>(
        &self,
        authority_key: &[u8; 32],
        now: Timestamp,
        each: impl FnMut(Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = "SELECT i.serial FROM intent i
                   CROSS JOIN authority a ON a.id = i.authority
                   CROSS JOIN result r ON r.intent = i.id
                   WHERE i.kind = 1 AND a.key_sha256 = ?1 AND i.not_after >= ?2";
        self.each_row(sql, &[authority_key, &signed(now.as_unix())], |row| row.get(0), each)
    }
}
