//! Only extensions that verifiers of CRLs know are critical.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict, every_crl};
use crate::lint::view::CrlView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.crl-known-critical-extensions",
    citation: "RFC 5280 §5.2",
    severity: Severity::Error,
    check: Check::Crl { applies: every_crl, check },
};

fn check(view: &CrlView<'_>) -> Verdict {
    let stray = view.extensions.iter().find(|one| one.critical && !IN_A_CRL.contains(&one.oid));
    if let Some(stray) = stray {
        return Err(format!("extension {} is critical; verifiers refuse the CRL", stray.oid));
    }
    Ok(())
}

/// What a verifier of RFC 5280 §6.3 processes.
const IN_A_CRL: [ObjectIdentifier; 2] =
    [rfc5280::ID_CE_ISSUING_DISTRIBUTION_POINT, rfc5280::ID_CE_DELTA_CRL_INDICATOR];

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
    fn an_unknown_critical_extension_is_found() {
        let oid = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.1");
        assert!(CrlDraft::verdict_after(&RULE, |draft| draft.set(oid, true, &[5, 0])).is_err());
    }
}
