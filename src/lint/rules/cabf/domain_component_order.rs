//! Domain components begin with the top level, as the encoding has them.

use const_oid::db::rfc4519;

use crate::base::public_suffix::public_suffix;
use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "cabf.domain-component-order",
    citation: "CA/Browser Forum BR 7.1.4.2, RFC 4519 §2.4",
    severity: Severity::Warning,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let components = view.attributes_of(rfc4519::DOMAIN_COMPONENT);
    let labels: Vec<String> = components.map(|label| label.text().to_lowercase()).collect();
    if let [first, .., last] = labels.as_slice()
        && !is_top_level(first)
        && is_top_level(last)
    {
        return Err(format!(
            "the domain components are {}, the top level last",
            Escaped(&labels.join(", "))
        ));
    }
    Ok(())
}

fn is_top_level(label: &str) -> bool {
    public_suffix(label.as_bytes()).is_some_and(|suffix| suffix.is_listed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn the_top_level_first_passes() {
        // RFC 4514 text is written backwards.
        Sample::root().verdict(&RULE).unwrap();
        let internal = "CN=a,DC=corp,DC=internal-example";
        Sample::server().verdict_after(&RULE, |draft| draft.set_subject(internal)).unwrap();
    }

    #[test]
    fn the_top_level_last_is_found() {
        let subject = "CN=a,DC=com,DC=example";
        assert!(Sample::server().verdict_after(&RULE, |draft| draft.set_subject(subject)).is_err());
    }
}
