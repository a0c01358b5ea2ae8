//! No host name in the reverse zones of addresses.

use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict, servers_only};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "cabf.dns-reverse-zone",
    citation: "CA/Browser Forum BR 7.1.2.7.12",
    severity: Severity::Warning,
    check: Check::Certificate { applies: servers_only, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for name in view.dns_names() {
        if [".in-addr.arpa", ".ip6.arpa"]
            .iter()
            .any(|zone| name.to_ascii_lowercase().ends_with(zone))
        {
            return Err(format!("dNSName {} is in a reverse zone", Escaped(&name)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn forward_names_pass() {
        for name in ["www.example.com", "arpa.example.com"] {
            Sample::server().verdict_after(&RULE, |draft| draft.set_dns(&[name])).unwrap();
        }
    }

    #[test]
    fn reverse_names_are_found() {
        for name in ["1.2.0.192.in-addr.arpa", "a.IP6.arpa"] {
            let verdict = Sample::server().verdict_after(&RULE, |draft| draft.set_dns(&[name]));
            assert!(verdict.is_err(), "{name}");
        }
    }
}
