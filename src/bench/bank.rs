//! A throwaway CA with an inventory of its own, empty or filled.

use std::path::Path;
use std::sync::Arc;

use super::BenchError;
use super::requests::requests;
use crate::audit::{Actor, Subject};
use crate::base::algorithm::sha256;
use crate::base::clock::{Clock as _, SystemClock};
use crate::base::issuer_cert::IssuerCert;
use crate::base::serial::{OsSerials, SerialSource as _};
use crate::inventory::{Inventory, NewIntent, NewResult};
use crate::issuance::{Desk, IssueError, Issuer, Order, create_root, issue};
use crate::lint::Registry;
use crate::profile::{Overrides, Profile};
use crate::publish::{Access, create_dir};
use crate::sign::Signer;
use crate::verify::Issued;

/// Rows of one transaction while the inventory is filled.
const FILL: u64 = 20_000;

/// A throwaway CA with an inventory of its own.
pub(super) struct Bank {
    pub(super) inventory: Inventory,
    pub(super) issuer: Issuer,
    pub(super) profile: Arc<Profile>,
    /// A certificate of it; the rows that it was filled with say the same.
    model: Issued,
}

impl Bank {
    /// A CA with the key of `signer` in the new folder `dir`, and so many certificates on record.
    pub(super) fn open(
        signer: &Arc<dyn Signer>,
        dir: &Path,
        rows: u64,
    ) -> Result<Self, BenchError> {
        create_dir(dir, Access::Private)?;
        let mut inventory = Inventory::open(dir, Actor::current())?;
        let serials = OsSerials(inventory.instance());
        let mut desk = Desk {
            clock: &SystemClock,
            serials: &serials,
            registry: Registry::all(),
            inventory: &mut inventory,
        };
        let issuer = throwaway_root(signer, &mut desk)?;
        let profile = shipped("tls-server")?;
        let mut request = requests(signer.spki().algorithm(), 1)?;
        let order = Order {
            csr: request.pop().unwrap_or_default(),
            profile: profile.clone(),
            overrides: Overrides::default(),
        };
        let model = issue(&issuer, order, &mut desk)?;
        fill(&mut inventory, &model, &serials, rows)?;
        // What the filling left to write is not the batch's.
        inventory.settle()?;
        Ok(Self { inventory, issuer, profile, model })
    }

    /// What its certificates say, for measuring rates.
    pub(super) fn message(&self) -> &[u8] {
        self.model.signed().linted().tbs().as_der()
    }

    /// What issuing takes, for one thing after another.
    pub(super) fn at_desk<T>(&mut self, work: impl FnOnce(&Issuer, &mut Desk<'_>) -> T) -> T {
        let serials = OsSerials(self.inventory.instance());
        let mut desk = Desk {
            clock: &SystemClock,
            serials: &serials,
            registry: Registry::all(),
            inventory: &mut self.inventory,
        };
        work(&self.issuer, &mut desk)
    }
}

/// A shipped profile.
pub(super) fn shipped(name: &'static str) -> Result<Arc<Profile>, BenchError> {
    let text = Profile::shipped().iter().find(|(known, _)| *known == name);
    let (_, text) = text.ok_or(BenchError::Profile { name, source: None })?;
    let profile = Profile::from_toml(text);
    Ok(Arc::new(profile.map_err(|source| BenchError::Profile { name, source: Some(source) })?))
}

fn throwaway_root(signer: &Arc<dyn Signer>, desk: &mut Desk<'_>) -> Result<Issuer, BenchError> {
    let subject = "CN=Keystead bench throwaway root".parse()?;
    let root = create_root("bench", &shipped("root-ca")?, subject, None, &**signer, desk)?;
    let certificate = Arc::new(IssuerCert::from_der(root.as_der())?);
    Ok(Issuer::new("bench".to_owned(), certificate, signer.clone())?)
}

/// Fills the inventory with rows like those of `model`, each with its own serial and audit rows.
fn fill(
    inventory: &mut Inventory,
    model: &Issued,
    serials: &OsSerials,
    rows: u64,
) -> Result<(), BenchError> {
    let (linted, signature) = (model.signed().linted(), model.signed().signature());
    let fingerprint = sha256(model.as_der());
    let mut left = rows;
    while left > 0 {
        let count = left.min(FILL);
        left -= count;
        let now = SystemClock.now();
        let mut transcript = inventory.begin(now)?;
        let mut intents = Vec::new();
        for _ in 0..count {
            let mut intent = NewIntent::from(linted);
            intent.kind = Subject::Certificate;
            intent.serial = Some(serials.next_serial().map_err(IssueError::Random)?);
            intents.push(intent);
        }
        transcript.intents("bench", intents)?;
        let receipts = transcript.commit()?.into_iter().flatten();
        let mut transcript = inventory.begin(now)?;
        transcript.results(receipts.map(|receipt| NewResult {
            intent: receipt.intent(),
            sha256: fingerprint,
            signature,
        }))?;
        transcript.commit()?;
    }
    Ok(())
}
