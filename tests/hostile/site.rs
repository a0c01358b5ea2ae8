//! The CA of these tests: a root with the Ed25519 key of a known seed, and the pipeline up to the
//! bytes to be signed.

use std::sync::{Arc, LazyLock};

use keystead::base::algorithm::SignatureAlgorithm;
use keystead::base::clock::Timestamp;
use keystead::base::issuer_cert::IssuerCert;
use keystead::base::pointers::Pointers;
use keystead::base::serial::{InstanceByte, SerialNumber};
use keystead::base::spki::Spki;
use keystead::lint::Registry;
use keystead::profile::{Overrides, Plan, Profile};
use keystead::request::{self, VerifiedRequest};
use keystead::tbs::{Tbs, assemble};

use crate::vector::{ACCEPTED, Draft, Signer, ed25519, ed25519_spki};

/// The seed of the root's key.
const ROOT: u8 = 1;

const ALGORITHM: SignatureAlgorithm = SignatureAlgorithm::Ed25519;

/// 2026-06-01T00:00:00Z.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_unix(1_780_272_000)
}

pub(crate) static ISSUER: LazyLock<Arc<IssuerCert>> = LazyLock::new(|| {
    let spki = Spki::from_der(&ed25519_spki(ROOT)).unwrap();
    let subject = "CN=Hostile Test Root,O=Example".parse().unwrap();
    let plan = profile("root-ca").plan_root(subject, spki, ALGORITHM, None, now()).unwrap();
    Arc::new(IssuerCert::from_der(&finish(plan, [1; 16])).unwrap())
});

/// The shipped profiles by name, loaded once.
static PROFILES: LazyLock<Vec<Arc<Profile>>> = LazyLock::new(|| {
    let texts = Profile::shipped().iter().map(|(_, text)| *text);
    texts.map(|text| Arc::new(Profile::from_toml(text).unwrap())).collect()
});

pub(crate) fn profile(name: &str) -> Arc<Profile> {
    let found = PROFILES.iter().find(|profile| profile.name() == name);
    Arc::clone(found.unwrap_or_else(|| panic!("no profile {name}")))
}

/// What is asked for under a shipped profile by this issuer.
pub(crate) fn plan(
    profile: &Arc<Profile>,
    request: VerifiedRequest,
    overrides: &Overrides,
) -> Result<Plan, keystead::profile::PolicyViolation> {
    plan_at(profile, request, overrides, now())
}

/// The same at another time.
pub(crate) fn plan_at(
    profile: &Arc<Profile>,
    request: VerifiedRequest,
    overrides: &Overrides,
    time: Timestamp,
) -> Result<Plan, keystead::profile::PolicyViolation> {
    profile.plan(request, overrides, &ISSUER, ALGORITHM, time, &Pointers::default())
}

/// What becomes of a request at this stage: a code, or [`ACCEPTED`].
pub(crate) fn verdict(stage: &str, der: &[u8]) -> &'static str {
    let verified = match request::verify(der) {
        Ok(verified) => verified,
        Err(error) => return error.code(),
    };
    if stage == "request" {
        return ACCEPTED;
    }
    match plan(&profile(stage), verified, &Overrides::default()) {
        Ok(_) => ACCEPTED,
        Err(violation) => violation.code(),
    }
}

/// The finished certificate of a plan: the signature is made here, as the token would make it.
pub(crate) fn finish(plan: Plan, random: [u8; 16]) -> Vec<u8> {
    finish_root(plan, random, ROOT)
}

/// The same with the Ed25519 key of another seed.
pub(crate) fn finish_root(plan: Plan, random: [u8; 16], seed: u8) -> Vec<u8> {
    let serial = SerialNumber::new(InstanceByte::try_from(9).unwrap(), random);
    let tbs = Tbs::encode(plan, serial).unwrap();
    let linted = Registry::all().check(tbs).unwrap_or_else(|failure| panic!("{failure}"));
    let der = linted.tbs().as_der();
    let signature = ed25519(seed).sign(der);
    assemble(der, ALGORITHM.algorithm_identifier(), signature.as_ref()).unwrap()
}

/// A good request for the issuer's own key.
pub(crate) fn issuer_key_request() -> Vec<u8> {
    Draft::with_key(ed25519_spki(ROOT), Signer::Ed25519(ROOT)).finish()
}
