//! The steps as functions: what one order goes through before and after its intent is durable.

use super::error::{reason, refusal_reason};
use super::{Desk, IssueError, Issuer, Order};
use crate::base::algorithm::sha256;
use crate::base::clock::{Clock, Timestamp};
use crate::base::serial::{SerialNumber, SerialSource};
use crate::base::spki::Spki;
use crate::base::text::Escaped;
use crate::inventory::{Completed, Failure, IntentId, IntentReceipt, KeyGuard, Refusal};
use crate::lint::{Lintable, Linted, Registry};
use crate::profile::{Plan, ProfileKind};
use crate::request::{self, RequestError, WeakKeyList};
use crate::sign::{self, Signer};
use crate::tbs::Tbs;
use crate::verify::{self, Issued};

/// Steps 1 and 2 for the certificate with this serial number, on which its pointers depend.
///
/// # Errors
/// [`IssueError`], always a refusal.
pub(crate) fn plan(
    issuer: &Issuer,
    order: &Order,
    guard: &KeyGuard,
    serial: SerialNumber,
    now: Timestamp,
) -> Result<Plan, IssueError> {
    let request = request::verify(&order.csr)?;
    let (certificate, algorithm) = (issuer.certificate(), issuer.signer().algorithm());
    let kind = order.profile.kind();
    check_key(request.spki(), certificate.spki(), kind, &issuer.weak_keys, guard)?;
    let pointers = issuer.pointers.of(serial.as_bytes());
    Ok(order.profile.plan(request, &order.overrides, certificate, algorithm, now, &pointers)?)
}

/// Steps 1 to 4.
pub(super) fn prepare(
    issuer: &Issuer,
    order: &Order,
    guard: &KeyGuard,
    clock: &dyn Clock,
    serials: &dyn SerialSource,
    registry: &Registry,
) -> Result<Linted, IssueError> {
    let serial = serials.next_serial().map_err(IssueError::Random)?;
    let plan = plan(issuer, order, guard, serial, clock.now())?;
    Ok(registry.check(Tbs::encode(plan, serial)?)?)
}

/// What the site knows about the key of a request for a certificate of this kind. The issuer's own key
/// is left to the profile, which has a better name for it.
///
/// # Errors
/// [`RequestError`] when the key is on a list of weak keys, is blocked, or is a CA key of the home in a
/// request for a leaf.
pub fn check_key(
    spki: &Spki,
    issuer: &Spki,
    kind: ProfileKind,
    weak_keys: &WeakKeyList,
    guard: &KeyGuard,
) -> Result<(), RequestError> {
    weak_keys.check(spki).map_err(RequestError::WeakKey)?;
    let key_sha256 = spki.sha256();
    refuse_blocked(guard, &key_sha256)?;
    if kind == ProfileKind::Leaf && spki != issuer && guard.is_ours(&key_sha256) {
        return Err(RequestError::KeyOurs { sha256: hex::encode(key_sha256) });
    }
    Ok(())
}

/// Refuses a blocked key.
pub(super) fn refuse_blocked(guard: &KeyGuard, key_sha256: &[u8; 32]) -> Result<(), RequestError> {
    match guard.blocked(key_sha256) {
        Some(reason) => Err(RequestError::KeyBlocked {
            sha256: hex::encode(key_sha256),
            reason: Escaped(reason).to_string(),
        }),
        None => Ok(()),
    }
}

/// Steps 6 and 7. A failure names the intent, which stays *maybe signed*.
pub(super) fn sign_and_verify<C: Lintable>(
    signer: &dyn Signer,
    linted: Linted<C>,
    receipt: IntentReceipt,
) -> Result<Issued<C>, (IntentId, IssueError)> {
    let intent = receipt.intent();
    let signed = sign::sign(signer, linted, receipt).map_err(|error| (intent, error.into()))?;
    verify::check(signed).map_err(|error| (intent, error.into()))
}

/// Steps 5 to 8 for one.
pub(crate) fn complete<C: Lintable>(
    issuer: &str,
    signer: &dyn Signer,
    linted: Linted<C>,
    desk: &mut Desk<'_>,
) -> Result<Issued<C>, IssueError> {
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
        reason: refusal_reason(error),
    }
}
