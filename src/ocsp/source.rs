//! Where the status of a certificate comes from.

use std::sync::{Mutex, PoisonError};

use crate::inventory::{Inventory, StoreError};
use crate::tbs::CertStatus;

/// Knows the status of certificates.
pub trait StatusSource: Send + Sync {
    /// The status of the certificate with this serial (content octets) under the key with this SHA-256
    /// of its SubjectPublicKeyInfo. What may have been signed but is not known to be is never good.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be told.
    fn status(&self, authority_key: &[u8; 32], serial: &[u8]) -> Result<CertStatus, StoreError>;
}

/// The inventory, asked anew for each answer: a revocation shows in the next one.
impl StatusSource for Mutex<Inventory> {
    fn status(&self, authority_key: &[u8; 32], serial: &[u8]) -> Result<CertStatus, StoreError> {
        let inventory = self.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(revoked) = inventory.revoked(authority_key, serial)? {
            let entry = revoked.entry;
            return Ok(CertStatus::Revoked { date: entry.date, reason: entry.reason });
        }
        let issued = inventory.is_issued(authority_key, serial)?;
        Ok(if issued { CertStatus::Good } else { CertStatus::Unknown })
    }
}
