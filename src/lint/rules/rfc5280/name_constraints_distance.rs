//! Subtrees have no minimum and no maximum.

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.name-constraints-distance",
    citation: "RFC 5280 §4.2.1.10",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    if view.subtrees().iter().any(|subtree| subtree.has_distance) {
        return Err("a subtree of nameConstraints has a minimum or maximum".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    use const_oid::db::rfc5280;

    #[test]
    fn a_bare_subtree_passes() {
        let value = permitted(&general_name(2, b"example.com"));
        let verdict = Sample::intermediate()
            .verdict_after(&RULE, |draft| draft.set(rfc5280::ID_CE_NAME_CONSTRAINTS, true, &value));
        verdict.unwrap();
    }

    #[test]
    fn minimum_and_maximum_are_found() {
        for value in [
            sequence(&[&tlv(0xa0, &sequence(&[&general_name(2, b"a"), &[0x80, 1, 0]]))]),
            sequence(&[&tlv(0xa1, &sequence(&[&general_name(2, b"a"), &[0x81, 1, 3]]))]),
        ] {
            let verdict = Sample::intermediate().verdict_after(&RULE, |draft| {
                draft.set(rfc5280::ID_CE_NAME_CONSTRAINTS, true, &value)
            });
            assert!(verdict.is_err());
        }
    }
}
