//! A wildcard is the whole leftmost label, with two labels behind it.

use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.dns-wildcard",
    citation: "RFC 9525 §6.3",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for name in view.dns_names() {
        if name.contains('*') && !is_wildcard(&name) {
            return Err(format!("dNSName {} has its wildcard at a wrong place", Escaped(&name)));
        }
    }
    Ok(())
}

fn is_wildcard(name: &str) -> bool {
    name.strip_prefix("*.").is_some_and(|rest| rest.contains('.') && !rest.contains('*'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_leftmost_label_passes() {
        for name in ["*.example.com", "www.example.com"] {
            Sample::server().verdict_after(&RULE, |draft| draft.set_dns(&[name])).unwrap();
        }
    }

    #[test]
    fn other_places_are_found() {
        for name in ["*", "*.com", "www.*.example.com", "f*.example.com", "*.*.example.com"] {
            let verdict = Sample::server().verdict_after(&RULE, |draft| draft.set_dns(&[name]));
            assert!(verdict.is_err(), "{name}");
        }
    }
}
