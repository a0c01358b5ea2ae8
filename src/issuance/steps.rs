//! The steps as functions: what one order goes through before and after its intent is durable.

use super::error::reason;
use super::{Desk, IssueError, Issuer, Order};
use crate::base::algorithm::sha256;
use crate::base::clock::Clock;
use crate::base::serial::SerialSource;
use crate::inventory::{Completed, Failure, IntentId, IntentReceipt, Refusal};
use crate::lint::{Linted, Registry};
use crate::request;
use crate::sign::{self, Signer};
use crate::tbs::Tbs;
use crate::verify::{self, Issued};

/// Steps 1 to 4.
pub(super) fn prepare(
    issuer: &Issuer,
    order: &Order,
    clock: &dyn Clock,
    serials: &dyn SerialSource,
    registry: &Registry,
) -> Result<Linted, IssueError> {
    let request = request::verify(&order.csr)?;
    let plan = order.profile.plan(
        request,
        &order.overrides,
        issuer.certificate(),
        issuer.signer().algorithm(),
        clock.now(),
    )?;
    let serial = serials.next_serial().map_err(IssueError::Random)?;
    Ok(registry.check(Tbs::encode(plan, serial)?)?)
}

/// Steps 6 and 7. A failure names the intent, which stays *maybe signed*.
pub(super) fn sign_and_verify(
    signer: &dyn Signer,
    linted: Linted,
    receipt: IntentReceipt,
) -> Result<Issued, (IntentId, IssueError)> {
    let intent = receipt.intent();
    let signed = sign::sign(signer, linted, receipt).map_err(|error| (intent, error.into()))?;
    verify::check(signed).map_err(|error| (intent, error.into()))
}

/// Steps 5 to 8 for one.
pub(super) fn complete(
    issuer: &str,
    signer: &dyn Signer,
    linted: Linted,
    desk: &mut Desk<'_>,
) -> Result<Issued, IssueError> {
    let linted = [linted];
    let receipts = desk.inventory.record_intents(issuer, &linted, desk.clock.now())?;
    let [linted] = linted;
    // One intent, one receipt; without it nothing is signed.
    let receipt = receipts.into_iter().next().ok_or(IssueError::Worker)?;
    match sign_and_verify(signer, linted, receipt) {
        Ok(issued) => {
            let completed: &dyn Completed = &issued;
            desk.inventory.record_issued(&[completed], desk.clock.now())?;
            Ok(issued)
        }
        Err((intent, error)) => {
            let failure = Failure { intent, reason: reason(&error) };
            // The intent is durable and says enough; the first error is the one to tell.
            if let Err(second) = desk.inventory.record_failures(&[failure], desk.clock.now()) {
                tracing::warn!(error = %reason(&second), "the failure could not be recorded");
            }
            Err(error)
        }
    }
}

/// The record of a refused order.
pub(super) fn refusal(issuer: &Issuer, order: &Order, error: &IssueError) -> Refusal {
    Refusal {
        issuer: issuer.name().to_owned(),
        profile: order.profile.name().to_owned(),
        request_sha256: sha256(&order.csr),
        reason: reason(error),
    }
}
