//! The nine steps in order, for one and for many.

use std::sync::Arc;

use crate::base::clock::Clock;
use crate::base::issuer_cert::IssuerCert;
use crate::base::pointers::IssuerPointers;
use crate::base::serial::SerialSource;
use crate::inventory::Inventory;
use crate::lint::Registry;
use crate::profile::{Overrides, Profile};
use crate::request::WeakKeyList;
use crate::sign::Signer;
use crate::verify::Issued;

mod batch;
mod error;
mod own;
mod pace;
mod respond;
mod steps;
mod worker;

pub use batch::issue_many;
pub use error::IssueError;
pub use own::{create_request, create_root};
pub use respond::{create_responder, issue_response, issue_responses};
pub use steps::check_key;
pub(crate) use steps::{complete, plan};

/// A CA certificate with its key; the constructor checks that they belong together.
pub struct Issuer {
    name: String,
    certificate: Arc<IssuerCert>,
    signer: Arc<dyn Signer>,
    weak_keys: Arc<WeakKeyList>,
    pointers: IssuerPointers,
}

/// One certificate to issue.
#[derive(Clone, Debug)]
pub struct Order {
    /// PKCS#10, DER.
    pub csr: Vec<u8>,
    /// The profile.
    pub profile: Arc<Profile>,
    /// What the operator asks for beside it.
    pub overrides: Overrides,
}

/// What every issuance needs beside the issuer: time, serials, lint rules, the store.
pub struct Desk<'a> {
    /// Now.
    pub clock: &'a dyn Clock,
    /// Serials.
    pub serials: &'a dyn SerialSource,
    /// The lint rules, and the external linters of the site if it has any.
    pub registry: &'a Registry,
    /// The store.
    pub inventory: &'a mut Inventory,
}

impl Issuer {
    /// Binds a certificate to its key.
    ///
    /// # Errors
    /// [`IssueError`] when the signer's key is not the certificate's, or its algorithm does not fit.
    pub fn new(
        name: String,
        certificate: Arc<IssuerCert>,
        signer: Arc<dyn Signer>,
    ) -> Result<Self, IssueError> {
        let (key, algorithm) = (certificate.spki(), signer.algorithm());
        if signer.spki() != key {
            return Err(IssueError::IssuerKey {
                issuer: name,
                expected: hex::encode(key.sha256()),
                found: hex::encode(signer.spki().sha256()),
            });
        }
        if !algorithm.fits(key.algorithm()) {
            let key = key.algorithm();
            return Err(IssueError::IssuerAlgorithm { issuer: name, key, algorithm });
        }
        let (weak_keys, pointers) = (Arc::default(), IssuerPointers::default());
        Ok(Self { name, certificate, signer, weak_keys, pointers })
    }

    /// The same issuer, refusing the keys on `list`.
    #[must_use]
    pub fn with_weak_keys(mut self, list: Arc<WeakKeyList>) -> Self {
        self.weak_keys = list;
        self
    }

    /// The same issuer, whose certificates point to these places where their profile lets them. New
    /// certificates only: what was issued before stays as it is.
    #[must_use]
    pub fn with_pointers(mut self, pointers: IssuerPointers) -> Self {
        self.pointers = pointers;
        self
    }

    /// Its name in the home.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its certificate.
    pub fn certificate(&self) -> &Arc<IssuerCert> {
        &self.certificate
    }

    /// What its certificates point to.
    pub fn pointers(&self) -> &IssuerPointers {
        &self.pointers
    }

    /// Its key.
    pub fn signer(&self) -> &Arc<dyn Signer> {
        &self.signer
    }
}

/// Steps 1 to 8 for one order: a batch of one.
///
/// # Errors
/// [`IssueError`]; a refusal is recorded before it is returned.
pub fn issue(issuer: &Issuer, order: Order, desk: &mut Desk<'_>) -> Result<Issued, IssueError> {
    let guard = desk.inventory.key_guard()?;
    match steps::prepare(issuer, &order, &guard, desk.clock, desk.serials, desk.registry) {
        Ok(linted) => steps::complete(issuer.name(), &**issuer.signer(), linted, desk),
        Err(error) if error.is_refusal() => {
            let refusal = steps::refusal(issuer, &order, &error);
            desk.inventory.record_refusals(&[refusal], desk.clock.now())?;
            Err(error)
        }
        Err(error) => Err(error),
    }
}
