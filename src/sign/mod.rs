//! Step 6: [`Linted`] and its receipt become [`Signed`]. The one caller of [`Signer::sign`] in the pipeline.

use crate::base::algorithm::SignatureAlgorithm;
use crate::base::spki::Spki;
use crate::inventory::{IntentId, IntentReceipt};
use crate::lint::Linted;

mod error;

pub use error::{SignError, SignerError};

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
    let _ = (signer, linted, receipt);
    todo!()
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
