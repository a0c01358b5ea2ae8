//! invalidityDate is a GeneralizedTime to the second and in UTC, not critical.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict, every_crl};
use crate::lint::view::{CrlView, TimeView};

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.crl-invalidity-date",
    citation: "RFC 5280 §5.3.2",
    severity: Severity::Error,
    check: Check::Crl { applies: every_crl, check },
};

fn check(view: &CrlView<'_>) -> Verdict {
    for entry in view.entries() {
        let Some(extension) = entry.extension(rfc5280::ID_CE_INVALIDITY_DATE) else { continue };
        if extension.critical {
            return Err(format!("entry {} has a critical invalidityDate", entry.shown()));
        }
        let fault = match TimeView::of_value(extension.value) {
            Ok(time) => time.generalized_fault("invalidityDate"),
            Err(error) => Err(format!("invalidityDate cannot be read: {error}")),
        };
        if let Err(fault) = fault {
            return Err(format!("entry {}: {fault}", entry.shown()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_generalized_time_passes() {
        CrlDraft::good().verdict(&RULE).unwrap();
        let date = tlv(0x18, b"20251224000000Z");
        CrlDraft::verdict_after(&RULE, |draft| add(draft, false, &date)).unwrap();
    }

    #[test]
    fn another_form_and_a_critical_one_are_found() {
        assert!(
            CrlDraft::verdict_after(&RULE, |draft| add(draft, false, &tlv(0x17, b"251224000000Z")))
                .is_err()
        );
        assert!(
            CrlDraft::verdict_after(&RULE, |draft| add(
                draft,
                false,
                &tlv(0x18, b"20251224000000.5Z")
            ))
            .is_err()
        );
        assert!(
            CrlDraft::verdict_after(&RULE, |draft| add(
                draft,
                true,
                &tlv(0x18, b"20251224000000Z")
            ))
            .is_err()
        );
        assert!(CrlDraft::verdict_after(&RULE, |draft| add(draft, false, &[0x18, 9])).is_err());
    }

    fn add(draft: &mut CrlDraft, critical: bool, value: &[u8]) {
        let extension = (rfc5280::ID_CE_INVALIDITY_DATE, critical, value.to_vec());
        draft.entry().extensions.push(extension);
    }
}
