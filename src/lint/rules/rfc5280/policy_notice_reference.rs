//! A notice speaks for itself: no reference to a numbered one.

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.policy-notice-reference",
    citation: "RFC 5280 §4.2.1.4",
    severity: Severity::Warning,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    if view.user_notices().iter().any(|notice| notice.has_reference) {
        return Err("a notice of certificatePolicies has a noticeRef".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    use const_oid::db::rfc5280;

    #[test]
    fn a_text_passes() {
        let value = policy(&[&notice(UTF8_STRING, b"a")]);
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set(rfc5280::ID_CE_CERTIFICATE_POLICIES, false, &value)
        });
        verdict.unwrap();
    }

    #[test]
    fn a_reference_is_found() {
        let value = policy(&[&sequence(&[
            &oid(rfc5280::ID_QT_UNOTICE),
            &sequence(&[&sequence(&[&tlv(UTF8_STRING, b"a"), &sequence(&[&[2, 1, 1]])])]),
        ])]);
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set(rfc5280::ID_CE_CERTIFICATE_POLICIES, false, &value)
        });
        assert!(verdict.is_err());
    }
}
