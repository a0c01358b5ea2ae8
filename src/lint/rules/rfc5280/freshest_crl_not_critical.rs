//! freshestCRL is not critical.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict, always, not_critical};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.freshest-crl-not-critical",
    citation: "RFC 5280 §4.2.1.15",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    not_critical(view, rfc5280::ID_CE_FRESHEST_CRL, "freshestCRL")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn an_uncritical_one_passes() {
        let value = point(&general_name(6, b"http://example.com/ca.crl"));
        let oid = rfc5280::ID_CE_FRESHEST_CRL;
        Sample::server().verdict_after(&RULE, |draft| draft.set(oid, false, &value)).unwrap();
    }

    #[test]
    fn a_critical_one_is_found() {
        let oid = rfc5280::ID_CE_FRESHEST_CRL;
        let value = point(&general_name(6, b"http://example.com/ca.crl"));
        let verdict = Sample::server().verdict_after(&RULE, |draft| draft.set(oid, true, &value));
        assert!(verdict.is_err());
    }
}
