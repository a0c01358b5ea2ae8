//! A CPS pointer is an absolute URI in an IA5String.

use const_oid::db::rfc5280;
use der::Tag;

use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::rules::syntax::{text, uri_fault};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.policy-cps-uri",
    citation: "RFC 5280 §4.2.1.4",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for (kind, value) in view.policies().into_iter().flat_map(|policy| policy.qualifiers) {
        if kind != rfc5280::ID_QT_CPS {
            continue;
        }
        let uri = text(value.content);
        if value.tag != Tag::Ia5String {
            return Err(format!("the CPS pointer is a {}, expected an IA5String", value.tag));
        }
        if let Some(fault) = uri_fault(&uri) {
            return Err(format!("the CPS pointer {} {fault}", Escaped(&uri)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn an_absolute_uri_passes() {
        let value = policy(&[&sequence(&[
            &oid(rfc5280::ID_QT_CPS),
            &tlv(IA5_STRING, b"https://example.com/cps"),
        ])]);
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set(rfc5280::ID_CE_CERTIFICATE_POLICIES, false, &value)
        });
        verdict.unwrap();
    }

    #[test]
    fn other_types_and_relative_uris_are_found() {
        for value in [
            cps(UTF8_STRING, b"https://example.com/cps"),
            cps(IA5_STRING, b"example.com/cps"),
            cps(IA5_STRING, b"http://example.com/our cps"),
        ] {
            let verdict = Sample::server().verdict_after(&RULE, |draft| {
                draft.set(rfc5280::ID_CE_CERTIFICATE_POLICIES, false, &value)
            });
            assert!(verdict.is_err());
        }
    }

    fn cps(tag: u8, uri: &[u8]) -> Vec<u8> {
        policy(&[&sequence(&[&oid(rfc5280::ID_QT_CPS), &tlv(tag, uri)])])
    }
}
