//! No extension is there twice.

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
    match repeated(&view.extensions, |extension| extension.oid) {
        Some(index) => Err(format!("extension {} is there twice", view.extensions[index].oid)),
        None => Ok(()),
    }
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
    fn a_repeated_extension_is_found() {
        assert!(
            CrlDraft::verdict_after(&RULE, |draft| draft
                .extensions
                .push(draft.extensions[0].clone()))
            .is_err()
        );
    }
}
