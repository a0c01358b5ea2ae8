//! The serial number is positive and has at most 20 octets.

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.serial-number",
    citation: "RFC 5280 §4.1.2.2",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let text = || hex::encode(view.serial);
    match view.serial {
        [] => Err("the serial number is empty".to_owned()),
        [first, ..] if first & 0x80 != 0 => {
            Err(format!("the serial number {} is negative", text()))
        }
        octets if octets.iter().all(|octet| *octet == 0) => {
            Err("the serial number is zero".to_owned())
        }
        octets if octets.len() > 20 => {
            Err(format!("the serial number has {} octets, expected at most 20", octets.len()))
        }
        [0, second, ..] if second & 0x80 == 0 => {
            Err(format!("the serial number {} has needless leading zeros", text()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn twenty_octets_pass() {
        Sample::server().verdict(&RULE).unwrap();
        Sample::server().verdict_after(&RULE, |draft| draft.serial = vec![0x7f; 20]).unwrap();
    }

    #[test]
    fn negative_zero_long_and_padded_numbers_are_found() {
        for serial in [vec![0x80, 1], vec![0], vec![0x7f; 21], vec![0, 0x7f], vec![]] {
            let verdict =
                Sample::server().verdict_after(&RULE, |draft| draft.serial = serial.clone());
            assert!(verdict.is_err(), "{serial:?}");
        }
    }

    #[test]
    fn a_zero_that_keeps_the_sign_passes() {
        Sample::server().verdict_after(&RULE, |draft| draft.serial = vec![0, 0x80]).unwrap();
    }
}
