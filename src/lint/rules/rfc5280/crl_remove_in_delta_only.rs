//! removeFromCRL stands in delta CRLs only.

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::{CrlEntry, CrlView};

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.crl-remove-in-delta-only",
    citation: "RFC 5280 §5.3.1",
    severity: Severity::Error,
    check: Check::CrlEntry { applies, check },
};

fn applies(view: &CrlView<'_>) -> bool {
    !view.is_delta()
}

fn check(_: &CrlView<'_>, entry: &CrlEntry<'_>) -> Verdict {
    if entry.reason == Some(Some(8)) {
        return Err("the reason removeFromCRL in a complete CRL".to_owned());
    }
    Ok(())
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
