//! An RSA exponent is odd and at least 3.

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;
use crate::lint::view::names::bits;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "cabf.rsa-exponent-odd",
    citation: "CA/Browser Forum BR 6.1.6",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let Some((_, exponent)) = view.key.and_then(|key| key.rsa_numbers()) else { return Ok(()) };

    let is_odd = exponent.last().is_some_and(|last| last & 1 == 1);
    if !is_odd || bits(exponent) < 2 {
        return Err(format!(
            "the RSA exponent is 0x{}, expected an odd number from 3",
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
    fn odd_exponents_pass() {
        Sample::rsa_server().verdict(&RULE).unwrap();
        let spki = rsa_key(&[0x7f; 256], &[3]);
        Sample::server().verdict_after(&RULE, |draft| draft.spki = spki).unwrap();
    }

    #[test]
    fn one_and_even_exponents_are_found() {
        for spki in [rsa_key(&[0x7f; 256], &[1]), rsa_key(&[0x7f; 256], &[1, 0, 0])] {
            assert!(Sample::server().verdict_after(&RULE, |draft| draft.spki = spki).is_err());
        }
    }
}
