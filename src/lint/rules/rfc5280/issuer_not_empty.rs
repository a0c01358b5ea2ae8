//! The issuer has a name.

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.issuer-not-empty",
    citation: "RFC 5280 §4.1.2.4",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    if view.issuer_attributes.is_empty() {
        return Err("the issuer is empty".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_named_issuer_passes() {
        Sample::server().verdict(&RULE).unwrap();
    }

    #[test]
    fn an_empty_issuer_is_found() {
        let verdict = Sample::server().verdict_after(&RULE, |draft| draft.issuer = vec![0x30, 0]);
        assert!(verdict.is_err());
    }
}
