//! Why an issuance did not happen: refused, or failed.

use std::borrow::Cow;

use crate::base::algorithm::{KeyAlgorithm, SignatureAlgorithm};
use crate::inventory::StoreError;
use crate::lint::LintFailure;
use crate::profile::PolicyViolation;
use crate::publish::PublishError;
use crate::request::RequestError;
use crate::sign::SignError;
use crate::tbs::TbsError;
use crate::verify::VerifyError;

/// The error of the pipeline, by step.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// Step 1 refused.
    #[error("the request is refused")]
    Request(#[from] RequestError),
    /// Step 2 refused.
    #[error("the profile does not allow the request")]
    Policy(#[from] PolicyViolation),
    /// Step 3 refused.
    #[error("the certificate cannot be encoded")]
    Tbs(#[from] TbsError),
    /// Step 4 refused.
    #[error("the certificate breaks lint rules, nothing was signed")]
    Lint(#[from] LintFailure),
    /// Steps 5 or 8 failed.
    #[error("the inventory failed")]
    Store(#[from] StoreError),
    /// Step 6 failed.
    #[error("the signature failed")]
    Sign(#[from] SignError),
    /// Step 7 failed.
    #[error("the fresh signature is not released")]
    Verify(#[from] VerifyError),
    /// Step 9 failed.
    #[error("the certificate is in the inventory, but was not written out")]
    Publish(#[from] PublishError),
    /// No serial number.
    #[error("the operating system gives no random numbers for a serial")]
    Random(#[source] getrandom::Error),
    /// The key is not that of the certificate.
    #[error(
        "the key of issuer {issuer} has the SHA-256 {found}, its certificate is for {expected}; the token may hold another key with the same label"
    )]
    IssuerKey {
        /// The issuer's name.
        issuer: String,
        /// SHA-256 of the certificate's SubjectPublicKeyInfo.
        expected: String,
        /// SHA-256 of the signer's.
        found: String,
    },
    /// The algorithm does not fit the key.
    #[error("issuer {issuer} has a {key} key, which makes no {algorithm} signatures")]
    IssuerAlgorithm {
        /// The issuer's name.
        issuer: String,
        /// The key's kind.
        key: KeyAlgorithm,
        /// The signer's algorithm.
        algorithm: SignatureAlgorithm,
    },
    /// A worker thread ended before its work.
    #[error(
        "a worker ended unexpectedly; what it was about to sign is in the inventory as maybe signed"
    )]
    Worker,
    /// What the receiver of the results reports.
    #[error("the results could not be delivered")]
    Sink(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl IssueError {
    /// Whether the request, or what the operator asked for with it, is to blame: nothing failed, and
    /// the next order may well succeed.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Request(_) | Self::Policy(_) | Self::Tbs(_) | Self::Lint(_))
    }
}

impl IssueError {
    /// A stable code for programs: that of the refusal, such as `request.key.roca`, `policy.lifetime` or
    /// `lint.rfc5280.serial-number`; for a failure the step that failed.
    pub fn code(&self) -> Cow<'static, str> {
        match self {
            Self::Request(error) => error.code().into(),
            Self::Policy(violation) => violation.code().into(),
            Self::Tbs(_) => "tbs".into(),
            Self::Lint(failure) => match failure.findings.first() {
                Some(first) => format!("lint.{}", first.rule).into(),
                None => "lint".into(),
            },
            Self::Store(_) => "store".into(),
            Self::Sign(_) => "sign".into(),
            Self::Verify(_) => "verify".into(),
            Self::Publish(_) => "publish".into(),
            Self::Random(_) => "random".into(),
            Self::IssuerKey { .. } => "issuer.key".into(),
            Self::IssuerAlgorithm { .. } => "issuer.algorithm".into(),
            Self::Worker => "worker".into(),
            Self::Sink(_) => "sink".into(),
        }
    }

    /// The clause that forbids what was refused, such as `RFC 5280 §4.2.1.6`; none for a failure.
    pub fn clause(&self) -> Option<&str> {
        match self {
            Self::Request(error) => Some(error.clause()),
            Self::Policy(violation) => Some(violation.clause()),
            Self::Lint(failure) => failure.findings.first().map(|first| first.citation),
            _ => None,
        }
    }
}

/// [`reason`] with code and clause behind it, as the audit record keeps it.
pub(super) fn refusal_reason(error: &IssueError) -> String {
    let note = match error.clause() {
        Some(clause) => format!("[{}; {clause}]", error.code()),
        None => format!("[{}]", error.code()),
    };
    format!("{} {note}", reason(error))
}

/// The whole chain of causes, in one line.
pub(super) fn reason(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
