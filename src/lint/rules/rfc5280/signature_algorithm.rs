//! The signature field names the algorithm that the issuer's key will use.

use crate::lint::rule::{Check, Rule, Severity, Verdict, planned};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.signature-algorithm",
    citation: "RFC 5280 §4.1.1.2, §4.1.2.3",
    severity: Severity::Error,
    check: Check::Certificate { applies: planned, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let Some(plan) = view.plan else { return Ok(()) };
    let expected = plan.authority().algorithm;
    if view.algorithm == expected.algorithm_identifier() {
        return Ok(());
    }
    Err(format!("the signature field is {}, expected {expected}", hex::encode(view.algorithm)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    use crate::base::algorithm::SignatureAlgorithm;

    #[test]
    fn the_planned_algorithm_passes() {
        Sample::server().verdict(&RULE).unwrap();
    }

    #[test]
    fn another_algorithm_is_found() {
        let other = SignatureAlgorithm::EcdsaSha384.algorithm_identifier().to_vec();
        assert!(Sample::server().verdict_after(&RULE, |draft| draft.algorithm = other).is_err());
    }
}
