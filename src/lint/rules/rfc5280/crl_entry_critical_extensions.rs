//! Only certificateIssuer is critical in an entry.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict, every_crl};
use crate::lint::view::{CrlEntry, CrlView};

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.crl-entry-critical-extensions",
    citation: "RFC 5280 §5.3",
    severity: Severity::Error,
    check: Check::CrlEntry { applies: every_crl, check },
};

fn check(_: &CrlView<'_>, entry: &CrlEntry<'_>) -> Verdict {
    if !entry.has_critical {
        return Ok(());
    }
    // That a reason code or an invalidity date is critical is the matter of their rules.
    let others = [
        rfc5280::ID_CE_CERTIFICATE_ISSUER,
        rfc5280::ID_CE_CRL_REASONS,
        rfc5280::ID_CE_INVALIDITY_DATE,
    ];
    match entry.extensions().find(|one| one.critical && !others.contains(&one.oid)) {
        Some(stray) => Err(format!("extension {} is critical", stray.oid)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    use const_oid::ObjectIdentifier;

    #[test]
    fn a_good_crl_passes() {
        CrlDraft::good().verdict(&RULE).unwrap();
        CrlDraft::delta().verdict(&RULE).unwrap();
    }

    #[test]
    fn an_unknown_critical_extension_is_found() {
        let oid = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.1");
        assert!(
            CrlDraft::verdict_after(&RULE, |draft| draft.entry().extensions.push((
                oid,
                true,
                vec![5, 0]
            )))
            .is_err()
        );
    }

    #[test]
    fn a_critical_reason_code_is_left_to_its_own_rule() {
        CrlDraft::verdict_after(&RULE, |draft| draft.entry().extensions[0].1 = true).unwrap();
    }
}
