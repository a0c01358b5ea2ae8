//! No label of a host name begins or ends with a hyphen.

use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.dns-hyphens",
    citation: "RFC 5280 §4.2.1.6, RFC 1034 §3.5",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for name in view.dns_names() {
        if name.split('.').any(|label| label.starts_with('-') || label.ends_with('-')) {
            return Err(format!("dNSName {} has a label with an outer hyphen", Escaped(&name)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn inner_hyphens_pass() {
        let name = "my-host.example.com";
        Sample::server().verdict_after(&RULE, |draft| draft.set_dns(&[name])).unwrap();
    }

    #[test]
    fn outer_hyphens_are_found() {
        for name in ["-a.example.com", "a-.example.com", "www.-"] {
            let verdict = Sample::server().verdict_after(&RULE, |draft| draft.set_dns(&[name]));
            assert!(verdict.is_err(), "{name}");
        }
    }
}
