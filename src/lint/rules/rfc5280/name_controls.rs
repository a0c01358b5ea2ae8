//! No control characters in names: comparison drops them, terminals obey them.

use der::Tag;

use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.name-controls",
    citation: "RFC 5280 §7.1, RFC 4518 §2.2",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for (field, attribute) in view.all_attributes() {
        let text = attribute.text();
        // The two-octet characters of a BMPString hold zeros that are none.
        if attribute.tag != Tag::BmpString && text.chars().any(char::is_control) {
            return Err(format!(
                "{} of the {field} has a control character: {}",
                attribute.oid,
                Escaped(&text)
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
    fn other_scripts_pass() {
        let subject = "CN=Zürich Ωμέγα,O=例";
        Sample::server().verdict_after(&RULE, |draft| draft.set_subject(subject)).unwrap();
    }

    #[test]
    fn nul_escape_and_c1_are_found() {
        for text in ["a\0", "\u{1b}[31m", "a\u{85}b", "a\u{7f}"] {
            let subject = name_of(rfc4519::COMMON_NAME, UTF8_STRING, text.as_bytes());
            let verdict = Sample::server().verdict_after(&RULE, |draft| draft.subject = subject);
            assert!(verdict.is_err(), "{text:?}");
        }
    }
}
