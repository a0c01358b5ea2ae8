//! Unique identifiers are not used.

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.no-unique-identifiers",
    citation: "RFC 5280 §4.1.2.8",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    if view.has_unique_id {
        return Err("issuerUniqueID or subjectUniqueID is there".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn none_passes() {
        Sample::server().verdict(&RULE).unwrap();
    }

    #[test]
    fn one_is_found() {
        let verdict =
            Sample::server().verdict_after(&RULE, |draft| draft.unique_ids = vec![0x81, 2, 0, 1]);
        assert!(verdict.is_err());
    }
}
