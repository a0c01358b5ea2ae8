//! The nine steps in order, for one and for many.

use std::sync::Arc;

use crate::base::clock::Clock;
use crate::base::issuer_cert::IssuerCert;
use crate::base::name::DistinguishedName;
use crate::base::serial::SerialSource;
use crate::inventory::Inventory;
use crate::profile::{Overrides, Profile};
use crate::sign::Signer;
use crate::verify::Issued;

mod error;

pub use error::IssueError;

/// A CA certificate with its key; the constructor checks that they belong together.
pub struct Issuer {
    name: String,
    certificate: Arc<IssuerCert>,
    signer: Arc<dyn Signer>,
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

/// What every issuance needs beside the issuer: time, serials, the store.
pub struct Desk<'a> {
    /// Now.
    pub clock: &'a dyn Clock,
    /// Serials.
    pub serials: &'a dyn SerialSource,
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
        Ok(Self { name, certificate, signer })
    }

    /// Its name in the home.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its certificate.
    pub fn certificate(&self) -> &Arc<IssuerCert> {
        &self.certificate
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
    let _ = (issuer, order, desk);
    todo!()
}

/// Steps 1 to 8 for many orders, on all workers. `sink` gets each result with the tag of its order,
/// after it is durable; results come in the order of `orders`. Memory does not grow with their number.
///
/// # Errors
/// [`IssueError`] when the store, the token or the sink fails: the batch stops, what was recorded stays.
pub fn issue_many<T: Send>(
    issuer: &Issuer,
    orders: impl Iterator<Item = (T, Order)> + Send,
    desk: &mut Desk<'_>,
    sink: impl FnMut(T, Result<Issued, IssueError>) -> Result<(), IssueError>,
) -> Result<(), IssueError> {
    let _ = (issuer, orders, desk, sink);
    todo!()
}

/// A self-signed root certificate for a token key.
///
/// # Errors
/// [`IssueError`].
pub fn create_root(
    name: &str,
    profile: &Arc<Profile>,
    subject: DistinguishedName,
    lifetime: Option<u64>,
    signer: &dyn Signer,
    desk: &mut Desk<'_>,
) -> Result<Issued, IssueError> {
    let _ = (name, profile, subject, lifetime, signer, desk);
    todo!()
}

/// A PKCS#10 request for a subordinate CA, signed by its token key.
///
/// # Errors
/// [`IssueError`].
pub fn create_request(
    name: &str,
    profile: &Arc<Profile>,
    subject: DistinguishedName,
    signer: &dyn Signer,
    desk: &mut Desk<'_>,
) -> Result<Issued, IssueError> {
    let _ = (name, profile, subject, signer, desk);
    todo!()
}
