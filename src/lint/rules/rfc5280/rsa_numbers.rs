//! An RSA key is two positive numbers.

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;
use crate::lint::view::KeyView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.rsa-numbers",
    citation: "RFC 8017 §3.1, §A.1.1",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let Some(key) = view.key.filter(KeyView::is_rsa) else { return Ok(()) };
    let Some((modulus, exponent)) = key.rsa_numbers() else {
        return Err("the RSA key is no sequence of two numbers".to_owned());
    };
    for (name, number) in [("modulus", modulus), ("exponent", exponent)] {
        let is_negative = number.first().is_none_or(|first| first & 0x80 != 0);
        if is_negative || number.iter().all(|octet| *octet == 0) {
            return Err(format!("the RSA {name} is not positive"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn two_positive_numbers_pass() {
        Sample::rsa_server().verdict(&RULE).unwrap();
    }

    #[test]
    fn negative_zero_and_missing_numbers_are_found() {
        let rsa = [&oid(const_oid::db::rfc5912::RSA_ENCRYPTION)[..], &[5, 0]];
        for spki in [
            rsa_key(&[0x80; 256], &[1, 0, 1]),
            rsa_key(&[0x7f; 256], &[0]),
            rsa_key(&[0x7f; 256], &[]),
            key(&rsa, &[0x30, 3, 2, 1, 7]),
        ] {
            assert!(Sample::server().verdict_after(&RULE, |draft| draft.spki = spki).is_err());
        }
    }

    #[test]
    fn numbers_without_an_octet_of_zero_pass() {
        let spki = rsa_key(&[0x7f; 256], &[3]);
        Sample::server().verdict_after(&RULE, |draft| draft.spki = spki).unwrap();
    }
}
