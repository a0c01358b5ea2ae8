//! Each domain component is one label of a domain name.

use const_oid::db::rfc4519;

use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::rules::syntax::is_ldh;
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.domain-component-label",
    citation: "RFC 4519 §2.4, RFC 5280 §4.1.2.4",
    severity: Severity::Warning,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for (field, component) in view.all_attributes() {
        let label = component.text();
        if component.oid == rfc4519::DOMAIN_COMPONENT && (!is_ldh(&label) || label.len() > 63) {
            return Err(format!("DC={} of the {field} is no label", Escaped(&label)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn labels_pass() {
        let subject = "CN=a,DC=xn--bcher-kva,DC=com";
        Sample::server().verdict_after(&RULE, |draft| draft.set_subject(subject)).unwrap();
    }

    #[test]
    fn whole_domains_and_phrases_are_found() {
        for subject in ["CN=a,DC=example.com", "CN=a,DC=Example Inc", "CN=a,DC=-a"] {
            let verdict = Sample::server().verdict_after(&RULE, |draft| draft.set_subject(subject));
            assert!(verdict.is_err(), "{subject}");
        }
    }

    #[test]
    fn a_label_of_63_passes_and_one_of_64_is_found() {
        let of = |length| {
            let subject = format!("CN=a,DC={}", "a".repeat(length));
            Sample::server().verdict_after(&RULE, |draft| draft.set_subject(&subject))
        };
        of(63).unwrap();
        assert!(of(64).is_err());
    }
}
