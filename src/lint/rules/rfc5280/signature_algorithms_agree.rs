//! The algorithm outside is the one that the signed bytes name, and the signature fills whole octets.

use crate::lint::rule::{Check, Rule, Severity, Verdict, signed};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.signature-algorithms-agree",
    citation: "RFC 5280 §4.1.1.2, §4.1.1.3",
    severity: Severity::Error,
    check: Check::Certificate { applies: signed, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    match view.finished {
        Some(finished) => finished.agrees_with(view.algorithm),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    use crate::base::algorithm::SignatureAlgorithm;

    #[test]
    fn one_algorithm_in_both_places_passes() {
        Sample::server().verdict_as_foreign(&RULE, |_| {}).unwrap();
    }

    #[test]
    fn another_algorithm_outside_is_found() {
        let other = SignatureAlgorithm::EcdsaSha384.algorithm_identifier().to_vec();
        let verdict =
            Sample::server().verdict_as_foreign(&RULE, |draft| draft.outer_algorithm = Some(other));
        assert!(verdict.is_err());
    }
}
