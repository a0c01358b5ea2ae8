//! The text of a notice is UTF-8 in form C without controls.

use der::Tag;

use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;
use unicode_normalization::is_nfc;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.policy-text-utf8",
    citation: "RFC 5280 §4.2.1.4, RFC 6818 §3",
    severity: Severity::Warning,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for text in view.user_notices().into_iter().filter_map(|notice| notice.text) {
        if text.tag != Tag::Utf8String {
            return Err(format!("explicitText is a {}, expected a UTF8String", text.tag));
        }
        let text = String::from_utf8_lossy(text.content);
        if text.chars().any(char::is_control) {
            return Err(format!("explicitText has a control character: {}", Escaped(&text)));
        }
        if !is_nfc(&text) {
            return Err(format!("explicitText is not in form C: {}", Escaped(&text)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    use const_oid::db::rfc5280;

    #[test]
    fn composed_text_passes() {
        let value = policy(&[&notice(UTF8_STRING, "Z\u{fc}rich".as_bytes())]);
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set(rfc5280::ID_CE_CERTIFICATE_POLICIES, false, &value)
        });
        verdict.unwrap();
    }

    #[test]
    fn other_strings_controls_and_decomposed_text_are_found() {
        for value in [
            policy(&[&notice(0x1a, b"a")]),
            policy(&[&notice(UTF8_STRING, b"a\nb")]),
            policy(&[&notice(UTF8_STRING, "u\u{308}".as_bytes())]),
        ] {
            let verdict = Sample::server().verdict_after(&RULE, |draft| {
                draft.set(rfc5280::ID_CE_CERTIFICATE_POLICIES, false, &value)
            });
            assert!(verdict.is_err());
        }
    }
}
