//! A profile proven by itself: what it should accept is issued and linted, what it should refuse is
//! refused with the right code.

use std::sync::Arc;

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280;
use der::Encode as _;
use x509_cert::ext::pkix::BasicConstraints;

use super::key::{Key, extension};
use super::{Refusal, Signatory, ThrowawayIssuer, TrialError, check, lint, serial, signed};
use crate::base::algorithm::KeyAlgorithm;
use crate::base::clock::Timestamp;
use crate::base::pointers::IssuerPointers;
use crate::lint::{Finding, Linted, Registry};
use crate::profile::{
    Example, Expectation, NotInvented, Overrides, PlanKind, Profile, ProfileKind, Wish,
};
use crate::request;

/// What a case that should pass expects.
const ACCEPTED: &str = "accepted";

/// An extension that nobody issues: the enterprise number for documentation (RFC 5612).
const UNLISTED: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.32473.1");

/// Proves profiles. Keys are made once and shared by all of them.
pub struct Prover {
    issuer: ThrowawayIssuer,
    keys: Vec<(KeyAlgorithm, Key)>,
    now: Timestamp,
}

/// What was tried with a profile.
#[derive(Debug)]
pub struct Proof {
    /// The profile's name.
    pub profile: String,
    /// Each trial, in order.
    pub cases: Vec<Case>,
}

/// One trial.
#[derive(Debug)]
pub struct Case {
    /// What was asked for, in words.
    pub what: String,
    /// `accepted`, or the code of the refusal.
    pub expected: String,
    /// The same for what came of it.
    pub found: String,
    /// The sentence of the refusal, if there was one.
    pub reason: Option<String>,
    /// What advises against what was issued.
    pub warnings: Vec<Finding>,
    /// What was issued.
    pub certificate: Option<Trophy>,
}

/// A certificate of a trial.
#[derive(Debug)]
pub struct Trophy {
    /// DER, signed by a key that is gone.
    pub der: Vec<u8>,
    /// Its subject.
    pub subject: String,
    /// Its alternative names.
    pub sans: Vec<String>,
    /// When it ends.
    pub not_after: Option<Timestamp>,
}

impl Case {
    /// Whether what came was expected.
    pub fn passed(&self) -> bool {
        self.expected == self.found
    }
}

impl Proof {
    /// Whether every case passed, and there was at least one certificate.
    pub fn passed(&self) -> bool {
        self.cases.iter().all(Case::passed) && self.cases.iter().any(|it| it.certificate.is_some())
    }
}

impl Prover {
    /// Makes a throwaway issuer. Certificates begin at `now`.
    ///
    /// # Errors
    /// [`TrialError`] when the cryptographic library fails.
    pub fn new(now: Timestamp) -> Result<Self, TrialError> {
        Ok(Self { issuer: ThrowawayIssuer::new()?, keys: Vec::new(), now })
    }

    /// The issuer of everything but roots.
    pub fn issuer(&self) -> &ThrowawayIssuer {
        &self.issuer
    }

    /// Tries a profile: for each kind of key a request that it should accept, then requests that it
    /// should refuse, then its own examples.
    ///
    /// # Errors
    /// [`TrialError`] when no trial could be made. What a profile does wrong is in the [`Proof`].
    pub fn prove(&mut self, profile: &Arc<Profile>) -> Result<Proof, TrialError> {
        let mut cases = Vec::new();
        let given = profile.examples().iter().find(|it| it.expect == Expectation::Accepted);
        let mut wishes = match profile.invent() {
            Ok(wishes) => wishes,
            // An example says what we cannot know; without one, it is the profile's fault.
            Err(NotInvented::Value { .. }) if given.is_some() => Vec::new(),
            Err(error @ NotInvented::Value { .. }) => {
                cases.push(Case::failed("a request of our own".to_owned(), error.to_string()));
                Vec::new()
            }
            Err(error) => return Err(error.into()),
        };
        wishes.extend(given.filter(|_| wishes.is_empty()).map(wish_of));
        if let Some(first) = wishes.first().cloned() {
            let algorithms = profile.key_algorithms().to_vec();
            for kind in algorithms {
                let what = format!("{kind}: what the profile asks for");
                cases.push(self.accepted(profile, what, kind, &first)?);
            }
            let kind = cheapest(profile.key_algorithms());
            for wish in wishes.iter().skip(1) {
                let what = format!("{kind}: other names that the profile allows");
                cases.push(self.accepted(profile, what, kind, wish)?);
            }
            self.refusals(profile, kind, &first, &mut cases)?;
        }
        for (index, example) in profile.examples().iter().enumerate() {
            let kind = cheapest(profile.key_algorithms());
            let outcome = self.attempt(profile, kind, &wish_of(example), &[], None)?;
            let what = format!("example {}", index + 1);
            let expected = match &example.expect {
                Expectation::Accepted => ACCEPTED,
                Expectation::Refused(code) => code,
            };
            cases.push(self.case(what, expected, outcome, kind)?);
        }
        Ok(Proof { profile: profile.name().to_owned(), cases })
    }

    fn accepted(
        &mut self,
        profile: &Arc<Profile>,
        what: String,
        kind: KeyAlgorithm,
        wish: &Wish,
    ) -> Result<Case, TrialError> {
        let outcome = self.attempt(profile, kind, wish, &[], None)?;
        self.case(what, ACCEPTED, outcome, kind)
    }

    /// What must not be issued, whatever the profile allows.
    fn refusals(
        &mut self,
        profile: &Arc<Profile>,
        kind: KeyAlgorithm,
        accepted: &Wish,
        cases: &mut Vec<Case>,
    ) -> Result<(), TrialError> {
        let is_root = profile.kind() == ProfileKind::Root;
        if is_root {
            let csr = self.key(kind)?.request(accepted, Vec::new())?;
            let outcome = self.request(&csr, profile, None);
            cases.push(self.case("a request".to_owned(), "policy.kind", outcome, kind)?);
        } else {
            let lists_basic = profile.allows_extension(rfc5280::ID_CE_BASIC_CONSTRAINTS);
            let (asked, code) = match (profile.kind(), lists_basic) {
                (ProfileKind::Leaf, _) => (true, "policy.requested-ca"),
                (_, true) => (false, "policy.requested-basic-constraints"),
                (_, false) => (false, "policy.requested-extension"),
            };
            let basic = BasicConstraints { ca: asked, path_len_constraint: None }.to_der()?;
            let what = format!("a request for CA:{}", if asked { "TRUE" } else { "FALSE" });
            for (what, oid, value, code) in [
                (what, rfc5280::ID_CE_BASIC_CONSTRAINTS, basic.as_slice(), code),
                (
                    "a request for an unlisted extension".to_owned(),
                    UNLISTED,
                    &[5, 0],
                    "policy.requested-extension",
                ),
            ] {
                let wishes = [(oid, value)];
                let outcome = self.attempt(profile, kind, accepted, &wishes, None)?;
                cases.push(self.case(what, code, outcome, kind)?);
            }
        }
        for refused in profile.invent_refused(accepted)? {
            // A root is made without a request, and so without alternative names.
            if is_root && !refused.wish.sans.is_empty() {
                continue;
            }
            let outcome = self.attempt(profile, kind, &refused.wish, &[], None)?;
            cases.push(self.case(refused.what, refused.code, outcome, kind)?);
        }
        let longer = profile.max_lifetime().saturating_add(1);
        let outcome = self.attempt(profile, kind, accepted, &[], Some(longer))?;
        let what = "a lifetime above the maximum".to_owned();
        cases.push(self.case(what, "policy.lifetime", outcome, kind)?);
        let unlisted: Vec<KeyAlgorithm> = KeyAlgorithm::ALL
            .into_iter()
            .filter(|other| !profile.key_algorithms().contains(other))
            .collect();
        if !unlisted.is_empty() {
            let other = cheapest(&unlisted);
            let outcome = self.attempt(profile, other, accepted, &[], None)?;
            let what = format!("a key of the unlisted kind {other}");
            cases.push(self.case(what, "policy.key-algorithm", outcome, other)?);
        }
        Ok(())
    }

    /// Steps 1 to 4 for one request, or the root that its names and key would make.
    fn attempt(
        &mut self,
        profile: &Arc<Profile>,
        kind: KeyAlgorithm,
        wish: &Wish,
        extensions: &[(ObjectIdentifier, &[u8])],
        lifetime: Option<u64>,
    ) -> Result<Result<Linted, Refusal>, TrialError> {
        let now = self.now;
        let key = self.key(kind)?;
        if profile.kind() == ProfileKind::Root {
            let (spki, algorithm) = (key.spki.clone(), key.algorithm);
            let plan = profile.plan_root(wish.subject.clone(), spki, algorithm, lifetime, now);
            let linted = plan.map_err(Refusal::from);
            return Ok(linted.and_then(|plan| lint(plan, serial()?, Registry::all())));
        }
        let extensions: Result<Vec<_>, _> =
            extensions.iter().map(|(oid, value)| extension(*oid, value)).collect();
        let csr = key.request(wish, extensions?)?;
        Ok(self.request(&csr, profile, lifetime))
    }

    fn request(
        &self,
        csr: &[u8],
        profile: &Arc<Profile>,
        lifetime: Option<u64>,
    ) -> Result<Linted, Refusal> {
        let overrides = Overrides { lifetime, ..Overrides::default() };
        // Where an issuer's CRLs are is no matter of the profile.
        let signatory = Signatory {
            certificate: self.issuer.certificate(),
            algorithm: self.issuer.algorithm(),
            pointers: &IssuerPointers::default(),
        };
        let request = request::verify(csr)?;
        check(request, profile, &overrides, &signatory, Registry::all(), self.now)
    }

    fn case(
        &mut self,
        what: String,
        expected: &str,
        outcome: Result<Linted, Refusal>,
        kind: KeyAlgorithm,
    ) -> Result<Case, TrialError> {
        let expected = expected.to_owned();
        match outcome {
            Ok(linted) => {
                let plan = linted.tbs().plan();
                let own = plan.authority().certificate().is_none();
                let der = if own {
                    signed(&linted, self.key(kind)?)?
                } else {
                    self.issuer.sign(&linted)?
                };
                let trophy = Trophy {
                    der,
                    subject: plan.subject().to_string(),
                    sans: plan.sans().iter().map(ToString::to_string).collect(),
                    not_after: match plan.kind() {
                        PlanKind::Certificate(validity) => Some(validity.not_after()),
                        PlanKind::Request => None,
                    },
                };
                Ok(Case {
                    what,
                    expected,
                    found: ACCEPTED.to_owned(),
                    reason: None,
                    warnings: linted.warnings().to_vec(),
                    certificate: Some(trophy),
                })
            }
            Err(refusal) => Ok(Case {
                what,
                expected,
                found: refusal.code().to_owned(),
                reason: Some(refusal.to_string()),
                warnings: Vec::new(),
                certificate: None,
            }),
        }
    }

    fn key(&mut self, kind: KeyAlgorithm) -> Result<&Key, TrialError> {
        let index = match self.keys.iter().position(|(known, _)| *known == kind) {
            Some(index) => index,
            None => {
                self.keys.push((kind, Key::generate(kind)?));
                self.keys.len() - 1
            }
        };
        Ok(&self.keys[index].1)
    }
}

impl Case {
    /// A trial that could not even begin, which is the profile's fault.
    fn failed(what: String, reason: String) -> Self {
        Self {
            what,
            expected: ACCEPTED.to_owned(),
            found: "not tried".to_owned(),
            reason: Some(reason),
            warnings: Vec::new(),
            certificate: None,
        }
    }
}

fn wish_of(example: &Example) -> Wish {
    Wish { subject: example.subject.clone(), sans: example.sans.clone() }
}

/// The kind whose keys are made fastest.
fn cheapest(kinds: &[KeyAlgorithm]) -> KeyAlgorithm {
    let order = [
        KeyAlgorithm::EcP256,
        KeyAlgorithm::Ed25519,
        KeyAlgorithm::EcP384,
        KeyAlgorithm::EcP521,
        KeyAlgorithm::Rsa2048,
        KeyAlgorithm::Rsa3072,
    ];
    order.into_iter().find(|kind| kinds.contains(kind)).unwrap_or(KeyAlgorithm::Rsa4096)
}
