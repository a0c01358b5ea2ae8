//! OCSP: the certificate of a responder, and what it signs.

use std::sync::Arc;

use super::own::{check_own_key, recorded_if_refused};
use super::steps::complete;
use super::worker::{Rejected, Work};
use super::{Desk, IssueError, Issuer, batch};
use crate::base::clock::Clock;
use crate::base::name::DistinguishedName;
use crate::base::serial::SerialSource;
use crate::base::spki::Spki;
use crate::lint::{Linted, Registry};
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

/// [`issue_response`] for many, on all workers, as [`super::issue_many`] does it.
///
/// # Errors
/// [`IssueError`] when the store, the token or the sink fails, or a response is refused.
pub fn issue_responses<T: Send>(
    issuer: &str,
    signer: &dyn Signer,
    plans: impl Iterator<Item = (T, OcspPlan)> + Send,
    desk: &mut Desk<'_>,
    mut sink: impl FnMut(T, Issued<OcspPlan>) -> Result<(), IssueError>,
) -> Result<(), IssueError> {
    let work = Responses { issuer, signer };
    batch::run(&work, plans, desk, |tag, outcome| outcome.and_then(|issued| sink(tag, issued)))
}

/// Responses of one responder.
struct Responses<'r> {
    issuer: &'r str,
    signer: &'r dyn Signer,
}

impl Work for Responses<'_> {
    type Order = OcspPlan;
    type Content = OcspPlan;

    fn issuer(&self) -> &str {
        self.issuer
    }

    fn signer(&self) -> &dyn Signer {
        self.signer
    }

    fn prepare(
        &self,
        plan: OcspPlan,
        _clock: &dyn Clock,
        _serials: &dyn SerialSource,
        registry: &Registry,
    ) -> Result<Linted<OcspPlan>, Rejected> {
        let encoded = Tbs::encode_ocsp(plan).map_err(IssueError::from);
        let linted = encoded.and_then(|tbs| Ok(registry.check(tbs)?));
        linted.map_err(|error| Rejected { error, refusal: None })
    }
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
