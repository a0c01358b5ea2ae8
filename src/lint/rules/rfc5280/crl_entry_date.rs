//! Nothing is revoked after the CRL was issued.

use crate::lint::rule::{Check, Rule, Severity, Verdict, every_crl};
use crate::lint::view::CrlView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.crl-entry-date",
    citation: "RFC 5280 §5.1.2.4, §5.1.2.6",
    severity: Severity::Error,
    check: Check::Crl { applies: every_crl, check },
};

fn check(view: &CrlView<'_>) -> Verdict {
    let Some(issued) = view.this_update.instant else { return Ok(()) };
    for entry in view.entries() {
        if let Some(date) = entry.date().instant.filter(|date| *date > issued) {
            return Err(format!("entry {} is revoked at {date}, after {issued}", entry.shown()));
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
    fn a_revocation_in_the_future_of_the_crl_is_found() {
        assert!(
            CrlDraft::verdict_after(&RULE, |draft| draft.entry().date =
                tlv(0x17, b"260102000001Z"))
            .is_err()
        );
    }
}
