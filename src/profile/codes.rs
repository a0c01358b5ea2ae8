//! The stable code of each violation, and who demands what it violates.

use super::PolicyViolation;

/// What stands for a clause where the operator's own policy decides.
const THE_PROFILE: &str = "the profile";

/// What stands for a clause where no standard asks for it and no profile decides.
const OWN: &str = "Keystead";

impl PolicyViolation {
    /// A stable code for programs, such as `policy.key-algorithm`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Kind { .. } => "policy.kind",
            Self::SignatureAlgorithm { .. } => "policy.signature-algorithm",
            Self::KeyAlgorithm { .. } => "policy.key-algorithm",
            Self::IssuerKey => "policy.issuer-key",
            Self::IssuerNotValid { .. } => "policy.issuer-not-valid",
            Self::Lifetime { .. } => "policy.lifetime",
            Self::OutlivesIssuer { .. } => "policy.outlives-issuer",
            Self::PathLength { .. } => "policy.path-length",
            Self::PointerTwice { .. } => "policy.pointer-twice",
            Self::CrlScope { .. } => "policy.crl-scope",
            Self::RequestAttribute { .. } => "policy.request-attribute",
            Self::RequestedExtension { .. } => "policy.requested-extension",
            Self::RequestedCa => "policy.requested-ca",
            Self::RequestedBasicConstraints { .. } => "policy.requested-basic-constraints",
            Self::RequestedKeyUsage { .. } => "policy.requested-key-usage",
            Self::RequestedExtendedKeyUsage { .. } => "policy.requested-extended-key-usage",
            Self::RequestedValue { .. } => "policy.requested-value",
            Self::RequestedEncoding { .. } => "policy.requested-encoding",
            Self::RequestedCritical { .. } => "policy.requested-critical",
            Self::SubjectAttribute { .. } => "policy.subject-attribute",
            Self::SubjectLacks { .. } => "policy.subject-lacks",
            Self::SubjectRepeats { .. } => "policy.subject-repeats",
            Self::SubjectMultiValued { .. } => "policy.subject-multi-valued",
            Self::SubjectFixed { .. } => "policy.subject-fixed",
            Self::SubjectPrefix { .. } => "policy.subject-prefix",
            Self::SubjectPattern { .. } => "policy.subject-pattern",
            Self::TooManyAttributes { .. } => "policy.too-many-attributes",
            Self::SubjectStringType { .. } => "policy.subject-string-type",
            Self::CaSubjectEmpty => "policy.ca-subject-empty",
            Self::NoIdentity => "policy.no-identity",
            Self::MailboxNotAmongNames { .. } => "policy.mailbox-not-among-names",
            Self::KubernetesGroupInOu { .. } => "policy.kubernetes-group-in-ou",
            Self::SansMissing { .. } => "policy.sans-missing",
            Self::SanKind { .. } => "policy.san-kind",
            Self::TooManySans { .. } => "policy.too-many-sans",
            Self::SanNotAllowed { .. } => "policy.san-not-allowed",
            Self::SanDenied { .. } => "policy.san-denied",
            Self::DuplicateSan { .. } => "policy.duplicate-san",
            Self::Wildcard { .. } => "policy.wildcard",
            Self::Underscore { .. } => "policy.underscore",
            Self::NotPermitted { .. } => "policy.not-permitted",
            Self::Excluded { .. } => "policy.excluded",
            Self::ConstraintKind { .. } => "policy.constraint-kind",
            Self::Name(error) => error.code(),
            Self::Encoding(_) => "policy.encoding",
        }
    }

    /// Who demands it: the clause of a standard, `the profile` where the operator's own policy decides,
    /// `Keystead` for a rule of our own.
    pub fn clause(&self) -> &'static str {
        match self {
            Self::Name(error) => error.clause(),
            Self::Encoding(_) | Self::IssuerKey => OWN,
            Self::SignatureAlgorithm { .. } => "RFC 5280 §4.1.1.2",
            Self::IssuerNotValid { .. } | Self::OutlivesIssuer { .. } => "RFC 5280 §6.1.3 (a)(2)",
            Self::PathLength { .. } => "RFC 5280 §4.2.1.9",
            Self::PointerTwice { .. } => "RFC 5280 §4.2.1.13",
            Self::CrlScope { .. } => "RFC 5280 §5.2.5, §6.3.3 (b)(2)",
            Self::SubjectStringType { .. } => "RFC 5280 §4.1.2.4",
            Self::CaSubjectEmpty | Self::NoIdentity | Self::MailboxNotAmongNames { .. } => {
                "RFC 5280 §4.1.2.6"
            }
            Self::KubernetesGroupInOu { .. } => {
                "Kubernetes: Authentication, X.509 client certificates (groups are O)"
            }
            Self::NotPermitted { .. } | Self::Excluded { .. } | Self::ConstraintKind { .. } => {
                "RFC 5280 §4.2.1.10"
            }
            Self::RequestedEncoding { .. } => "RFC 2985 §5.4.2",
            Self::Kind { .. }
            | Self::KeyAlgorithm { .. }
            | Self::Lifetime { .. }
            | Self::RequestAttribute { .. }
            | Self::RequestedExtension { .. }
            | Self::RequestedCa
            | Self::RequestedBasicConstraints { .. }
            | Self::RequestedKeyUsage { .. }
            | Self::RequestedExtendedKeyUsage { .. }
            | Self::RequestedValue { .. }
            | Self::RequestedCritical { .. }
            | Self::SubjectAttribute { .. }
            | Self::SubjectLacks { .. }
            | Self::SubjectRepeats { .. }
            | Self::SubjectMultiValued { .. }
            | Self::SubjectFixed { .. }
            | Self::SubjectPrefix { .. }
            | Self::SubjectPattern { .. }
            | Self::TooManyAttributes { .. }
            | Self::SansMissing { .. }
            | Self::SanKind { .. }
            | Self::TooManySans { .. }
            | Self::SanNotAllowed { .. }
            | Self::SanDenied { .. }
            | Self::DuplicateSan { .. }
            | Self::Wildcard { .. }
            | Self::Underscore { .. } => THE_PROFILE,
        }
    }
}
