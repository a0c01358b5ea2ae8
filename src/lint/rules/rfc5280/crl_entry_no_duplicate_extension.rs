//! No extension is there twice in an entry.

use crate::lint::rule::{Check, Rule, Severity, Verdict, every_crl};
use crate::lint::view::{CrlEntry, CrlView, repeated};

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.crl-entry-no-duplicate-extension",
    citation: "RFC 5280 §5.3, §4.2",
    severity: Severity::Error,
    check: Check::CrlEntry { applies: every_crl, check },
};

fn check(_: &CrlView<'_>, entry: &CrlEntry<'_>) -> Verdict {
    if entry.extension_count < 2 {
        return Ok(());
    }
    let extensions: Vec<_> = entry.extensions().map(|extension| extension.oid).collect();
    match repeated(&extensions, |oid| *oid) {
        Some(index) => Err(format!("extension {} is there twice", extensions[index])),
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
    fn a_repeated_extension_is_found() {
        assert!(
            CrlDraft::verdict_after(&RULE, |draft| {
                let entry = draft.entry();
                entry.extensions.push(entry.extensions[0].clone());
            })
            .is_err()
        );
    }

    #[test]
    fn a_repetition_behind_another_extension_is_found() {
        let verdict = CrlDraft::verdict_after(&RULE, |draft| {
            let entry = draft.entry();
            let date = tlv(0x18, b"20260101000000Z");
            entry.extensions.push((rfc5280::ID_CE_INVALIDITY_DATE, false, date));
            entry.extensions.push(entry.extensions[0].clone());
        });
        assert!(verdict.is_err());
    }
}
