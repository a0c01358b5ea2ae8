//! The serial number is the one that will be on record.

use crate::lint::rule::{Check, Rule, Severity, Verdict, planned};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "keystead.planned-serial",
    citation: "SECURITY.md: a serial number is signed at most once",
    severity: Severity::Error,
    check: Check::Certificate { applies: planned, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    match view.planned_serial {
        Some(planned) if planned.as_bytes() == view.serial => Ok(()),
        planned => Err(format!(
            "the serial number is {}, on record will be {}",
            hex::encode(view.serial),
            planned.map_or_else(|| "none".to_owned(), |serial| serial.to_string())
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn the_serial_number_of_the_record_passes() {
        Sample::server().verdict(&RULE).unwrap();
    }

    #[test]
    fn another_serial_number_is_found() {
        let verdict = Sample::server().verdict_after(&RULE, |draft| draft.serial[3] ^= 1);
        assert!(verdict.is_err());
    }
}
