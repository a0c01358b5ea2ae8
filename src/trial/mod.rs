//! Steps 1 to 4 without a token or a store: what would come of a request, and whether a profile does
//! what it says. Nothing that is made here is recorded, written or trusted by anybody.

use std::sync::Arc;

use rcgen::SigningKey as _;

use crate::base::algorithm::{KeyAlgorithm, SignatureAlgorithm};
use crate::base::clock::Timestamp;
use crate::base::crypto::{SignatureCheckError, verify_signature};
use crate::base::issuer_cert::{IssuerCert, IssuerCertError};
use crate::base::pointers::IssuerPointers;
use crate::base::san::SanError;
use crate::base::serial::{InstanceByte, OsSerials, SerialNumber, SerialSource as _};
use crate::base::spki::SpkiError;
use crate::lint::{LintFailure, Linted, Registry};
use crate::profile::{NotInvented, Overrides, Plan, PolicyViolation, Profile};
use crate::request::{RequestError, VerifiedRequest};
use crate::tbs::{Tbs, TbsError, assemble};

mod key;
mod prove;

pub use prove::{Case, Proof, Prover, Trophy};

/// A CA certificate for a trial, valid for centuries, without limits; its key dies with it.
pub struct ThrowawayIssuer {
    certificate: Arc<IssuerCert>,
    key: key::Key,
}

/// Who would sign what a trial plans.
pub struct Signatory<'a> {
    /// Its certificate.
    pub certificate: &'a Arc<IssuerCert>,
    /// The algorithm of its signatures.
    pub algorithm: SignatureAlgorithm,
    /// What its certificates point to.
    pub pointers: &'a IssuerPointers,
}

/// What a request is refused for by steps 1 to 4.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Step 1.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// Step 2.
    #[error(transparent)]
    Policy(#[from] PolicyViolation),
    /// Step 3.
    #[error(transparent)]
    Encoding(#[from] TbsError),
    /// Step 4.
    #[error(transparent)]
    Lint(#[from] LintFailure),
    /// The operating system gave no random serial number.
    #[error("the system gave no random serial number")]
    Random(#[source] getrandom::Error),
}

/// Why a trial could not be made; says nothing about request or profile.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// The cryptographic library failed.
    #[error("a throwaway key or certificate could not be made")]
    Library(#[from] rcgen::Error),
    /// The DER library failed.
    #[error("a request of the trial could not be encoded")]
    Encoding(#[from] der::Error),
    /// A name has no encoding.
    #[error("a name of the trial could not be encoded")]
    Name(#[from] SanError),
    /// The result has no encoding.
    #[error("a certificate of the trial could not be encoded")]
    Assembly(#[from] TbsError),
    /// The fresh key is not one we accept.
    #[error("a throwaway key is not acceptable")]
    Key(#[from] SpkiError),
    /// The throwaway certificate is not one we accept.
    #[error("the throwaway issuer is not acceptable")]
    Issuer(#[from] IssuerCertError),
    /// The throwaway key signed wrongly.
    #[error("the throwaway issuer's signature does not verify")]
    Signature(#[from] SignatureCheckError),
    /// A name could not be invented for want of an encoding.
    #[error(transparent)]
    Invention(#[from] NotInvented),
}

impl Refusal {
    /// A stable code for programs: of the request, the policy, or the first lint rule that is broken.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Request(error) => error.code(),
            Self::Policy(violation) => violation.code(),
            Self::Encoding(_) => "encoding",
            Self::Lint(failure) => failure.findings.first().map_or("lint", |first| first.rule),
            Self::Random(_) => "random",
        }
    }

    /// Who demands it: the clause of a standard, `the profile`, or `Keystead`.
    pub fn clause(&self) -> &'static str {
        match self {
            Self::Request(error) => error.clause(),
            Self::Policy(violation) => violation.clause(),
            Self::Lint(failure) => failure.findings.first().map_or("Keystead", |it| it.citation),
            Self::Encoding(_) | Self::Random(_) => "Keystead",
        }
    }

    /// Whether it is the system's failure and not the request's.
    pub fn is_failure(&self) -> bool {
        matches!(self, Self::Random(_))
    }
}

/// Runs a request, which has step 1 behind it, through steps 2 to 4 under `issuer` and `rules`, as a
/// certificate at `now` would be made.
///
/// # Errors
/// [`Refusal`], the first that any step has.
pub fn check(
    request: VerifiedRequest,
    profile: &Arc<Profile>,
    overrides: &Overrides,
    issuer: &Signatory<'_>,
    rules: &Registry,
    now: Timestamp,
) -> Result<Linted, Refusal> {
    let serial = serial()?;
    let Signatory { certificate, algorithm, pointers } = issuer;
    let pointers = pointers.of(serial.as_bytes());
    let plan = profile.plan(request, overrides, certificate, *algorithm, now, &pointers)?;
    lint(plan, serial, rules)
}

/// Steps 3 and 4.
fn lint(plan: Plan, serial: SerialNumber, rules: &Registry) -> Result<Linted, Refusal> {
    Ok(rules.check(Tbs::encode(plan, serial)?)?)
}

fn serial() -> Result<SerialNumber, Refusal> {
    let instance = InstanceByte::random().map_err(Refusal::Random)?;
    OsSerials(instance).next_serial().map_err(Refusal::Random)
}

impl ThrowawayIssuer {
    /// A new one, with a P-256 key.
    ///
    /// # Errors
    /// [`TrialError`] when the cryptographic library fails.
    pub fn new() -> Result<Self, TrialError> {
        let key = key::Key::generate(KeyAlgorithm::EcP256)?;
        let mut parameters = rcgen::CertificateParams::default();
        parameters.distinguished_name = rcgen::DistinguishedName::new();
        parameters.distinguished_name.push(rcgen::DnType::CommonName, "Throwaway Issuer");
        parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        parameters.key_usages =
            vec![rcgen::KeyUsagePurpose::KeyCertSign, rcgen::KeyUsagePurpose::CrlSign];
        parameters.not_before = rcgen::date_time_ymd(2000, 1, 1);
        // Later than any certificate under it could end.
        parameters.not_after = rcgen::date_time_ymd(2999, 12, 31);
        let certificate = parameters.self_signed(&key.pair)?;
        Ok(Self { certificate: Arc::new(IssuerCert::from_der(certificate.der())?), key })
    }

    /// Its certificate.
    pub fn certificate(&self) -> &Arc<IssuerCert> {
        &self.certificate
    }

    /// The algorithm of its signatures.
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.key.algorithm
    }

    /// The finished certificate, verified: as the token would make it, but under a key nobody trusts.
    fn sign(&self, linted: &Linted) -> Result<Vec<u8>, TrialError> {
        signed(linted, &self.key)
    }
}

fn signed(linted: &Linted, key: &key::Key) -> Result<Vec<u8>, TrialError> {
    let tbs = linted.tbs().as_der();
    let signature = key.pair.sign(tbs)?;
    verify_signature(&key.spki, key.algorithm, tbs, &signature)?;
    Ok(assemble(tbs, key.algorithm.algorithm_identifier(), &signature)?)
}
