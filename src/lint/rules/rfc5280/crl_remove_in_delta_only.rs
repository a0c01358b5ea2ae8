//! removeFromCRL stands in delta CRLs only.

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CrlView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.crl-remove-in-delta-only",
    citation: "RFC 5280 §5.3.1",
    severity: Severity::Error,
    check: Check::Crl { applies, check },
};

fn applies(view: &CrlView<'_>) -> bool {
    !view.is_delta()
}

fn check(view: &CrlView<'_>) -> Verdict {
    match view.entries().find(|entry| entry.reason() == Some(Some(8))) {
        Some(entry) => {
            Err(format!("entry {} has the reason removeFromCRL in a complete CRL", entry.shown()))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_delta_crl_may_remove() {
        let mut delta = CrlDraft::delta();
        *delta.entry() = EntryDraft::new(7, 8);
        delta.verdict(&RULE).unwrap();
        CrlDraft::good().verdict(&RULE).unwrap();
    }

    #[test]
    fn a_removal_from_a_complete_crl_is_found() {
        assert!(
            CrlDraft::verdict_after(&RULE, |draft| *draft.entry() = EntryDraft::new(7, 8)).is_err()
        );
    }
}
