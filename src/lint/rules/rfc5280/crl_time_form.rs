//! Times are UTCTime through 2049 and GeneralizedTime from 2050, to the second and in UTC.

use crate::lint::rule::{Check, Rule, Severity, Verdict, every_crl};
use crate::lint::view::CrlView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.crl-time-form",
    citation: "RFC 5280 §5.1.2.4 to §5.1.2.6",
    severity: Severity::Error,
    check: Check::Crl { applies: every_crl, check },
};

fn check(view: &CrlView<'_>) -> Verdict {
    view.this_update.form_fault("thisUpdate")?;
    if let Some(next_update) = view.next_update {
        next_update.form_fault("nextUpdate")?;
    }
    for entry in view.entries() {
        if let Err(fault) = entry.date().form_fault("revocationDate") {
            return Err(format!("entry {}: {fault}", entry.shown()));
        }
    }
    Ok(())
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
    fn another_form_is_found_wherever_it_is() {
        assert!(
            CrlDraft::verdict_after(&RULE, |draft| draft.this_update =
                tlv(0x18, b"20260102000000Z"))
            .is_err()
        );
        assert!(
            CrlDraft::verdict_after(&RULE, |draft| draft.next_update = tlv(0x17, b"2602020000Z"))
                .is_err()
        );
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
