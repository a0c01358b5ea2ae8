//! No invisible or direction-changing characters in names.

use crate::base::text::{Escaped, is_confusing};
use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.name-invisible",
    citation: "RFC 5280 §7.1, RFC 4518 §2.2",
    severity: Severity::Warning,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for (field, attribute) in view.all_attributes() {
        let text = attribute.text();
        if text.chars().any(|c| !c.is_control() && is_confusing(c)) {
            return Err(format!(
                "{} of the {field} has an invisible character: {}",
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
    fn visible_text_passes() {
        Sample::server().verdict_after(&RULE, |draft| draft.set_subject("CN=Zürich 例")).unwrap();
    }

    #[test]
    fn zero_width_and_bidi_characters_are_found() {
        for text in ["exam\u{200b}ple", "\u{202e}elpmaxe", "soft\u{ad}hyphen"] {
            let subject = name_of(rfc4519::COMMON_NAME, UTF8_STRING, text.as_bytes());
            let verdict = Sample::server().verdict_after(&RULE, |draft| draft.subject = subject);
            assert!(verdict.is_err(), "{text:?}");
        }
    }
}
