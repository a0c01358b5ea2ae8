//! Names are in Unicode normalization form C.

use der::Tag;

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;
use unicode_normalization::is_nfc;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.name-nfc",
    citation: "RFC 5280 §7.1, RFC 4518 §2.3",
    severity: Severity::Warning,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for (field, attribute) in view.all_attributes() {
        if attribute.tag == Tag::Utf8String && !is_nfc(&attribute.text()) {
            return Err(format!("{} of the {field} is not in form C", attribute.oid));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn composed_letters_pass() {
        Sample::server().verdict_after(&RULE, |draft| draft.set_subject("CN=Z\u{fc}rich")).unwrap();
    }

    #[test]
    fn decomposed_letters_are_found() {
        let verdict =
            Sample::server().verdict_after(&RULE, |draft| draft.set_subject("CN=Zu\u{308}rich"));
        assert!(verdict.is_err());
    }
}
