//! A CA has a name, and a certificate without one is a leaf.

use crate::lint::rule::{Check, Rule, Severity, Verdict, ca_only};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.ca-subject-not-empty",
    citation: "RFC 5280 §4.1.2.6",
    severity: Severity::Error,
    check: Check::Certificate { applies: ca_only, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    if view.attributes.is_empty() {
        return Err("the subject of a CA certificate is empty".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_named_ca_passes() {
        Sample::root().verdict(&RULE).unwrap();
    }

    #[test]
    fn a_nameless_ca_is_found() {
        assert!(
            Sample::root().verdict_after(&RULE, |draft| draft.subject = vec![0x30, 0]).is_err()
        );
    }
}
