//! Step 6: [`Linted`] and its receipt become [`Signed`]. The one caller of [`Signer::sign`] in the pipeline.
//!
//! Beside it, adapters for other programs: [`RcgenKey`] and [`RustCryptoKey`] make any [`Signer`], a
//! token key above all, a key for rcgen and for x509-cert.

use std::sync::Arc;

use crate::base::algorithm::{SignatureAlgorithm, sha256};
use crate::base::spki::Spki;
use crate::inventory::{IntentId, IntentReceipt};
use crate::lint::Linted;
use crate::profile::Plan;
use crate::tbs::Content;

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
pub struct Signed<C = Plan> {
    linted: Linted<C>,
    intent: IntentId,
    signature: Vec<u8>,
}

/// Signs exactly the bytes that were linted and recorded.
///
/// # Errors
/// [`SignError`] when receipt, key or algorithm is not that of the linted bytes (nothing is signed),
/// or the device fails (the intent stays *maybe signed*).
pub fn sign<C: Content>(
    signer: &dyn Signer,
    linted: Linted<C>,
    receipt: IntentReceipt,
) -> Result<Signed<C>, SignError> {
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

impl<C> Signed<C> {
    /// What was signed.
    pub fn linted(&self) -> &Linted<C> {
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::soft::SoftSigner;
    use super::*;
    use crate::audit::Actor;
    use crate::base::algorithm::KeyAlgorithm;
    use crate::base::clock::{FixedClock, Timestamp};
    use crate::base::crypto::verify_signature;
    use crate::base::serial::{InstanceByte, SerialNumber};
    use crate::inventory::Inventory;
    use crate::lint::Registry;
    use crate::profile::Profile;
    use crate::tbs::Tbs;

    /// 2026-01-01T00:00:00Z.
    fn now() -> Timestamp {
        Timestamp::from_unix(1_767_225_600)
    }

    /// Counts what it signs, and may claim another algorithm.
    struct Counting {
        signer: SoftSigner,
        claims: SignatureAlgorithm,
        signed: AtomicUsize,
    }

    impl Counting {
        fn new(kind: KeyAlgorithm) -> Self {
            let signer = SoftSigner::generate(kind);
            Self { signer, claims: kind.default_signature(), signed: AtomicUsize::new(0) }
        }

        fn signed(&self) -> usize {
            self.signed.load(Ordering::SeqCst)
        }
    }

    impl Signer for Counting {
        fn spki(&self) -> &Spki {
            self.signer.spki()
        }
        fn algorithm(&self) -> SignatureAlgorithm {
            self.claims
        }
        fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignerError> {
            self.signed.fetch_add(1, Ordering::SeqCst);
            self.signer.sign(message)
        }
    }

    fn root(signer: &Counting, random: [u8; 16]) -> Linted {
        let text = Profile::find_shipped("root-ca").unwrap();
        let plan = Arc::new(Profile::from_toml(text).unwrap())
            .plan_root(
                "CN=Example Root,O=Example".parse().unwrap(),
                signer.spki().clone(),
                signer.signer.algorithm(),
                None,
                now(),
            )
            .unwrap();
        let serial = SerialNumber::new(InstanceByte::try_from(7).unwrap(), random);
        Registry::all().check(Tbs::encode(plan, serial).unwrap()).unwrap()
    }

    fn recorded(linted: Linted) -> (Linted, IntentReceipt) {
        let home = tempfile::tempdir().unwrap();
        let mut inventory =
            Inventory::open_with_clock(home.path(), Actor::current(), Box::new(FixedClock(now())))
                .unwrap();
        let linted = [linted];
        let receipt =
            inventory.record_intents("root", &linted, now()).unwrap().into_iter().next().unwrap();
        let [linted] = linted;
        (linted, receipt)
    }

    #[test]
    fn exactly_the_linted_and_recorded_bytes_are_signed_once() {
        let signer = Counting::new(KeyAlgorithm::EcP256);
        let (linted, receipt) = recorded(root(&signer, [1; 16]));
        let intent = receipt.intent();
        let signed = sign(&signer, linted, receipt).unwrap();
        assert_eq!((signer.signed(), signed.intent()), (1, intent));
        let message = signed.linted().tbs().as_der();
        verify_signature(signer.spki(), signer.algorithm(), message, signed.signature()).unwrap();
    }

    #[test]
    fn a_receipt_for_other_bytes_signs_nothing() {
        let signer = Counting::new(KeyAlgorithm::EcP256);
        let (_, receipt) = recorded(root(&signer, [1; 16]));
        let error = sign(&signer, root(&signer, [2; 16]), receipt).unwrap_err();
        assert!(matches!(error, SignError::Receipt), "{error:?}");
        assert_eq!(signer.signed(), 0);
    }

    #[test]
    fn another_key_signs_nothing() {
        let signer = Counting::new(KeyAlgorithm::EcP256);
        let other = Counting::new(KeyAlgorithm::EcP256);
        let (linted, receipt) = recorded(root(&signer, [1; 16]));
        let error = sign(&other, linted, receipt).unwrap_err();
        assert!(matches!(error, SignError::Key { .. }), "{error:?}");
        assert_eq!(other.signed(), 0);
    }

    #[test]
    fn another_algorithm_signs_nothing() {
        let mut signer = Counting::new(KeyAlgorithm::Rsa2048);
        let (linted, receipt) = recorded(root(&signer, [1; 16]));
        signer.claims = SignatureAlgorithm::RsaPssSha256;
        let error = sign(&signer, linted, receipt).unwrap_err();
        assert!(matches!(error, SignError::Algorithm { .. }), "{error:?}");
        assert_eq!(signer.signed(), 0);
    }
}
