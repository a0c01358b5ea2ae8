//! An RSA modulus has at least 2048 bits, in whole octets.

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;
use crate::lint::view::names::bits;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "cabf.rsa-modulus-size",
    citation: "CA/Browser Forum BR 6.1.5",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let Some((modulus, _)) = view.key.and_then(|key| key.rsa_numbers()) else { return Ok(()) };

    let bits = bits(modulus);
    if bits < 2048 || !bits.is_multiple_of(8) {
        return Err(format!("the RSA modulus has {bits} bits, expected a multiple of 8 from 2048"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn two_and_three_thousand_bits_pass() {
        Sample::rsa_server().verdict(&RULE).unwrap();
        let spki = rsa_key(&[&[0][..], &[0xff; 384]].concat(), &[1, 0, 1]);
        Sample::server().verdict_after(&RULE, |draft| draft.spki = spki).unwrap();
    }

    #[test]
    fn short_and_crooked_moduli_are_found() {
        for spki in [
            rsa_key(&[0x7f; 256], &[1, 0, 1]),
            rsa_key(&[&[0][..], &[0xff; 128]].concat(), &[1, 0, 1]),
            rsa_key(&[&[1][..], &[0xff; 256]].concat(), &[1, 0, 1]),
        ] {
            assert!(Sample::server().verdict_after(&RULE, |draft| draft.spki = spki).is_err());
        }
    }
}
