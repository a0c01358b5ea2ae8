//! Step 6: [`Linted`] and its receipt become [`Signed`]. The one caller of [`Signer::sign`] in the pipeline.
//!
//! Beside it, adapters for other programs: [`RcgenKey`] and [`RustCryptoKey`] make any [`Signer`], a
//! token key above all, a key for rcgen and for x509-cert.

use std::sync::Arc;

use crate::base::algorithm::{SignatureAlgorithm, sha256};
use crate::base::spki::Spki;
use crate::inventory::{IntentId, IntentReceipt};
use crate::lint::Linted;

mod error;
mod rcgen_adapter;
mod rustcrypto_adapter;
#[cfg(test)]
pub(crate) mod soft;
mod token_signer;

pub use error::{SignError, SignerError};
/// The rcgen that [`RcgenKey`] is for.
pub use rcgen;
pub use rcgen_adapter::{RcgenKey, RcgenUnsupported};
pub use rustcrypto_adapter::{RustCryptoKey, RustCryptoPublicKey, RustCryptoSignature};
/// The x509-cert that [`RustCryptoKey`] is for.
pub use x509_cert;

/// A private key that signs whole messages: hashing belongs to the implementation. The seam for every
/// kind of key. ECDSA signatures are DER (RFC 3279 §2.2.3).
pub trait Signer: Send + Sync {
    /// The public key under which everything it signs must verify.
    fn spki(&self) -> &Spki;
    /// The one algorithm it signs with.
    fn algorithm(&self) -> SignatureAlgorithm;
    /// How many `sign` calls can run at once, at least one.
    fn workers(&self) -> usize {
        1
    }
    /// Signs `message`.
    ///
    /// # Errors
    /// [`SignerError`] from the key's device; never retried by callers.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignerError>;
}

/// Signed but not yet verified bytes. Only [`sign`] makes one.
#[derive(Debug)]
pub struct Signed {
    linted: Linted,
    intent: IntentId,
    signature: Vec<u8>,
}

/// Signs exactly the bytes that were linted and recorded.
///
/// # Errors
/// [`SignError`] when receipt, key or algorithm is not that of the linted bytes (nothing is signed),
/// or the device fails (the intent stays *maybe signed*).
pub fn sign(
    signer: &dyn Signer,
    linted: Linted,
    receipt: IntentReceipt,
) -> Result<Signed, SignError> {
    let tbs = linted.tbs();
    if receipt.tbs_sha256() != sha256(tbs.as_der()) {
        return Err(SignError::Receipt);
    }
    let authority = tbs.plan().authority();
    if authority.spki() != signer.spki() {
        return Err(SignError::Key {
            expected: hex::encode(authority.spki().sha256()),
            found: hex::encode(signer.spki().sha256()),
        });
    }
    if authority.algorithm != signer.algorithm() {
        return Err(SignError::Algorithm {
            expected: authority.algorithm,
            found: signer.algorithm(),
        });
    }
    let signature = signer.sign(tbs.as_der())?;
    Ok(Signed { intent: receipt.intent(), linted, signature })
}

impl<S: Signer + ?Sized> Signer for &S {
    fn spki(&self) -> &Spki {
        (**self).spki()
    }
    fn algorithm(&self) -> SignatureAlgorithm {
        (**self).algorithm()
    }
    fn workers(&self) -> usize {
        (**self).workers()
    }
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignerError> {
        (**self).sign(message)
    }
}

impl<S: Signer + ?Sized> Signer for Arc<S> {
    fn spki(&self) -> &Spki {
        (**self).spki()
    }
    fn algorithm(&self) -> SignatureAlgorithm {
        (**self).algorithm()
    }
    fn workers(&self) -> usize {
        (**self).workers()
    }
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignerError> {
        (**self).sign(message)
    }
}

impl Signed {
    /// What was signed.
    pub fn linted(&self) -> &Linted {
        &self.linted
    }
    /// Under which intent.
    pub fn intent(&self) -> IntentId {
        self.intent
    }
    /// The signature bits.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }
}
