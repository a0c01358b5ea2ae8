//! Times are GeneralizedTime to the second and in UTC.

use crate::lint::rule::{Check, Rule, Severity, Verdict, answered};
use crate::lint::view::OcspView;
use crate::lint::view::StatusView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc6960.time-form",
    citation: "RFC 6960 §4.2.2.1; RFC 5280 §4.1.2.5.2",
    severity: Severity::Error,
    check: Check::Ocsp { applies: answered, check },
};

fn check(view: &OcspView<'_>) -> Verdict {
    let Some(basic) = &view.basic else { return Ok(()) };
    basic.produced_at.generalized_fault("producedAt")?;
    for single in &basic.responses {
        single.this_update.generalized_fault("thisUpdate")?;
        if let Some(next_update) = single.next_update {
            next_update.generalized_fault("nextUpdate")?;
        }
        if let StatusView::Revoked { time, .. } = single.status {
            time.generalized_fault("revocationTime")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_good_response_passes() {
        OcspDraft::good().verdict(&RULE).unwrap();
    }

    #[test]
    fn another_form_is_found_wherever_it_is() {
        assert!(
            OcspDraft::verdict_after(&RULE, |draft| draft.produced_at =
                tlv(0x17, b"260102000000Z"))
            .is_err()
        );
        assert!(
            OcspDraft::verdict_after(&RULE, |draft| draft.single().this_update =
                tlv(0x18, b"20260102000000.1Z"))
            .is_err()
        );
        assert!(
            OcspDraft::verdict_after(&RULE, |draft| draft.single().next_update =
                tlv(0x18, b"202601090000Z"))
            .is_err()
        );
        assert!(
            OcspDraft::verdict_after(&RULE, |draft| draft
                .single()
                .revoke(b"20260101000000+0000", None))
            .is_err()
        );
    }
}
