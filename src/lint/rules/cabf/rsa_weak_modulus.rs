//! An RSA modulus is not known to be factored easily: no small prime, no close primes, no ROCA.

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;
use crate::request::key::check_modulus;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "cabf.rsa-weak-modulus",
    citation: "CA/Browser Forum BR 6.1.1.3, 6.1.6",
    severity: Severity::Error,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    // The keys of our leaves passed the same checks with their requests.
    view.plan.is_none() || view.is_ca()
}

fn check(view: &CertificateView<'_>) -> Verdict {
    let Some((modulus, _)) = view.key.and_then(|key| key.rsa_numbers()) else { return Ok(()) };
    let zeros = modulus.iter().take_while(|octet| **octet == 0).count();
    let number = modulus.get(zeros..).unwrap_or_default();
    // What is shorter falls to anybody, what is longer is no key in use; their rule is another.
    if !(64..=2048).contains(&number.len()) {
        return Ok(());
    }
    check_modulus(number).map_err(|fault| fault.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_product_of_two_far_primes_passes() {
        Sample::root().verdict(&RULE).unwrap();
        let key =
            rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048);
        let spki = rcgen::PublicKeyData::subject_public_key_info(&key.unwrap());
        Sample::root().verdict_after(&RULE, |draft| draft.spki = spki).unwrap();
    }

    #[test]
    fn even_moduli_and_those_of_three_are_found() {
        for modulus in [[0x7e; 256], [0x7f; 256], [0x33; 256]] {
            let spki = rsa_key(&modulus, &[1, 0, 1]);
            assert!(Sample::root().verdict_after(&RULE, |draft| draft.spki = spki).is_err());
        }
    }

    #[test]
    fn a_square_is_found() {
        // (2^1024 - 105)^2: no small factor, both primes the same.
        let root: num_bigint::BigUint = (num_bigint::BigUint::from(1_u8) << 1024) - 105_u8;
        let modulus = [&[0][..], &root.pow(2).to_bytes_be()].concat();
        let spki = rsa_key(&modulus, &[1, 0, 1]);
        assert!(Sample::root().verdict_after(&RULE, |draft| draft.spki = spki).is_err());
    }

    #[test]
    fn a_leaf_is_found_unless_it_is_ours() {
        let even = |draft: &mut Draft| draft.spki = rsa_key(&[0x7e; 256], &[1, 0, 1]);
        assert!(Sample::server().verdict_as_foreign(&RULE, even).is_err());
        Sample::server().verdict_after(&RULE, even).unwrap();
    }
}
