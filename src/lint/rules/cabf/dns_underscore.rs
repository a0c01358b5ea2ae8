//! Host names have no underscore: it is outside the preferred name syntax.

use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict, servers_only};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "cabf.dns-underscore",
    citation: "CA/Browser Forum BR 7.1.2.7.12, RFC 5280 §4.2.1.6",
    severity: Severity::Warning,
    check: Check::Certificate { applies: servers_only, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for name in view.dns_names() {
        if name.contains('_') {
            return Err(format!("dNSName {} has an underscore", Escaped(&name)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn hyphens_pass() {
        let name = "my-host.example.com";
        Sample::server().verdict_after(&RULE, |draft| draft.set_dns(&[name])).unwrap();
    }

    #[test]
    fn underscores_are_found() {
        for name in ["my_host.example.com", "_acme.example.com"] {
            let verdict = Sample::server().verdict_after(&RULE, |draft| draft.set_dns(&[name]));
            assert!(verdict.is_err(), "{name}");
        }
    }
}
