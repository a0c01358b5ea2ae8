//! Step 7: [`Signed`] becomes [`Issued`] when the signature holds under the pinned key and the
//! finished DER carries the linted bytes unchanged.

use std::sync::Arc;

use crate::inventory::{Completed, IntentId};
use crate::sign::Signed;

mod error;

pub use error::VerifyError;

/// A finished, verified certificate or request. Only [`check`] makes one.
#[derive(Debug)]
pub struct Issued {
    signed: Signed,
    der: Arc<[u8]>,
}

/// Verifies under the authority of the linted bytes, assembles, and compares.
///
/// # Errors
/// [`VerifyError`]; then the bytes are discarded and never retried.
pub fn check(signed: Signed) -> Result<Issued, VerifyError> {
    let _ = signed;
    todo!()
}

impl Issued {
    /// The finished DER.
    pub fn as_der(&self) -> &Arc<[u8]> {
        &self.der
    }
    /// What was signed.
    pub fn signed(&self) -> &Signed {
        &self.signed
    }
}

impl Completed for Issued {
    fn intent(&self) -> IntentId {
        self.signed.intent()
    }
    fn signature(&self) -> &[u8] {
        self.signed.signature()
    }
    fn sha256(&self) -> [u8; 32] {
        crate::base::algorithm::sha256(&self.der)
    }
}
