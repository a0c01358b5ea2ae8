//! A rule, and what is said when it is broken.

use std::fmt;

use const_oid::ObjectIdentifier;

use super::view::{CertificateView, CrlEntry, CrlView, OcspView, RequestView};

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

impl Finding {
    /// Stable: `lint.` and the rule's name.
    pub fn code(&self) -> String {
        format!("lint.{}", self.rule)
    }

    /// The clause that the rule implements.
    pub fn clause(&self) -> &'static str {
        self.citation
    }
}

/// At least one error finding.
#[derive(Debug, thiserror::Error)]
#[error("{} lint rule(s) broken: {}", .findings.len(), .findings.iter().map(|f| format!("{} ({})", f.rule, f.detail)).collect::<Vec<_>>().join("; "))]
pub struct LintFailure {
    /// What was found, errors first.
    pub findings: Vec<Finding>,
}

impl LintFailure {
    /// The code of the first error, as [`Finding::code`].
    pub fn code(&self) -> String {
        self.findings.first().map_or_else(|| "lint".to_owned(), Finding::code)
    }

    /// The clause of the first error.
    pub fn clause(&self) -> &'static str {
        self.findings.first().map_or("", Finding::clause)
    }
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

/// What a rule reads, and whether it applies. A rule that needs the plan, the issuer or the signature
/// says so in `applies`, and then takes it with `let … else { return Ok(()) }`.
#[derive(Debug)]
pub(super) enum Check {
    /// A certificate, before or after its signature.
    Certificate {
        /// Whether the rule says anything about such a certificate.
        applies: fn(&CertificateView<'_>) -> bool,
        /// The rule.
        check: fn(&CertificateView<'_>) -> Verdict,
    },
    /// A PKCS#10 request, before or after its signature.
    Request {
        /// Whether the rule says anything about such a request.
        applies: fn(&RequestView<'_>) -> bool,
        /// The rule.
        check: fn(&RequestView<'_>) -> Verdict,
    },
    /// A CRL.
    Crl {
        /// Whether the rule says anything about such a CRL.
        applies: fn(&CrlView<'_>) -> bool,
        /// The rule.
        check: fn(&CrlView<'_>) -> Verdict,
    },
    /// Each entry of a CRL: all such rules share one walk over the entries.
    CrlEntry {
        /// Whether the rule says anything about the entries of such a CRL.
        applies: fn(&CrlView<'_>) -> bool,
        /// The rule.
        check: fn(&CrlView<'_>, &CrlEntry<'_>) -> Verdict,
    },
    /// An OCSP response.
    Ocsp {
        /// Whether the rule says anything about such a response.
        applies: fn(&OcspView<'_>) -> bool,
        /// The rule.
        check: fn(&OcspView<'_>) -> Verdict,
    },
    /// Whatever it is: the registry itself finds it.
    Registry,
}

/// What a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Certificates.
    Certificate,
    /// PKCS#10 requests.
    Request,
    /// CRLs.
    Crl,
    /// OCSP responses.
    Ocsp,
    /// All of them.
    Any,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Certificate, Self::Request, Self::Crl, Self::Ocsp, Self::Any];

    /// Its stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Certificate => "certificate",
            Self::Request => "request",
            Self::Crl => "crl",
            Self::Ocsp => "ocsp",
            Self::Any => "any",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Rule {
    /// What it is about.
    pub fn kind(&self) -> Kind {
        match self.check {
            Check::Certificate { .. } => Kind::Certificate,
            Check::Request { .. } => Kind::Request,
            Check::Crl { .. } | Check::CrlEntry { .. } => Kind::Crl,
            Check::Ocsp { .. } => Kind::Ocsp,
            Check::Registry => Kind::Any,
        }
    }

    /// Where it comes from: the part of its name before the point.
    pub fn source(&self) -> &'static str {
        self.name.split_once('.').map_or(self.name, |(source, _)| source)
    }

    /// Whether a profile may skip it. Our own promises hold for every profile, but for those that are
    /// about good service alone; and a rule that tells what other rules cannot see holds too.
    pub fn may_be_skipped(&self) -> bool {
        const OURS_BUT_SKIPPABLE: [&str; 3] =
            ["keystead.leaf-purpose", "keystead.server-names", "keystead.server-cn-among-names"];
        let guards = self.source() == "keystead" || self.name == "rfc5280.extension-readable";
        !guards || OURS_BUT_SKIPPABLE.contains(&self.name)
    }

    pub(super) fn finding(&self, detail: String) -> Finding {
        Finding { rule: self.name, severity: self.severity, citation: self.citation, detail }
    }

    /// Runs the rule on a certificate; rules for other things say nothing.
    pub(super) fn on_certificate(&self, view: &CertificateView<'_>) -> Verdict {
        match self.check {
            Check::Certificate { applies, check } if applies(view) => check(view),
            _ => Ok(()),
        }
    }

    /// Runs the rule on a request; rules for other things say nothing.
    pub(super) fn on_request(&self, view: &RequestView<'_>) -> Verdict {
        match self.check {
            Check::Request { applies, check } if applies(view) => check(view),
            _ => Ok(()),
        }
    }

    /// Runs the rule on a CRL; rules for other things say nothing.
    pub(super) fn on_crl(&self, view: &CrlView<'_>) -> Verdict {
        match self.check {
            Check::Crl { applies, check } if applies(view) => check(view),
            _ => Ok(()),
        }
    }

    /// Runs the rule on an entry of a CRL; `None` when it says nothing about any entry of it.
    pub(super) fn on_crl_entry(&self, view: &CrlView<'_>, entry: &CrlEntry<'_>) -> Option<Verdict> {
        match self.check {
            Check::CrlEntry { applies, check } if applies(view) => Some(
                check(view, entry).map_err(|fault| format!("entry {}: {fault}", entry.shown())),
            ),
            _ => None,
        }
    }

    /// Runs the rule on an OCSP response; rules for other things say nothing.
    pub(super) fn on_ocsp(&self, view: &OcspView<'_>) -> Verdict {
        match self.check {
            Check::Ocsp { applies, check } if applies(view) => check(view),
            _ => Ok(()),
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

/// For rules that compare a certificate with its plan.
pub(super) fn planned(view: &CertificateView<'_>) -> bool {
    view.plan.is_some()
}

/// For rules that compare a certificate with its issuer.
pub(super) fn issuer_known(view: &CertificateView<'_>) -> bool {
    view.authority.is_some()
}

/// For rules about the signature of a certificate.
pub(super) fn signed(view: &CertificateView<'_>) -> bool {
    view.finished.is_some()
}

/// For rules that an extension, if it is there, is not marked critical.
pub(super) fn not_critical(
    view: &CertificateView<'_>,
    oid: ObjectIdentifier,
    name: &str,
) -> Verdict {
    match view.extension(oid) {
        Some(extension) if extension.critical => Err(format!("{name} is critical")),
        _ => Ok(()),
    }
}

/// For rules about every request.
pub(super) fn every_request(_: &RequestView<'_>) -> bool {
    true
}

/// For rules that compare a request with its plan.
pub(super) fn planned_request(view: &RequestView<'_>) -> bool {
    view.plan.is_some()
}

/// For rules about every CRL.
pub(super) fn every_crl(_: &CrlView<'_>) -> bool {
    true
}

/// For rules about every OCSP response.
pub(super) fn every_response(_: &OcspView<'_>) -> bool {
    true
}

/// For rules about OCSP responses that hold an answer.
pub(super) fn answered(view: &OcspView<'_>) -> bool {
    view.basic.is_some()
}
