//! Without a subject, subjectAltName is there and critical; with one it need not be.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.san-critical-without-subject",
    citation: "RFC 5280 §4.1.2.6, §4.2.1.6",
    severity: Severity::Error,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    view.attributes.is_empty()
}

fn check(view: &CertificateView<'_>) -> Verdict {
    match view.extension(rfc5280::ID_CE_SUBJECT_ALT_NAME) {
        None => Err("neither subject nor subjectAltName".to_owned()),
        Some(extension) if !extension.critical => {
            Err("the subject is empty and subjectAltName is not critical".to_owned())
        }
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_critical_one_without_subject_passes() {
        Sample::nameless_server().verdict(&RULE).unwrap();
    }

    #[test]
    fn an_uncritical_one_without_subject_is_found() {
        let oid = rfc5280::ID_CE_SUBJECT_ALT_NAME;
        let verdict =
            Sample::nameless_server().verdict_after(&RULE, |draft| draft.extension(oid).1 = false);
        assert!(verdict.is_err());
    }
}
