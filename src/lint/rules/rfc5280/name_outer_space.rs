//! No white space at either end of a name: comparison drops it, readers do not.

use crate::base::text::Quoted;
use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.name-outer-space",
    citation: "RFC 5280 §7.1, RFC 4518 §2.6.1",
    severity: Severity::Warning,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for (field, attribute) in view.all_attributes() {
        let text = attribute.text();
        if text.trim() != text {
            return Err(format!(
                "{} of the {field} is {}, with outer space",
                attribute.oid,
                Quoted(&text)
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    use const_oid::db::rfc4519;

    #[test]
    fn inner_space_passes() {
        let subject = "CN=Example Issuing CA";
        Sample::server().verdict_after(&RULE, |draft| draft.set_subject(subject)).unwrap();
    }

    #[test]
    fn leading_and_trailing_space_are_found() {
        for text in [" system:masters", "system:masters ", "\u{a0}a"] {
            let subject = name_of(rfc4519::ORGANIZATION_NAME, UTF8_STRING, text.as_bytes());
            let verdict = Sample::client().verdict_after(&RULE, |draft| draft.subject = subject);
            assert!(verdict.is_err(), "{text:?}");
        }
    }
}
