//! The public key is a SubjectPublicKeyInfo whose bits fill whole octets.

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.key-readable",
    citation: "RFC 5280 §4.1.2.7",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    match view.key {
        None => Err("the public key is no SubjectPublicKeyInfo".to_owned()),
        Some(key) if key.unused_bits != 0 => {
            Err(format!("the public key leaves {} bits of its last octet unused", key.unused_bits))
        }
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn ec_and_rsa_keys_pass() {
        Sample::server().verdict(&RULE).unwrap();
        Sample::rsa_server().verdict(&RULE).unwrap();
    }

    #[test]
    fn half_octets_and_what_is_no_key_are_found() {
        let half = sequence(&[&sequence(&[&dotted("1.2.3")]), &[3, 2, 4, 0xf0]]);
        for spki in [half, vec![0x30, 0]] {
            assert!(Sample::server().verdict_after(&RULE, |draft| draft.spki = spki).is_err());
        }
    }
}
