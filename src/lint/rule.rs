//! A rule, and what is said when it is broken.

use super::view::{CertificateView, RequestView};

/// How bad a finding is. Errors refuse; warnings are reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Should be otherwise.
    Warning,
    /// Must be otherwise.
    Error,
}

/// A broken rule.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule's stable name, such as `rfc5280.serial-positive`.
    pub rule: &'static str,
    /// How bad.
    pub severity: Severity,
    /// The clause.
    pub citation: &'static str,
    /// The wrong fact with its values.
    pub detail: String,
}

/// At least one error finding.
#[derive(Debug, thiserror::Error)]
#[error("{} lint rule(s) broken: {}", .findings.len(), .findings.iter().map(|f| format!("{} ({})", f.rule, f.detail)).collect::<Vec<_>>().join("; "))]
pub struct LintFailure {
    /// What was found, errors first.
    pub findings: Vec<Finding>,
}

/// One rule of the registry.
#[derive(Debug)]
pub struct Rule {
    /// Stable, `source.what-it-wants`.
    pub name: &'static str,
    /// The clause it comes from.
    pub citation: &'static str,
    /// What breaking it means.
    pub severity: Severity,
    /// What it reads.
    pub(super) check: Check,
}

/// `Err` holds the wrong fact with its values.
pub(super) type Verdict = Result<(), String>;

/// What a rule reads, and whether it applies.
#[derive(Debug)]
pub(super) enum Check {
    /// A TBSCertificate.
    Certificate {
        /// Whether the rule says anything about such a certificate.
        applies: fn(&CertificateView<'_>) -> bool,
        /// The rule.
        check: fn(&CertificateView<'_>) -> Verdict,
    },
    /// A CertificationRequestInfo.
    Request {
        /// The rule.
        check: fn(&RequestView<'_>) -> Verdict,
    },
}

impl Rule {
    pub(super) fn finding(&self, detail: String) -> Finding {
        Finding { rule: self.name, severity: self.severity, citation: self.citation, detail }
    }

    /// Runs the rule on a certificate; rules for requests say nothing.
    pub(super) fn on_certificate(&self, view: &CertificateView<'_>) -> Verdict {
        match self.check {
            Check::Certificate { applies, check } if applies(view) => check(view),
            Check::Certificate { .. } | Check::Request { .. } => Ok(()),
        }
    }

    /// Runs the rule on a request; rules for certificates say nothing.
    pub(super) fn on_request(&self, view: &RequestView<'_>) -> Verdict {
        match self.check {
            Check::Request { check } => check(view),
            Check::Certificate { .. } => Ok(()),
        }
    }
}

/// For rules about every certificate.
pub(super) fn always(_: &CertificateView<'_>) -> bool {
    true
}

/// For rules about CA certificates.
pub(super) fn ca_only(view: &CertificateView<'_>) -> bool {
    view.is_ca()
}

/// For rules about certificates that are no CA's.
pub(super) fn leaf_only(view: &CertificateView<'_>) -> bool {
    view.is_leaf()
}

/// For rules about certificates of TLS servers.
pub(super) fn servers_only(view: &CertificateView<'_>) -> bool {
    view.is_server()
}

/// For rules about certificates of TLS clients.
pub(super) fn clients_only(view: &CertificateView<'_>) -> bool {
    view.is_client()
}
