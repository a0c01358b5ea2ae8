//! The serial number of an entry is one that a certificate can have.

use crate::lint::rule::{Check, Rule, Severity, Verdict, every_crl};
use crate::lint::view::{CrlEntry, CrlView};

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.crl-entry-serial",
    citation: "RFC 5280 §5.1.2.6, §4.1.2.2",
    severity: Severity::Error,
    check: Check::CrlEntry { applies: every_crl, check },
};

fn check(_: &CrlView<'_>, entry: &CrlEntry<'_>) -> Verdict {
    let fault = match entry.serial {
        [] => "empty",
        [first, ..] if first & 0x80 != 0 => "negative",
        [0, second, ..] if second & 0x80 == 0 => "written with needless leading zeros",
        octets if octets.len() > 20 => "longer than 20 octets",
        _ => return Ok(()),
    };
    Err(format!("the serial number is {fault}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_good_crl_passes() {
        CrlDraft::good().verdict(&RULE).unwrap();
        CrlDraft::delta().verdict(&RULE).unwrap();
    }

    #[test]
    fn negative_long_padded_and_empty_numbers_are_found() {
        for serial in [vec![0x80, 1], vec![0x7f; 21], vec![0, 0x7f], vec![]] {
            let verdict =
                CrlDraft::verdict_after(&RULE, |draft| draft.entry().serial = serial.clone());
            assert!(verdict.is_err(), "{serial:?}");
        }
    }

    #[test]
    fn twenty_octets_and_a_zero_that_keeps_the_sign_pass() {
        for serial in [vec![0x7f; 20], vec![0, 0x80]] {
            CrlDraft::verdict_after(&RULE, |draft| draft.entry().serial = serial).unwrap();
        }
    }
}
