//! An RSA exponent is between 2^16+1 and 2^256-1.

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;
use crate::lint::view::names::bits;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "cabf.rsa-exponent-range",
    citation: "CA/Browser Forum BR 6.1.6",
    severity: Severity::Warning,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let Some((_, exponent)) = view.key.and_then(|key| key.rsa_numbers()) else { return Ok(()) };

    // From 65537: 2^16 itself is even and another rule's finding.
    if !(17..=256).contains(&bits(exponent)) {
        return Err(format!(
            "the RSA exponent is 0x{}, expected 65537 or more",
            hex::encode(exponent)
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn the_usual_exponent_passes() {
        Sample::rsa_server().verdict(&RULE).unwrap();
        let spki = rsa_key(&[0x7f; 256], &[1, 0, 1]);
        Sample::server().verdict_after(&RULE, |draft| draft.spki = spki).unwrap();
    }

    #[test]
    fn small_and_huge_exponents_are_found() {
        for spki in [rsa_key(&[0x7f; 256], &[3]), rsa_key(&[0x7f; 256], &[0x7f; 40])] {
            assert!(Sample::server().verdict_after(&RULE, |draft| draft.spki = spki).is_err());
        }
    }
}
