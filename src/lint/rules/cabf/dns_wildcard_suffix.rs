//! No wildcard for all names below a public suffix.

use crate::base::public_suffix::public_suffix;
use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "cabf.dns-wildcard-suffix",
    citation: "CA/Browser Forum BR 3.2.2.6",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for name in view.dns_names() {
        if name.strip_prefix("*.").is_some_and(is_public_suffix) {
            return Err(format!("dNSName {} covers a whole public suffix", Escaped(&name)));
        }
    }
    Ok(())
}

/// Whether a registry sells names directly below; the rule for unknown names does not count, so that
/// internal ones such as svc pass.
fn is_public_suffix(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    public_suffix(name.as_bytes())
        .is_some_and(|suffix| suffix.is_registry && suffix.bytes == name.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_wildcard_of_a_site_passes() {
        for name in ["*.example.com", "*.default.svc", "*.example.co.uk"] {
            Sample::server().verdict_after(&RULE, |draft| draft.set_dns(&[name])).unwrap();
        }
    }

    #[test]
    fn wildcards_of_registries_are_found() {
        for name in ["*.com", "*.co.uk", "*.CO.UK"] {
            let verdict = Sample::server().verdict_after(&RULE, |draft| draft.set_dns(&[name]));
            assert!(verdict.is_err(), "{name}");
        }
    }
}
