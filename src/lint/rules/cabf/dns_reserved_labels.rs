//! No label has hyphens at its third and fourth place unless it begins with xn--.

use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict, servers_only};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "cabf.dns-reserved-labels",
    citation: "CA/Browser Forum BR 7.1.2.7.12, RFC 5890 §2.3.1",
    severity: Severity::Error,
    check: Check::Certificate { applies: servers_only, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for name in view.dns_names() {
        if name.split('.').any(is_reserved) {
            return Err(format!("dNSName {} has a reserved label", Escaped(&name)));
        }
    }
    Ok(())
}

fn is_reserved(label: &str) -> bool {
    label.as_bytes().get(2..4) == Some(b"--") && !label.to_ascii_lowercase().starts_with("xn--")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_labels_and_other_hyphens_pass() {
        for name in ["xn--bcher-kva.example.com", "a-b--c.example.com", "ab-c.example.com"] {
            Sample::server().verdict_after(&RULE, |draft| draft.set_dns(&[name])).unwrap();
        }
    }

    #[test]
    fn reserved_labels_are_found() {
        for name in ["zz--host.example.com", "www.AB--c.example.com"] {
            let verdict = Sample::server().verdict_after(&RULE, |draft| draft.set_dns(&[name]));
            assert!(verdict.is_err(), "{name}");
        }
    }
}
