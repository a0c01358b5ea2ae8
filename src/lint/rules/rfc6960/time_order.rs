//! thisUpdate is not after producedAt, and nextUpdate not before thisUpdate; nothing is revoked later than the answer.

use crate::lint::rule::{Check, Rule, Severity, Verdict, answered};
use crate::lint::view::OcspView;
use crate::lint::view::StatusView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc6960.time-order",
    citation: "RFC 6960 §2.4, §4.2.2.1",
    severity: Severity::Error,
    check: Check::Ocsp { applies: answered, check },
};

fn check(view: &OcspView<'_>) -> Verdict {
    let Some(basic) = &view.basic else { return Ok(()) };
    let produced = basic.produced_at.instant;
    for (index, single) in basic.responses.iter().enumerate() {
        let at = |what: &str| format!("answer {}: {what}", index + 1);
        let this = single.this_update.instant;
        // A time that cannot be read is the matter of another rule.
        if let (Some(this), Some(produced)) = (this, produced)
            && this > produced
        {
            return Err(at(&format!("thisUpdate {this} is after producedAt {produced}")));
        }
        let next = single.next_update.and_then(|next| next.instant);
        if let (Some(this), Some(next)) = (this, next)
            && next < this
        {
            return Err(at(&format!("nextUpdate {next} is before thisUpdate {this}")));
        }
        if let StatusView::Revoked { time, .. } = single.status
            && let (Some(time), Some(produced)) = (time.instant, produced)
            && time > produced
        {
            return Err(at(&format!("revoked at {time}, after producedAt {produced}")));
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
    fn times_in_another_order_are_found() {
        assert!(
            OcspDraft::verdict_after(&RULE, |draft| draft.single().this_update =
                tlv(0x18, b"20260103000000Z"))
            .is_err()
        );
        assert!(
            OcspDraft::verdict_after(&RULE, |draft| draft.single().next_update =
                tlv(0x18, b"20260101000000Z"))
            .is_err()
        );
        assert!(
            OcspDraft::verdict_after(&RULE, |draft| draft
                .single()
                .revoke(b"20260103000000Z", None))
            .is_err()
        );
    }

    #[test]
    fn times_that_are_the_same_pass() {
        OcspDraft::verdict_after(&RULE, |draft| {
            let now = b"20260102000000Z";
            draft.single().next_update = tlv(0x18, now);
            draft.single().revoke(now, None);
        })
        .unwrap();
    }
}
