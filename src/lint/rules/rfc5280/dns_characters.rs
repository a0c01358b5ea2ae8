//! Host names are letters, digits, hyphens and dots; underscores and a wildcard have rules of their own.

use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::rules::syntax::labels;
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.dns-characters",
    citation: "RFC 5280 §4.2.1.6, RFC 1034 §3.5",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for name in view.dns_names() {
        if !labels(&name)
            .collect::<String>()
            .bytes()
            .all(|octet| octet.is_ascii_alphanumeric() || b"-_".contains(&octet))
        {
            return Err(format!(
                "dNSName {} has characters outside the preferred name syntax",
                Escaped(&name)
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn preferred_syntax_passes() {
        for name in ["www.example.com", "*.example.com", "a_b.example.com"] {
            Sample::server().verdict_after(&RULE, |draft| draft.set_dns(&[name])).unwrap();
        }
    }

    #[test]
    fn other_characters_are_found() {
        for name in [
            "www.example.com/",
            "user@example.com",
            "exa mple.com",
            "www.*.example.com",
            "f*.example.com",
            "*",
            "example.com:443",
        ] {
            let verdict = Sample::server().verdict_after(&RULE, |draft| draft.set_dns(&[name]));
            assert!(verdict.is_err(), "{name}");
        }
    }
}
