//! Each extension of a CRL that has a meaning here has the form of its identifier.

use crate::lint::rule::{Check, Rule, Severity, Verdict, every_crl};
use crate::lint::view::CrlView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.crl-extension-readable",
    citation: "RFC 5280 §5.2",
    severity: Severity::Error,
    check: Check::Crl { applies: every_crl, check },
};

fn check(view: &CrlView<'_>) -> Verdict {
    match view.unreadable.first() {
        Some(one) => Err(format!("extension {} cannot be read: {}", one.oid, one.error)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    use const_oid::db::rfc5280;

    #[test]
    fn a_good_crl_passes() {
        CrlDraft::good().verdict(&RULE).unwrap();
        CrlDraft::delta().verdict(&RULE).unwrap();
    }

    #[test]
    fn a_value_of_another_form_is_found() {
        for oid in [
            rfc5280::ID_CE_CRL_NUMBER,
            rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER,
            rfc5280::ID_CE_DELTA_CRL_INDICATOR,
            rfc5280::ID_CE_ISSUING_DISTRIBUTION_POINT,
        ] {
            let verdict = CrlDraft::verdict_after(&RULE, |draft| draft.set(oid, false, &[5, 0]));
            assert!(verdict.is_err(), "{oid}");
        }
    }
}
