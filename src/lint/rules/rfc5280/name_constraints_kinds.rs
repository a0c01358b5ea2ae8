//! nameConstraints does not constrain x400Address, ediPartyName or registeredID.

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;
use crate::lint::view::names::kind;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.name-constraints-kinds",
    citation: "RFC 5280 §4.2.1.10",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    match view
        .subtrees()
        .iter()
        .find_map(|subtree| kind(&subtree.base).filter(|n| [3, 5, 8].contains(n)))
    {
        Some(number) => Err(format!("nameConstraints constrains names of kind [{number}]")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    use const_oid::db::rfc5280;

    #[test]
    fn host_names_pass() {
        let value = permitted(&general_name(2, b"example.com"));
        let verdict = Sample::intermediate()
            .verdict_after(&RULE, |draft| draft.set(rfc5280::ID_CE_NAME_CONSTRAINTS, true, &value));
        verdict.unwrap();
    }

    #[test]
    fn kinds_without_rules_are_found() {
        for value in [permitted(&general_name(8, &[0x2a, 3])), permitted(&tlv(0xa5, &[]))] {
            let verdict = Sample::intermediate().verdict_after(&RULE, |draft| {
                draft.set(rfc5280::ID_CE_NAME_CONSTRAINTS, true, &value)
            });
            assert!(verdict.is_err());
        }
    }
}
