//! Policy qualifiers are a CPS pointer or a notice.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.policy-qualifiers",
    citation: "RFC 5280 §4.2.1.4",
    severity: Severity::Warning,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for (kind, _) in view.policies().into_iter().flat_map(|policy| policy.qualifiers) {
        if ![rfc5280::ID_QT_CPS, rfc5280::ID_QT_UNOTICE].contains(&kind) {
            return Err(format!("policy qualifier {kind} is neither CPS nor notice"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn both_kinds_pass() {
        for value in [
            policy(&[&sequence(&[
                &oid(rfc5280::ID_QT_CPS),
                &tlv(IA5_STRING, b"https://example.com/cps"),
            ])]),
            policy(&[&notice(UTF8_STRING, b"a")]),
        ] {
            let verdict = Sample::server().verdict_after(&RULE, |draft| {
                draft.set(rfc5280::ID_CE_CERTIFICATE_POLICIES, false, &value)
            });
            verdict.unwrap();
        }
    }

    #[test]
    fn another_kind_is_found() {
        let value = policy(&[&sequence(&[&dotted("1.2.3"), &[5, 0]])]);
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set(rfc5280::ID_CE_CERTIFICATE_POLICIES, false, &value)
        });
        assert!(verdict.is_err());
    }
}
