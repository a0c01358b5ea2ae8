//! Each list of subtrees that nameConstraints has holds one.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.name-constraints-subtrees",
    citation: "RFC 5280 §4.2.1.10",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let lists = view.elements_of(rfc5280::ID_CE_NAME_CONSTRAINTS).unwrap_or_default();
    if lists.iter().any(|list| list.content.is_empty()) {
        return Err("nameConstraints has an empty list of subtrees".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_list_of_one_passes() {
        let value = permitted(&general_name(2, b"example.com"));
        let verdict = Sample::intermediate()
            .verdict_after(&RULE, |draft| draft.set(rfc5280::ID_CE_NAME_CONSTRAINTS, true, &value));
        verdict.unwrap();
    }

    #[test]
    fn empty_lists_are_found() {
        for value in [
            sequence(&[&[0xa0, 0]]),
            sequence(&[&tlv(0xa0, &sequence(&[&general_name(2, b"a")])), &[0xa1, 0]]),
        ] {
            let verdict = Sample::intermediate().verdict_after(&RULE, |draft| {
                draft.set(rfc5280::ID_CE_NAME_CONSTRAINTS, true, &value)
            });
            assert!(verdict.is_err());
        }
    }
}
