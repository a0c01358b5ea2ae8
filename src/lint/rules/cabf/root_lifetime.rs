//! A root lives at most 25 years.

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "cabf.root-lifetime",
    citation: "CA/Browser Forum BR 7.1.2.1.1",
    severity: Severity::Warning,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    view.is_ca() && view.is_self_issued()
}

fn check(view: &CertificateView<'_>) -> Verdict {
    match view.lifetime() {
        // 25 years to the day and second end one second later by this count.
        Some(seconds) if seconds / 86_400 > 9132 => {
            Err(format!("valid for {} days, expected at most 9132", seconds / 86_400))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_shipped_root_passes() {
        Sample::root().verdict(&RULE).unwrap();
    }

    #[test]
    fn a_century_is_found() {
        let end = tlv(0x18, b"21260101000000Z");
        assert!(Sample::root().verdict_after(&RULE, |draft| draft.not_after = end).is_err());
    }

    #[test]
    fn a_quarter_of_a_century_passes_and_a_day_more_is_found() {
        let until = |end: &[u8]| {
            Sample::root().verdict_after(&RULE, |draft| {
                draft.not_before = tlv(0x17, b"280101000000Z");
                draft.not_after = tlv(0x18, end);
            })
        };
        until(b"20530101000000Z").unwrap();
        assert!(until(b"20530102000000Z").is_err());
    }

    #[test]
    fn what_is_no_root_may_live_a_century() {
        let end = |draft: &mut Draft| draft.not_after = tlv(0x18, b"21260101000000Z");
        Sample::intermediate().verdict_after(&RULE, end).unwrap();
        Sample::server().verdict_after(&RULE, end).unwrap();
    }
}
