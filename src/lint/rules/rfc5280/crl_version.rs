//! A CRL has version 2.

use crate::lint::rule::{Check, Rule, Severity, Verdict, every_crl};
use crate::lint::view::CrlView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.crl-version",
    citation: "RFC 5280 §5, §5.1.2.1",
    severity: Severity::Error,
    check: Check::Crl { applies: every_crl, check },
};

fn check(view: &CrlView<'_>) -> Verdict {
    match view.version {
        Some([1]) => Ok(()),
        Some(other) => {
            Err(format!("the CRL has version 0x{}, expected 0x01 (v2)", hex::encode(other)))
        }
        None => Err("the CRL has version 1, expected 2".to_owned()),
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
    fn version_1_and_version_3_are_found() {
        assert!(CrlDraft::verdict_after(&RULE, |draft| draft.version = Vec::new()).is_err());
        assert!(CrlDraft::verdict_after(&RULE, |draft| draft.version = vec![2, 1, 2]).is_err());
    }
}
