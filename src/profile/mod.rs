//! Step 2: a [`Profile`] and a request become a [`Plan`]: everything of the certificate but its serial.

use std::sync::Arc;

use const_oid::ObjectIdentifier;
use serde::Serialize;
use x509_cert::ext::Extension;

use crate::base::algorithm::{KeyAlgorithm, sha256};
use crate::base::issuer_cert::Authority;
use crate::base::name::DistinguishedName;
use crate::base::san::San;
use crate::base::spki::{KeyIdMethod, Spki};
use crate::base::validity::Validity;

mod codes;
mod config;
mod constraints;
mod error;
mod extensions;
mod extras;
mod facts;
mod invent;
mod lists;
mod load;
mod pattern;
mod plan;
mod pointers;
mod requested;
mod san_limits;
mod sans;
mod shipped;
mod subject;
mod subtrees;
mod usage;
mod violation;
mod words;

pub use config::ProfileKind;
pub use error::ProfileError;
pub use facts::{ExtensionFact, Facts, NameFacts, SubjectFacts};
pub use invent::{NotInvented, RefusedWish, Wish};
pub use pattern::PatternError;
pub(crate) use subject::is_kubernetes_group;
pub use violation::PolicyViolation;

/// A validated certificate profile. Only [`Profile::from_toml`] makes one, so none is invalid.
#[derive(Debug)]
pub struct Profile {
    name: String,
    sha256: [u8; 32],
    rules: load::Rules,
}

/// A lint rule that a profile skips, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SkippedLint {
    /// The rule's name, such as `rfc5280.subject-key-id`.
    pub rule: String,
    /// Why, in a sentence; recorded with every intent of the profile.
    pub reason: String,
}

/// A request of the site's own tests of its profile (`[[example]]`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The subject, possibly empty.
    pub subject: DistinguishedName,
    /// The alternative names.
    pub sans: Vec<San>,
    /// What should come of it.
    pub expect: Expectation,
}

/// What an [`Example`] expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// A certificate.
    Accepted,
    /// A refusal with this code.
    Refused(String),
}

/// What the operator asks for beside the request; passes the same gate as the request.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// Replaces the request's subject.
    pub subject: Option<DistinguishedName>,
    /// Replace the request's subject alternative names when not empty.
    pub sans: Vec<San>,
    /// Lifetime in seconds instead of the profile's default; at most the profile's maximum.
    pub lifetime: Option<u64>,
}

/// A certificate but for its serial, or a request of ours but for its signature.
#[derive(Debug)]
pub struct Plan {
    kind: PlanKind,
    subject: DistinguishedName,
    spki: Spki,
    sans: Vec<San>,
    extensions: Vec<Extension>,
    authority: Authority,
    profile: Arc<Profile>,
    request_sha256: Option<[u8; 32]>,
}

/// What a plan makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanKind {
    /// A certificate with this validity.
    Certificate(Validity),
    /// A PKCS#10 request signed by the subject's own token key.
    Request,
}

impl Profile {
    /// Reads a profile file. Unknown keys refuse; a profile that could issue a CA certificate from a
    /// leaf profile, or has no limit on lifetime, does not load.
    ///
    /// # Errors
    /// [`ProfileError`] says which key and why.
    pub fn from_toml(text: &str) -> Result<Self, ProfileError> {
        let (name, rules) = load::load(text)?;
        Ok(Self { name, sha256: sha256(text.as_bytes()), rules })
    }

    /// The shipped profiles, embedded from `profiles/*.toml`: name and text.
    pub fn shipped() -> &'static [(&'static str, &'static str)] {
        shipped::PROFILES
    }

    /// The text of the shipped profile `name`.
    pub fn find_shipped(name: &str) -> Option<&'static str> {
        shipped::PROFILES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is for, in a sentence.
    pub fn description(&self) -> &str {
        &self.rules.description
    }

    /// What its certificates are.
    pub fn kind(&self) -> ProfileKind {
        self.rules.kind
    }

    /// The kinds of key it allows.
    pub fn key_algorithms(&self) -> &[KeyAlgorithm] {
        &self.rules.algorithms
    }

    /// How it derives subject key identifiers.
    pub fn key_id_method(&self) -> KeyIdMethod {
        self.rules.key_id
    }

    /// Lifetime in seconds when nothing else is asked for.
    pub fn default_lifetime(&self) -> u64 {
        self.rules.default_lifetime
    }

    /// The longest lifetime in seconds.
    pub fn max_lifetime(&self) -> u64 {
        self.rules.max_lifetime
    }

    /// The lint rules it skips.
    pub fn skipped_lints(&self) -> &[SkippedLint] {
        &self.rules.skipped_lints
    }

    /// Whether its certificates say where the issuer's settings have CRL, OCSP responder and
    /// certificate.
    pub fn follows_issuer_pointers(&self) -> bool {
        self.rules.pointers.follows_issuer
    }

    /// Whether its certificates may be put on hold (certificateHold) and released again.
    pub fn allows_hold(&self) -> bool {
        self.rules.pointers.hold
    }

    /// Whether an extension may be in a request at all.
    pub(crate) fn allows_extension(&self, oid: ObjectIdentifier) -> bool {
        self.rules.allow_extensions.contains(&oid)
    }

    /// The site's own test cases, in the order of the file.
    pub fn examples(&self) -> &[Example] {
        &self.rules.examples
    }

    /// SHA-256 over the profile file.
    pub fn sha256(&self) -> [u8; 32] {
        self.sha256
    }
}

impl Plan {
    /// What it makes.
    pub fn kind(&self) -> PlanKind {
        self.kind
    }
    /// The subject.
    pub fn subject(&self) -> &DistinguishedName {
        &self.subject
    }
    /// The subject's key.
    pub fn spki(&self) -> &Spki {
        &self.spki
    }
    /// Subject alternative names.
    pub fn sans(&self) -> &[San] {
        &self.sans
    }
    /// The extensions in their final order.
    pub fn extensions(&self) -> &[Extension] {
        &self.extensions
    }
    /// Who signs.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }
    /// The profile it came from.
    pub fn profile(&self) -> &Arc<Profile> {
        &self.profile
    }
    /// SHA-256 of the CSR, if there was one.
    pub fn request_sha256(&self) -> Option<[u8; 32]> {
        self.request_sha256
    }
}
