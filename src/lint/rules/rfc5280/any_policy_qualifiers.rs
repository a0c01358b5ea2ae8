//! anyPolicy is qualified by a CPS pointer or a notice alone.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.any-policy-qualifiers",
    citation: "RFC 5280 §4.2.1.4",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for policy in view.policies() {
        let stray = policy
            .qualifiers
            .iter()
            .find(|(kind, _)| ![rfc5280::ID_QT_CPS, rfc5280::ID_QT_UNOTICE].contains(kind));
        if let Some((kind, _)) = stray.filter(|_| policy.oid == rfc5280::ANY_POLICY) {
            return Err(format!("anyPolicy has the qualifier {kind}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_cps_pointer_passes() {
        for value in [
            any(&sequence(&[
                &oid(rfc5280::ID_QT_CPS),
                &tlv(IA5_STRING, b"https://example.com/cps"),
            ])),
            policy(&[&sequence(&[&dotted("1.2.3"), &[5, 0]])]),
        ] {
            let verdict = Sample::server().verdict_after(&RULE, |draft| {
                draft.set(rfc5280::ID_CE_CERTIFICATE_POLICIES, false, &value)
            });
            verdict.unwrap();
        }
    }

    #[test]
    fn another_qualifier_is_found() {
        let value = any(&sequence(&[&dotted("1.2.3"), &[5, 0]]));
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set(rfc5280::ID_CE_CERTIFICATE_POLICIES, false, &value)
        });
        assert!(verdict.is_err());
    }

    fn any(qualifier: &[u8]) -> Vec<u8> {
        sequence(&[&sequence(&[&oid(rfc5280::ANY_POLICY), &sequence(&[qualifier])])])
    }
}
