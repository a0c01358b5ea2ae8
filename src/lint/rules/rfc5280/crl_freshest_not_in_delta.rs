//! freshestCRL stands in complete CRLs only, not critical.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict, every_crl};
use crate::lint::view::CrlView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.crl-freshest-not-in-delta",
    citation: "RFC 5280 §5.2.6",
    severity: Severity::Error,
    check: Check::Crl { applies: every_crl, check },
};

fn check(view: &CrlView<'_>) -> Verdict {
    match view.extension(rfc5280::ID_CE_FRESHEST_CRL) {
        Some(_) if view.is_delta() => Err("freshestCRL in a delta CRL".to_owned()),
        Some(extension) if extension.critical => Err("freshestCRL is critical".to_owned()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn an_uncritical_one_in_a_complete_crl_passes() {
        CrlDraft::good().verdict(&RULE).unwrap();
        let oid = rfc5280::ID_CE_FRESHEST_CRL;
        CrlDraft::verdict_after(&RULE, |draft| draft.set(oid, false, &[0x30, 0])).unwrap();
    }

    #[test]
    fn one_in_a_delta_crl_and_a_critical_one_are_found() {
        let oid = rfc5280::ID_CE_FRESHEST_CRL;
        let mut delta = CrlDraft::delta();
        delta.set(oid, false, &[0x30, 0]);
        assert!(delta.verdict(&RULE).is_err());
        let critical = CrlDraft::verdict_after(&RULE, |draft| draft.set(oid, true, &[0x30, 0]));
        assert!(critical.is_err());
    }
}
