//! A key of RFC 8410 has no parameters and the length of its curve.

use const_oid::db::rfc8410;

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.edwards-key-form",
    citation: "RFC 8410 §3, §4",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let Some(key) = view.key else { return Ok(()) };
    let expected = match key.algorithm {
        rfc8410::ID_ED_25519 | rfc8410::ID_X_25519 => 32,
        rfc8410::ID_X_448 => 56,
        rfc8410::ID_ED_448 => 57,
        _ => return Ok(()),
    };
    if key.parameters.is_some() {
        return Err(format!("the key of algorithm {} has parameters", key.algorithm));
    }
    if key.bits.len() != expected {
        return Err(format!("the key has {} octets, expected {expected}", key.bits.len()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn an_ed25519_key_passes() {
        let spki = key(&[&oid(rfc8410::ID_ED_25519)], &[7; 32]);
        Sample::server().verdict_after(&RULE, |draft| draft.spki = spki).unwrap();
    }

    #[test]
    fn parameters_and_another_length_are_found() {
        let ed25519 = oid(rfc8410::ID_ED_25519);
        for spki in [key(&[&ed25519, &[5, 0]], &[7; 32]), key(&[&ed25519], &[7; 33])] {
            assert!(Sample::server().verdict_after(&RULE, |draft| draft.spki = spki).is_err());
        }
    }

    #[test]
    fn each_curve_has_its_own_length() {
        for (algorithm, length) in [
            (rfc8410::ID_X_25519, 32),
            (rfc8410::ID_X_448, 56),
            (rfc8410::ID_ED_25519, 32),
            (rfc8410::ID_ED_448, 57),
        ] {
            let of = |length: usize| {
                let spki = key(&[&oid(algorithm)], &vec![7; length]);
                Sample::server().verdict_after(&RULE, |draft| draft.spki = spki)
            };
            of(length).unwrap();
            assert!(of(length - 1).is_err() && of(length + 1).is_err(), "{algorithm}");
        }
    }
}
