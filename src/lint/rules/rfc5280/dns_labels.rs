//! No label of a host name is empty: no dot at either end, none twice.

use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.dns-labels",
    citation: "RFC 5280 §4.2.1.6, RFC 1034 §3.5",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for name in view.dns_names() {
        if name.split('.').any(str::is_empty) {
            return Err(format!("dNSName {} has an empty label", Escaped(&name)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn whole_names_pass() {
        for name in ["www.example.com", "localhost"] {
            Sample::server().verdict_after(&RULE, |draft| draft.set_dns(&[name])).unwrap();
        }
    }

    #[test]
    fn dots_too_many_are_found() {
        for name in [".example.com", "www.example.com.", "www..example.com", "."] {
            let verdict = Sample::server().verdict_after(&RULE, |draft| draft.set_dns(&[name]));
            assert!(verdict.is_err(), "{name}");
        }
    }
}
