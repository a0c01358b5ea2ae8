//! Step 2: a [`Profile`] and a request become a [`Plan`]: everything of the certificate but its serial.

use std::sync::Arc;

use x509_cert::ext::Extension;

use crate::base::clock::Timestamp;
use crate::base::issuer_cert::{Authority, IssuerCert};
use crate::base::name::DistinguishedName;
use crate::base::san::San;
use crate::base::spki::Spki;
use crate::base::validity::Validity;
use crate::request::VerifiedRequest;

mod error;

pub use error::{PolicyViolation, ProfileError};

/// A validated certificate profile. Only [`Profile::from_toml`] makes one, so none is invalid.
#[derive(Debug)]
pub struct Profile {
    name: String,
    sha256: [u8; 32],
    // the validated content
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
        let _ = text;
        todo!()
    }

    /// The shipped profiles, embedded from `profiles/*.toml`: name and text.
    pub fn shipped() -> &'static [(&'static str, &'static str)] {
        &[]
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// SHA-256 over the profile file.
    pub fn sha256(&self) -> [u8; 32] {
        self.sha256
    }

    /// Plans a certificate that `issuer` signs.
    ///
    /// # Errors
    /// [`PolicyViolation`] names what the profile does not allow.
    pub fn plan(
        self: &Arc<Self>,
        request: VerifiedRequest,
        overrides: &Overrides,
        issuer: &Arc<IssuerCert>,
        algorithm: crate::base::algorithm::SignatureAlgorithm,
        now: Timestamp,
    ) -> Result<Plan, PolicyViolation> {
        let _ = (request, overrides, issuer, algorithm, now);
        todo!()
    }

    /// Plans a root certificate: subject and key are the issuer's own. Root profiles only.
    ///
    /// # Errors
    /// [`PolicyViolation`] names what the profile does not allow.
    pub fn plan_root(
        self: &Arc<Self>,
        subject: DistinguishedName,
        spki: Spki,
        algorithm: crate::base::algorithm::SignatureAlgorithm,
        lifetime: Option<u64>,
        now: Timestamp,
    ) -> Result<Plan, PolicyViolation> {
        let _ = (subject, spki, algorithm, lifetime, now);
        todo!()
    }

    /// Plans a PKCS#10 request for a subordinate CA, with the subject and key alone: the issuer's
    /// profile decides every extension. CA profiles only.
    ///
    /// # Errors
    /// [`PolicyViolation`] names what the profile does not allow.
    pub fn plan_request(
        self: &Arc<Self>,
        subject: DistinguishedName,
        spki: Spki,
        algorithm: crate::base::algorithm::SignatureAlgorithm,
    ) -> Result<Plan, PolicyViolation> {
        let _ = (subject, spki, algorithm);
        todo!()
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
