//! A delta CRL says so critically, and its base is older than itself.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CrlView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.crl-delta-indicator",
    citation: "RFC 5280 §5.2.4",
    severity: Severity::Error,
    check: Check::Crl { applies, check },
};

fn applies(view: &CrlView<'_>) -> bool {
    view.is_delta()
}

fn check(view: &CrlView<'_>) -> Verdict {
    let critical = view
        .extension(rfc5280::ID_CE_DELTA_CRL_INDICATOR)
        .is_some_and(|extension| extension.critical);
    if !critical {
        return Err("deltaCRLIndicator is not critical".to_owned());
    }
    let (Some(base), Some(own)) = (view.base_number, view.number) else { return Ok(()) };
    // Both are positive, so the longer one is the larger one, and equal lengths compare as octets.
    if (base.len(), base) >= (own.len(), own) {
        let (base, own) = (hex::encode(base), hex::encode(own));
        return Err(format!("the delta CRL 0x{own} is for the base 0x{base}, which is not older"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn an_older_base_passes() {
        CrlDraft::delta().verdict(&RULE).unwrap();
        CrlDraft::good().verdict(&RULE).unwrap();
    }

    #[test]
    fn an_uncritical_indicator_and_a_younger_base_are_found() {
        let oid = rfc5280::ID_CE_DELTA_CRL_INDICATOR;
        assert!(CrlDraft::verdict_after(&RULE, |draft| draft.set(oid, false, &[2, 1, 4])).is_err());
        assert!(CrlDraft::verdict_after(&RULE, |draft| draft.set(oid, true, &[2, 1, 5])).is_err());
        assert!(
            CrlDraft::verdict_after(&RULE, |draft| draft.set(oid, true, &[2, 2, 1, 0])).is_err()
        );
    }
}
