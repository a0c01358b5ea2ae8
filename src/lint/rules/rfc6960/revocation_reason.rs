//! A reason of revocation is one that there is.

use crate::lint::rule::{Check, Rule, Severity, Verdict, answered};
use crate::lint::view::OcspView;
use crate::lint::view::StatusView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc6960.revocation-reason",
    citation: "RFC 6960 §4.2.1; RFC 5280 §5.3.1",
    severity: Severity::Error,
    check: Check::Ocsp { applies: answered, check },
};

fn check(view: &OcspView<'_>) -> Verdict {
    let Some(basic) = &view.basic else { return Ok(()) };
    for single in &basic.responses {
        let StatusView::Revoked { reason: Some(reason), .. } = single.status else { continue };
        if !matches!(reason, [0..=6 | 8..=10]) {
            return Err(format!("the revocation reason 0x{} does not exist", hex::encode(reason)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn good_and_revoked_pass() {
        OcspDraft::good().verdict(&RULE).unwrap();
        let revoke =
            |draft: &mut OcspDraft, reason| draft.single().revoke(b"20260101000000Z", reason);
        OcspDraft::verdict_after(&RULE, |draft| revoke(draft, Some(1))).unwrap();
        OcspDraft::verdict_after(&RULE, |draft| revoke(draft, None)).unwrap();
    }

    #[test]
    fn a_reason_that_does_not_exist_is_found() {
        assert!(
            OcspDraft::verdict_after(&RULE, |draft| draft
                .single()
                .revoke(b"20260101000000Z", Some(7)))
            .is_err()
        );
        assert!(
            OcspDraft::verdict_after(&RULE, |draft| draft
                .single()
                .revoke(b"20260101000000Z", Some(11)))
            .is_err()
        );
    }
}
