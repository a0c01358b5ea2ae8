//! A label that begins with xn-- is one that IDNA makes, and makes again.

use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.dns-a-labels",
    citation: "RFC 5280 §7.2, RFC 5891 §5.4",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for name in view.dns_names() {
        if name.split('.').any(|label| !is_honest(label)) {
            return Err(format!("dNSName {} has an xn-- label that is no A-label", Escaped(&name)));
        }
    }
    Ok(())
}

/// Whether an A-label decodes, and its text encodes to the same label.
fn is_honest(label: &str) -> bool {
    let label = label.to_ascii_lowercase();
    if !label.starts_with("xn--") {
        return true;
    }
    let (unicode, result) = idna::domain_to_unicode(&label);
    result.is_ok()
        && !unicode.is_ascii()
        && idna::domain_to_ascii(&unicode).is_ok_and(|again| again == label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_label_of_idna_passes() {
        for name in ["xn--bcher-kva.example", "www.example.com"] {
            Sample::server().verdict_after(&RULE, |draft| draft.set_dns(&[name])).unwrap();
        }
    }

    #[test]
    fn punycode_that_decodes_to_nothing_or_to_ascii_is_found() {
        for name in ["xn--.example", "xn--a.example", "xn--www-.example", "xn--99999999.example"] {
            let verdict = Sample::server().verdict_after(&RULE, |draft| draft.set_dns(&[name]));
            assert!(verdict.is_err(), "{name}");
        }
    }
}
