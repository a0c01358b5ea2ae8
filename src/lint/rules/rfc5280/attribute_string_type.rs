//! Attribute values have the string type of their definition.

use const_oid::db::{rfc3280, rfc4519};
use der::Tag;

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.attribute-string-type",
    citation: "RFC 5280 appendix A.1",
    severity: Severity::Warning,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for attribute in &view.attributes {
        let expected: &[Tag] = match attribute.oid {
            rfc4519::COUNTRY_NAME | rfc4519::SERIAL_NUMBER | rfc4519::DN_QUALIFIER => {
                &[Tag::PrintableString]
            }
            rfc4519::DOMAIN_COMPONENT | rfc3280::EMAIL_ADDRESS => &[Tag::Ia5String],
            _ => &[Tag::Utf8String, Tag::PrintableString],
        };
        if !expected.contains(&attribute.tag) {
            return Err(format!(
                "{} is a {}, expected a {}",
                attribute.oid, attribute.tag, expected[0]
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
    fn the_types_of_rfc_5280_pass() {
        let verdict =
            Sample::server().verdict_after(&RULE, |draft| draft.set_subject("CN=a,DC=b,C=CH"));
        verdict.unwrap();
    }

    #[test]
    fn a_country_in_utf8_is_found() {
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            let oid = [0x06, 3, 0x55, 4, 6];
            let attribute = tlv(0x30, &[&oid[..], &tlv(0x0c, b"CH")].concat());
            draft.subject = tlv(0x30, &tlv(0x31, &attribute));
        });
        assert!(verdict.is_err());
    }
}
