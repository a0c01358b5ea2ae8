//! Attribute values of the subject are within their upper bounds.

use const_oid::ObjectIdentifier;
use const_oid::db::{rfc3280, rfc4519};

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.name-bounds",
    citation: "RFC 5280 appendix A.1",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for attribute in &view.attributes {
        let bound = BOUNDS.iter().find(|(oid, ..)| *oid == attribute.oid);
        let Some((_, name, least, most)) = bound else { continue };
        let length = attribute.text().chars().count();
        if length < *least || length > *most {
            return Err(format!("{name} has {length} characters, expected {least} to {most}"));
        }
    }
    Ok(())
}

/// Type, name, least and most characters.
const BOUNDS: [(ObjectIdentifier, &str, usize, usize); 13] = [
    (rfc4519::COMMON_NAME, "CN", 1, 64),
    (rfc4519::ORGANIZATION_NAME, "O", 1, 64),
    (rfc4519::ORGANIZATIONAL_UNIT_NAME, "OU", 1, 64),
    (rfc4519::COUNTRY_NAME, "C", 2, 2),
    (rfc4519::LOCALITY_NAME, "L", 1, 128),
    (rfc4519::ST, "ST", 1, 128),
    (rfc4519::SERIAL_NUMBER, "serialNumber", 1, 64),
    (rfc4519::TITLE, "title", 1, 64),
    (rfc4519::SN, "SN", 1, 32_768),
    (rfc4519::GIVEN_NAME, "GN", 1, 32_768),
    (rfc4519::DOMAIN_COMPONENT, "DC", 1, 63),
    (rfc4519::UID, "UID", 1, 256),
    (rfc3280::EMAIL_ADDRESS, "emailAddress", 1, 255),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn sixty_four_characters_pass() {
        Sample::server().verdict(&RULE).unwrap();
        let subject = format!("CN={},C=CH", "a".repeat(64));
        Sample::server().verdict_after(&RULE, |draft| draft.set_subject(&subject)).unwrap();
    }

    #[test]
    fn longer_and_empty_values_are_found() {
        for subject in [format!("CN={}", "a".repeat(65)), "C=CHE".into(), "O=".into()] {
            let verdict =
                Sample::server().verdict_after(&RULE, |draft| draft.set_subject(&subject));
            assert!(verdict.is_err(), "{subject}");
        }
    }
}
