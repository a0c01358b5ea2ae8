//! What a CA key signs for itself: a root certificate, or the request for a subordinate one.

use std::sync::Arc;

use super::error::refusal_reason;
use super::steps::{complete, refuse_blocked};
use super::{Desk, IssueError};
use crate::base::name::DistinguishedName;
use crate::base::spki::Spki;
use crate::lint::Linted;
use crate::profile::Profile;
use crate::request;
use crate::sign::Signer;
use crate::tbs::Tbs;
use crate::verify::Issued;

/// A self-signed root certificate for a token key. `name` is the issuer's name in the home,
/// `lifetime` in seconds replaces the profile's default.
///
/// # Errors
/// [`IssueError`]; a refusal is recorded before it is returned.
pub fn create_root(
    name: &str,
    profile: &Arc<Profile>,
    subject: DistinguishedName,
    lifetime: Option<u64>,
    signer: &dyn Signer,
    desk: &mut Desk<'_>,
) -> Result<Issued, IssueError> {
    let text = subject.to_string();
    let prepared = prepare_root(profile, subject, lifetime, signer, desk);
    let linted = recorded_if_refused(prepared, name, profile, &text, desk)?;
    complete(name, signer, linted, desk)
}

/// A PKCS#10 request for a subordinate CA, signed by its token key.
///
/// # Errors
/// [`IssueError`]; a refusal is recorded before it is returned.
pub fn create_request(
    name: &str,
    profile: &Arc<Profile>,
    subject: DistinguishedName,
    signer: &dyn Signer,
    desk: &mut Desk<'_>,
) -> Result<Issued, IssueError> {
    let text = subject.to_string();
    let prepared = prepare_request(profile, subject, signer, desk);
    let linted = recorded_if_refused(prepared, name, profile, &text, desk)?;
    complete(name, signer, linted, desk)
}

fn prepare_root(
    profile: &Arc<Profile>,
    subject: DistinguishedName,
    lifetime: Option<u64>,
    signer: &dyn Signer,
    desk: &Desk<'_>,
) -> Result<Linted, IssueError> {
    check_own_key(signer.spki(), desk)?;
    let (spki, algorithm) = (signer.spki().clone(), signer.algorithm());
    let plan = profile.plan_root(subject, spki, algorithm, lifetime, desk.clock.now())?;
    let serial = desk.serials.next_serial().map_err(IssueError::Random)?;
    Ok(desk.registry.check(Tbs::encode(plan, serial)?)?)
}

fn prepare_request(
    profile: &Arc<Profile>,
    subject: DistinguishedName,
    signer: &dyn Signer,
    desk: &Desk<'_>,
) -> Result<Linted, IssueError> {
    check_own_key(signer.spki(), desk)?;
    let plan = profile.plan_request(subject, signer.spki().clone(), signer.algorithm())?;
    Ok(desk.registry.check(Tbs::encode_request(plan)?)?)
}

/// A token's generator is trusted no more than a requester's: that of ROCA was one.
pub(super) fn check_own_key(key: &Spki, desk: &Desk<'_>) -> Result<(), IssueError> {
    request::check_key(key)?;
    refuse_blocked(&desk.inventory.key_guard()?, &key.sha256())?;
    Ok(())
}

/// There is no CSR whose hash could stand in a refusal, so it is recorded as an event.
pub(super) fn recorded_if_refused(
    prepared: Result<Linted, IssueError>,
    issuer: &str,
    profile: &Profile,
    subject: &str,
    desk: &mut Desk<'_>,
) -> Result<Linted, IssueError> {
    if let Err(error) = &prepared
        && error.is_refusal()
    {
        let details = serde_json::json!({
            "issuer": issuer,
            "profile": profile.name(),
            "subject": subject,
            "reason": refusal_reason(error),
        });
        desk.inventory.record_event("ca-refused", details, desk.clock.now())?;
    }
    prepared
}
