//! The text of a notice is no IA5String.

use der::Tag;

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.policy-text-not-ia5",
    citation: "RFC 5280 §4.2.1.4",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let mut texts = view.user_notices().into_iter().filter_map(|notice| notice.text);
    if texts.any(|text| text.tag == Tag::Ia5String) {
        return Err("explicitText is an IA5String".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    use const_oid::db::rfc5280;

    #[test]
    fn other_strings_pass() {
        for value in [policy(&[&notice(UTF8_STRING, b"a")]), policy(&[&notice(0x1a, b"a")])] {
            let verdict = Sample::server().verdict_after(&RULE, |draft| {
                draft.set(rfc5280::ID_CE_CERTIFICATE_POLICIES, false, &value)
            });
            verdict.unwrap();
        }
    }

    #[test]
    fn an_ia5_string_is_found() {
        let value = policy(&[&notice(IA5_STRING, b"a")]);
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set(rfc5280::ID_CE_CERTIFICATE_POLICIES, false, &value)
        });
        assert!(verdict.is_err());
    }
}
