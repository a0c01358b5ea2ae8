//! The algorithm outside is the one inside, and the signature fills whole octets.

use crate::lint::rule::{Check, Rule, Severity, Verdict, every_crl};
use crate::lint::view::CrlView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.crl-signature-algorithms-agree",
    citation: "RFC 5280 §5.1.1.2, §5.1.2.2",
    severity: Severity::Error,
    check: Check::Crl { applies: every_crl, check },
};

fn check(view: &CrlView<'_>) -> Verdict {
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
    fn a_good_crl_passes() {
        CrlDraft::good().verdict(&RULE).unwrap();
        CrlDraft::delta().verdict(&RULE).unwrap();
    }

    #[test]
    fn another_algorithm_outside_unused_bits_and_no_signature_are_found() {
        let other = SignatureAlgorithm::EcdsaSha384.algorithm_identifier().to_vec();
        assert!(
            CrlDraft::verdict_after(&RULE, |draft| draft.outer_algorithm = other.clone()).is_err()
        );
        assert!(CrlDraft::verdict_after(&RULE, |draft| draft.signature = vec![7, 0x80]).is_err());
        assert!(CrlDraft::verdict_after(&RULE, |draft| draft.signature = vec![0]).is_err());
    }
}
