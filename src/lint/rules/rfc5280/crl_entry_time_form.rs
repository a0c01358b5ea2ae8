//! The date of a revocation is UTCTime through 2049 and GeneralizedTime from 2050, to the second and in UTC.

use crate::lint::rule::{Check, Rule, Severity, Verdict, every_crl};
use crate::lint::view::{CrlEntry, CrlView};

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.crl-entry-time-form",
    citation: "RFC 5280 §5.1.2.6",
    severity: Severity::Error,
    check: Check::CrlEntry { applies: every_crl, check },
};

fn check(_: &CrlView<'_>, entry: &CrlEntry<'_>) -> Verdict {
    entry.date().form_fault("revocationDate")
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
    fn another_form_is_found() {
        assert!(
            CrlDraft::verdict_after(&RULE, |draft| draft.entry().date =
                tlv(0x18, b"20260101000000Z"))
            .is_err()
        );
        assert!(
            CrlDraft::verdict_after(&RULE, |draft| draft.entry().date =
                tlv(0x17, b"260101000000+0000"))
            .is_err()
        );
    }
}
