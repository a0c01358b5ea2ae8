//! A CRL without entries has no list of them.

use crate::lint::rule::{Check, Rule, Severity, Verdict, every_crl};
use crate::lint::view::CrlView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.crl-list-not-empty",
    citation: "RFC 5280 §5.1.2.6",
    severity: Severity::Error,
    check: Check::Crl { applies: every_crl, check },
};

fn check(view: &CrlView<'_>) -> Verdict {
    if view.has_empty_list() {
        return Err("revokedCertificates is there and empty".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn entries_and_no_list_at_all_pass() {
        CrlDraft::good().verdict(&RULE).unwrap();
        CrlDraft::verdict_after(&RULE, |draft| draft.entries = None).unwrap();
    }

    #[test]
    fn an_empty_list_is_found() {
        assert!(CrlDraft::verdict_after(&RULE, |draft| draft.entries = Some(Vec::new())).is_err());
    }
}
