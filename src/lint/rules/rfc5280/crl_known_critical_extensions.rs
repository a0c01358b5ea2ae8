//! Only extensions that verifiers of CRLs know are critical.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict, every_crl};
use crate::lint::view::CrlView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.crl-known-critical-extensions",
    citation: "RFC 5280 §5.2, §5.3",
    severity: Severity::Error,
    check: Check::Crl { applies: every_crl, check },
};

fn check(view: &CrlView<'_>) -> Verdict {
    let stray = view.extensions.iter().find(|one| one.critical && !IN_A_CRL.contains(&one.oid));
    if let Some(stray) = stray {
        return Err(format!("extension {} is critical; verifiers refuse the CRL", stray.oid));
    }
    for entry in view.entries().filter(|_| view.has_entry_extensions) {
        let known = rfc5280::ID_CE_CERTIFICATE_ISSUER;
        // A critical reason code or invalidity date is the matter of their rules.
        let own = [rfc5280::ID_CE_CRL_REASONS, rfc5280::ID_CE_INVALIDITY_DATE];
        let mut critical = entry.extensions().filter(|one| one.critical && one.oid != known);
        if let Some(stray) = critical.find(|one| !own.contains(&one.oid)) {
            return Err(format!("entry {}: extension {} is critical", entry.shown(), stray.oid));
        }
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
    fn unknown_critical_extensions_are_found_in_the_crl_and_in_entries() {
        let oid = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.1");
        assert!(CrlDraft::verdict_after(&RULE, |draft| draft.set(oid, true, &[5, 0])).is_err());
        assert!(
            CrlDraft::verdict_after(&RULE, |draft| draft.entry().extensions.push((
                oid,
                true,
                vec![5, 0]
            )))
            .is_err()
        );
    }
}
