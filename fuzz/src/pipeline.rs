//! From a request to the bytes that would be signed, with keys of the tests, and what must hold there.

use std::sync::{Arc, LazyLock};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use keystead::base::algorithm::{KeyAlgorithm, SignatureAlgorithm};
use keystead::base::clock::Timestamp;
use keystead::base::issuer_cert::IssuerCert;
use keystead::base::pointers::Pointers;
use keystead::base::serial::{InstanceByte, SerialNumber};
use keystead::base::spki::Spki;
use keystead::lint::{GivenIssuer, Label, Registry, Severity};
use keystead::profile::{Overrides, Plan, Profile, ProfileKind};
use keystead::request::{self, VerifiedRequest};
use keystead::tbs::{Tbs, assemble};
use x509_parser::prelude::FromDer as _;

use super::shown::assert_clear_error;

/// 2026-06-01T00:00:00Z.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_unix(1_780_272_000)
}

/// A software key of the tests, always the same one for a seed.
pub(crate) fn key(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).expect("32 octets are a seed")
}

pub(crate) fn key_spki(key: &Ed25519KeyPair) -> Spki {
    Spki::from_point(KeyAlgorithm::Ed25519, key.public_key().as_ref()).expect("a good key")
}

/// The CA of the tests.
pub(crate) static ISSUER: LazyLock<Arc<IssuerCert>> = LazyLock::new(|| {
    let key = key(1);
    let profile = Arc::new(profile("root-ca"));
    let subject = "CN=Fuzz Root,O=Example".parse().expect("a name");
    let algorithm = SignatureAlgorithm::Ed25519;
    let plan =
        profile.plan_root(subject, key_spki(&key), algorithm, None, now()).expect("a good root");
    let tbs = Tbs::encode(plan, serial()).expect("a good root");
    let signature = key.sign(tbs.as_der());
    let der = assemble(tbs.as_der(), algorithm.algorithm_identifier(), signature.as_ref());
    Arc::new(IssuerCert::from_der(&der.expect("a good root")).expect("a good root"))
});

/// The shipped profiles, roots excepted.
static PROFILES: LazyLock<Vec<Arc<Profile>>> = LazyLock::new(|| {
    let all = Profile::shipped().iter().map(|(name, _)| Arc::new(profile(name)));
    all.filter(|profile| profile.kind() != ProfileKind::Root).collect()
});

/// A good request, for what else is varied.
pub(crate) static REQUEST: LazyLock<VerifiedRequest> = LazyLock::new(|| {
    let key = key(2);
    let spki = key_spki(&key);
    let info = [&[2, 1, 0, 0x30, 0][..], spki.as_der(), &[0xa0, 0]].concat();
    request::verify(&super::request::sign(&key, &info)).expect("a good request")
});

pub(crate) fn serial() -> SerialNumber {
    SerialNumber::new(InstanceByte::try_from(9).expect("in range"), [0x5a; 16])
}

pub(crate) fn profile(name: &str) -> Profile {
    Profile::from_toml(Profile::find_shipped(name).expect("shipped")).expect("valid")
}

/// Plans under `profile`, and checks what may be planned.
pub(crate) fn plan(profile: &Arc<Profile>, request: &VerifiedRequest, overrides: &Overrides) {
    let algorithm = SignatureAlgorithm::Ed25519;
    let nowhere = Pointers::default();
    match profile.plan(request.clone(), overrides, &ISSUER, algorithm, now(), &nowhere) {
        Ok(plan) => check(plan, request, overrides),
        Err(violation) => {
            let code = violation.code();
            assert!(code.starts_with("policy.") || code.starts_with("request."), "{code}");
            assert_clear_error(&violation);
        }
    }
}

/// Plans under every shipped profile.
pub(crate) fn plan_under_all(request: &VerifiedRequest, overrides: &Overrides) {
    for profile in PROFILES.iter() {
        plan(profile, request, overrides);
    }
}

/// Whatever is planned says what was asked for, no more, and breaks no rule.
fn check(plan: Plan, request: &VerifiedRequest, overrides: &Overrides) {
    let ca = plan.profile().kind() != ProfileKind::Leaf;
    let subject = overrides.subject.as_ref().unwrap_or_else(|| request.subject());
    let sans = if overrides.sans.is_empty() { request.sans() } else { &overrides.sans };
    let (subject, sans) = (subject.as_der().to_vec(), sans.to_vec());
    let tbs = Tbs::encode(plan, serial()).expect("what is planned can be encoded");
    let der = tbs.as_der().to_vec();
    assert_eq!(tbs.plan().sans(), sans);
    if let Err(failure) = Registry::all().check(tbs) {
        // Who may be a node, what browsers want, and whether a server needs names (a profile may skip that
        // rule), is for lint alone to say, and whether a name that never was in a request is in order; what
        // else breaks RFC 5280 does not come as far.
        let stray = failure.findings.iter().find(|finding| {
            finding.severity == Severity::Error
                && !["kubernetes.", "cabf.", "keystead.canonical-der", "keystead.server-names"]
                    .iter()
                    .any(|source| finding.rule.starts_with(source))
        });
        assert!(stray.is_none(), "planned, but {stray:?}");
        return;
    }
    let (rest, read) = x509_parser::certificate::TbsCertificate::from_der(&der)
        .expect("another parser reads what we encode");
    assert!(rest.is_empty());
    assert_eq!(read.subject.as_raw(), subject);
    assert_eq!(read.subject_pki.raw, request.spki().as_der());
    assert_eq!(read.is_ca(), ca);
    let signs = read.key_usage().ok().flatten().is_some_and(|usage| usage.value.key_cert_sign());
    assert_eq!(signs, ca);
}

/// Subject and names from the input, by an operator's hand, under every profile: what the gate lets
/// through breaks no lint rule, and every other tool reads it as it was meant.
pub fn lint(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut lines = text.lines();
    let overrides = Overrides {
        subject: lines.next().and_then(|line| line.parse().ok()),
        sans: lines.filter_map(|line| line.parse().ok()).collect(),
        lifetime: None,
    };
    plan_under_all(&REQUEST, &overrides);
}

/// The input as a certificate, CRL, OCSP response or request of whoever, and as an issuer's: nothing in
/// it stops the linter, which says the same each time.
pub fn inspect(data: &[u8]) {
    let issuer = GivenIssuer::from_der(data.to_vec()).ok();
    let ours = GivenIssuer::from_der(ISSUER.as_der().to_vec()).ok();
    let labels = ["CERTIFICATE", "CERTIFICATE REQUEST", "X509 CRL", "OCSP RESPONSE", ""];
    for label in labels.map(Label::from_pem) {
        for issuer in [None, issuer.as_ref(), ours.as_ref()] {
            let found = Registry::all().inspect(data, label, issuer);
            assert!(found.findings.is_sorted_by(|a, b| a.severity >= b.severity));
            for finding in &found.findings {
                assert!(!finding.rule.is_empty() && !finding.detail.is_empty());
            }
            let again = Registry::all().inspect(data, label, issuer);
            assert_eq!(format!("{found:?}"), format!("{again:?}"));
        }
    }
}
