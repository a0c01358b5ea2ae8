//! The text of a notice has at most 200 characters.

use der::Tag;

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.policy-text-length",
    citation: "RFC 5280 §4.2.1.4",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for text in view.user_notices().into_iter().filter_map(|notice| notice.text) {
        let length = match text.tag {
            Tag::BmpString => text.content.len() / 2,
            _ => String::from_utf8_lossy(text.content).chars().count(),
        };
        if length == 0 || length > 200 {
            return Err(format!("explicitText has {length} characters, expected 1 to 200"));
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
    fn two_hundred_characters_pass() {
        let value = policy(&[&notice(UTF8_STRING, "\u{fc}".repeat(200).as_bytes())]);
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set(rfc5280::ID_CE_CERTIFICATE_POLICIES, false, &value)
        });
        verdict.unwrap();
    }

    #[test]
    fn longer_and_empty_texts_are_found() {
        for value in
            [policy(&[&notice(UTF8_STRING, &[b'a'; 201])]), policy(&[&notice(UTF8_STRING, b"")])]
        {
            let verdict = Sample::server().verdict_after(&RULE, |draft| {
                draft.set(rfc5280::ID_CE_CERTIFICATE_POLICIES, false, &value)
            });
            assert!(verdict.is_err());
        }
    }

    #[test]
    fn a_character_of_a_bmp_string_has_two_octets() {
        let of = |length| {
            let value = policy(&[&notice(0x1e, &[0, b'a'].repeat(length))]);
            Sample::server().verdict_after(&RULE, |draft| {
                draft.set(rfc5280::ID_CE_CERTIFICATE_POLICIES, false, &value)
            })
        };
        of(200).unwrap();
        assert!(of(201).is_err());
    }
}
