//! OCSP: the certificate of a responder, and what it signs.

use std::sync::Arc;

use super::own::{check_own_key, recorded_if_refused};
use super::steps::complete;
use super::{Desk, IssueError, Issuer};
use crate::base::name::DistinguishedName;
use crate::base::spki::Spki;
use crate::lint::Linted;
use crate::profile::Profile;
use crate::sign::Signer;
use crate::tbs::{OcspPlan, Tbs};
use crate::verify::Issued;

/// A certificate by `issuer` for the token key of its OCSP responder. `lifetime` in seconds replaces the
/// profile's default. The caller has seen that the key is no CA's.
///
/// # Errors
/// [`IssueError`]; a refusal is recorded before it is returned.
pub fn create_responder(
    issuer: &Issuer,
    profile: &Arc<Profile>,
    subject: &DistinguishedName,
    lifetime: Option<u64>,
    key: &Spki,
    desk: &mut Desk<'_>,
) -> Result<Issued, IssueError> {
    let prepared = prepare_responder(issuer, profile, subject, lifetime, key, desk);
    let linted = recorded_if_refused(prepared, issuer.name(), profile, &subject.to_string(), desk)?;
    complete(issuer.name(), &**issuer.signer(), linted, desk)
}

fn prepare_responder(
    issuer: &Issuer,
    profile: &Arc<Profile>,
    subject: &DistinguishedName,
    lifetime: Option<u64>,
    key: &Spki,
    desk: &Desk<'_>,
) -> Result<Linted, IssueError> {
    check_own_key(key, desk)?;
    let (certificate, algorithm) = (issuer.certificate(), issuer.signer().algorithm());
    let now = desk.clock.now();
    let serial = desk.serials.next_serial().map_err(IssueError::Random)?;
    let pointers = issuer.pointers().of(serial.as_bytes());
    let named = (subject, key);
    let plan = profile.plan_responder(named, lifetime, certificate, algorithm, now, &pointers)?;
    Ok(desk.registry.check(Tbs::encode(plan, serial)?)?)
}

/// Steps 3 to 8 for one OCSP response of the responder of the issuer with this name in the home.
/// [`OcspPlan::response`] makes what is sent of the result.
///
/// # Errors
/// [`IssueError`].
pub fn issue_response(
    issuer: &str,
    signer: &dyn Signer,
    plan: OcspPlan,
    desk: &mut Desk<'_>,
) -> Result<Issued<OcspPlan>, IssueError> {
    let linted = desk.registry.check(Tbs::encode_ocsp(plan)?)?;
    complete(issuer, signer, linted, desk)
}
