//! With a subject, subjectAltName is not critical.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.san-not-critical",
    citation: "RFC 5280 §4.2.1.6",
    severity: Severity::Warning,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    !view.attributes.is_empty()
}

fn check(view: &CertificateView<'_>) -> Verdict {
    match view.extension(rfc5280::ID_CE_SUBJECT_ALT_NAME) {
        Some(names) if names.critical => {
            Err("subjectAltName is critical beside a subject".to_owned())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn an_uncritical_one_passes() {
        Sample::server().verdict(&RULE).unwrap();
        Sample::nameless_server().verdict(&RULE).unwrap();
    }

    #[test]
    fn a_critical_one_is_found() {
        let oid = rfc5280::ID_CE_SUBJECT_ALT_NAME;
        assert!(
            Sample::server().verdict_after(&RULE, |draft| draft.extension(oid).1 = true).is_err()
        );
    }
}
