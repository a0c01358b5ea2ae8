//! A serial number has room for 64 random bits.

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "cabf.serial-length",
    citation: "CA/Browser Forum BR 7.1",
    severity: Severity::Warning,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    !view.is_self_issued()
}

fn check(view: &CertificateView<'_>) -> Verdict {
    if view.serial.len() < 8 {
        return Err(format!(
            "the serial number has {} octets, expected 8 or more",
            view.serial.len()
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn eight_octets_pass() {
        Sample::server().verdict(&RULE).unwrap();
        Sample::server().verdict_after(&RULE, |draft| draft.serial = vec![0x7f; 8]).unwrap();
    }

    #[test]
    fn a_counter_is_found() {
        assert!(Sample::server().verdict_after(&RULE, |draft| draft.serial = vec![1, 2]).is_err());
    }

    #[test]
    fn a_root_may_count() {
        Sample::root().verdict_after(&RULE, |draft| draft.serial = vec![1]).unwrap();
    }
}
