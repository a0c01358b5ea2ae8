//! Nothing is revoked after the CRL was issued.

use crate::lint::rule::{Check, Rule, Severity, Verdict, every_crl};
use crate::lint::view::{CrlEntry, CrlView};

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.crl-entry-date",
    citation: "RFC 5280 §5.1.2.4, §5.1.2.6",
    severity: Severity::Error,
    check: Check::CrlEntry { applies: every_crl, check },
};

fn check(view: &CrlView<'_>, entry: &CrlEntry<'_>) -> Verdict {
    match (entry.date().instant, view.this_update.instant) {
        (Some(date), Some(issued)) if date > issued => {
            Err(format!("revoked at {date}, after thisUpdate {issued}"))
        }
        // A time that cannot be read is the matter of another rule.
        _ => Ok(()),
    }
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
    fn a_revocation_in_the_future_of_the_crl_is_found() {
        assert!(
            CrlDraft::verdict_after(&RULE, |draft| draft.entry().date =
                tlv(0x17, b"260102000001Z"))
            .is_err()
        );
    }

    #[test]
    fn a_revocation_at_the_time_of_the_crl_passes() {
        CrlDraft::verdict_after(&RULE, |draft| {
            let now = draft.this_update.clone();
            draft.entry().date = now;
        })
        .unwrap();
    }
}
