//! A server has each attribute once, but for units, streets and domain components.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc4519;

use crate::lint::rule::{Check, Rule, Severity, Verdict, servers_only};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "cabf.subject-attributes-once",
    citation: "CA/Browser Forum BR 7.1.4.2",
    severity: Severity::Warning,
    check: Check::Certificate { applies: servers_only, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for (index, attribute) in view.attributes.iter().enumerate() {
        let repeated =
            view.attributes.iter().take(index).any(|earlier| earlier.oid == attribute.oid);
        if repeated && !REPEATABLE.contains(&attribute.oid) {
            return Err(format!("the subject has {} more than once", attribute.oid));
        }
    }
    Ok(())
}

const REPEATABLE: [ObjectIdentifier; 3] =
    [rfc4519::ORGANIZATIONAL_UNIT_NAME, rfc4519::STREET, rfc4519::DOMAIN_COMPONENT];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn two_units_pass() {
        let subject = "CN=www.example.com,OU=a,OU=b,DC=example,DC=com";
        Sample::server().verdict_after(&RULE, |draft| draft.set_subject(subject)).unwrap();
    }

    #[test]
    fn two_names_are_found() {
        let subject = "CN=www.example.com,CN=example.com";
        assert!(Sample::server().verdict_after(&RULE, |draft| draft.set_subject(subject)).is_err());
    }
}
