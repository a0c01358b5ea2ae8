//! No host name twice, also not in another case.

use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.san-distinct",
    citation: "RFC 5280 §7.2",
    severity: Severity::Warning,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let mut seen = std::collections::BTreeSet::new();
    for name in view.dns_names() {
        if !seen.insert(name.to_ascii_lowercase()) {
            return Err(format!("dNSName {} is there twice", Escaped(&name)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn distinct_names_pass() {
        let names = ["example.com", "www.example.com"];
        Sample::server().verdict_after(&RULE, |draft| draft.set_dns(&names)).unwrap();
    }

    #[test]
    fn a_name_in_two_cases_is_found() {
        let names = ["example.com", "Example.COM"];
        assert!(Sample::server().verdict_after(&RULE, |draft| draft.set_dns(&names)).is_err());
    }
}
