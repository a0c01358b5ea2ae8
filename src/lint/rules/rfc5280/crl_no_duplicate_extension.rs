//! No extension is there twice, in the CRL or in an entry.

use crate::lint::rule::{Check, Rule, Severity, Verdict, every_crl};
use crate::lint::view::{CrlView, repeated};

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.crl-no-duplicate-extension",
    citation: "RFC 5280 §5.2, §4.2",
    severity: Severity::Error,
    check: Check::Crl { applies: every_crl, check },
};

fn check(view: &CrlView<'_>) -> Verdict {
    if let Some(index) = repeated(&view.extensions, |extension| extension.oid) {
        return Err(format!("extension {} is there twice", view.extensions[index].oid));
    }
    for entry in view.entries().filter(|_| view.has_entry_extensions) {
        for (index, extension) in entry.extensions().enumerate() {
            if entry.extensions().take(index).any(|earlier| earlier.oid == extension.oid) {
                return Err(format!("entry {}: {} is there twice", entry.shown(), extension.oid));
            }
        }
    }
    Ok(())
}

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
    fn a_repeated_extension_is_found_in_the_crl_and_in_an_entry() {
        assert!(
            CrlDraft::verdict_after(&RULE, |draft| draft
                .extensions
                .push(draft.extensions[0].clone()))
            .is_err()
        );
        assert!(
            CrlDraft::verdict_after(&RULE, |draft| {
                let entry = draft.entry();
                entry.extensions.push(entry.extensions[0].clone());
            })
            .is_err()
        );
    }
}
