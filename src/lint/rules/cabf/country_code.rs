//! A country is two capital letters.

use const_oid::db::rfc4519;

use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "cabf.country-code",
    citation: "CA/Browser Forum BR 7.1.4.2, ISO 3166-1",
    severity: Severity::Warning,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for (field, attribute) in view.all_attributes() {
        let is_code = matches!(attribute.value, [b'A'..=b'Z', b'A'..=b'Z']);
        if attribute.oid == rfc4519::COUNTRY_NAME && !is_code {
            return Err(format!(
                "C={} of the {field} is no country code",
                Escaped(&attribute.text())
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn two_capitals_pass() {
        Sample::server().verdict_after(&RULE, |draft| draft.set_subject("CN=a,C=CH")).unwrap();
    }

    #[test]
    fn small_letters_and_digits_are_found() {
        for code in [b"ch", b"C1"] {
            let subject = name_of(rfc4519::COUNTRY_NAME, PRINTABLE_STRING, code);
            assert!(
                Sample::server().verdict_after(&RULE, |draft| draft.subject = subject).is_err()
            );
        }
    }
}
