//! What can be signed, and what the record says of it beside its bytes.

use std::fmt;

use crate::base::clock::Timestamp;
use crate::base::issuer_cert::Authority;
use crate::profile::{Plan, PlanKind};

/// A plan that step 3 can encode: [`Plan`] or [`super::CrlPlan`]. Nothing else can be one.
pub trait Content: fmt::Debug + Send + Sync + sealed::Sealed {
    /// Who signs.
    fn authority(&self) -> &Authority;

    /// What the inventory and the audit chain say of it.
    fn facts(&self) -> Facts<'_>;
}

/// What the inventory and the audit chain say of something to be signed, beside its bytes.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// What it is.
    pub kind: ContentKind<'a>,
    /// The name of the profile, or of the settings, that it was made by.
    pub profile: &'a str,
    /// SHA-256 of that profile, or of those settings.
    pub profile_sha256: [u8; 32],
    /// SHA-256 of the SubjectPublicKeyInfo of whom it is about: of a CRL, the issuer.
    pub key_sha256: [u8; 32],
    /// SHA-256 of the CSR, if there was one.
    pub request_sha256: Option<[u8; 32]>,
    /// Whom it is about, RFC 4514: of a CRL, the issuer.
    pub subject: String,
}

/// What it is, with the facts that only this kind has.
#[derive(Clone, Debug)]
pub enum ContentKind<'a> {
    /// A certificate with its last second of validity.
    Certificate(Timestamp),
    /// A PKCS#10 request of our own.
    Request,
    /// A CRL.
    Crl(CrlFacts<'a>),
    /// An OCSP response.
    Ocsp,
}

/// What identifies a CRL among those of its issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CrlFacts<'a> {
    /// The URI of its issuing distribution point; empty for the one CRL of an issuer without any.
    pub point: &'a str,
    /// cRLNumber.
    pub number: u64,
    /// BaseCRLNumber: a delta CRL.
    pub base: Option<u64>,
    /// thisUpdate.
    pub this_update: Timestamp,
    /// nextUpdate.
    pub next_update: Timestamp,
    /// How many entries it has.
    pub entries: u64,
    /// The last row of the audit chain whose revocations were considered.
    pub covers: u64,
}

impl Content for Plan {
    fn authority(&self) -> &Authority {
        self.authority()
    }

    fn facts(&self) -> Facts<'_> {
        Facts {
            kind: match self.kind() {
                PlanKind::Certificate(validity) => ContentKind::Certificate(validity.not_after()),
                PlanKind::Request => ContentKind::Request,
            },
            profile: self.profile().name(),
            profile_sha256: self.profile().sha256(),
            key_sha256: self.spki().sha256(),
            request_sha256: self.request_sha256(),
            subject: self.subject().to_string(),
        }
    }
}

pub(super) mod sealed {
    /// Keeps [`super::Content`] to the plans of this crate.
    pub trait Sealed {}
    impl Sealed for crate::profile::Plan {}
}
