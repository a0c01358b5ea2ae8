//! A host name has at most 253 characters, each label at most 63.

use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.dns-length",
    citation: "RFC 5280 §4.2.1.6, RFC 1034 §3.1",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for name in view.dns_names() {
        if name.len() > 253 || name.split('.').any(|label| label.len() > 63) {
            return Err(format!("dNSName {} is longer than DNS allows", Escaped(&name)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_label_of_63_passes() {
        for name in ["www.example.com", &format!("{}.example.com", "a".repeat(63))] {
            Sample::server().verdict_after(&RULE, |draft| draft.set_dns(&[name])).unwrap();
        }
    }

    #[test]
    fn long_labels_and_names_are_found() {
        for name in
            [&format!("{}.example.com", "a".repeat(64)), &format!("{}com", "a.".repeat(126))]
        {
            let verdict = Sample::server().verdict_after(&RULE, |draft| draft.set_dns(&[name]));
            assert!(verdict.is_err(), "{name}");
        }
    }

    #[test]
    fn a_name_of_253_passes_and_one_of_254_is_found() {
        let longest = format!("{}com", "a.".repeat(125));
        Sample::server().verdict_after(&RULE, |draft| draft.set_dns(&[&longest])).unwrap();
        let longer = format!("a{longest}");
        assert!(Sample::server().verdict_after(&RULE, |draft| draft.set_dns(&[&longer])).is_err());
    }
}
