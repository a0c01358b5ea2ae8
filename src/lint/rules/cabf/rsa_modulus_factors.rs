//! An RSA modulus has no prime factor below 752.

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "cabf.rsa-modulus-factors",
    citation: "CA/Browser Forum BR 6.1.6",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let Some((modulus, _)) = view.key.and_then(|key| key.rsa_numbers()) else { return Ok(()) };

    match (2..752).find(|divisor| remainder(modulus, *divisor) == 0) {
        Some(factor) => Err(format!("the RSA modulus is divisible by {factor}")),
        None => Ok(()),
    }
}

/// By the schoolbook, octet by octet.
fn remainder(number: &[u8], divisor: u32) -> u32 {
    number.iter().fold(0, |rest, octet| (rest * 256 + u32::from(*octet)) % divisor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_product_of_two_primes_passes() {
        Sample::rsa_server().verdict(&RULE).unwrap();
    }

    #[test]
    fn even_moduli_and_those_of_three_are_found() {
        for spki in [
            rsa_key(&[0x7e; 256], &[1, 0, 1]),
            rsa_key(&[&[0][..], &[0xff; 256]].concat(), &[1, 0, 1]),
        ] {
            assert!(Sample::server().verdict_after(&RULE, |draft| draft.spki = spki).is_err());
        }
    }
}
