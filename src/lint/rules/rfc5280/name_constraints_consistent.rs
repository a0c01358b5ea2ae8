//! No subtree is both permitted and excluded, none is listed twice.

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;
use crate::lint::view::extensions::Subtree;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.name-constraints-consistent",
    citation: "RFC 5280 §4.2.1.10",
    severity: Severity::Warning,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let subtrees = view.subtrees();
    for (index, subtree) in subtrees.iter().enumerate() {
        let same = |other: &&Subtree<'_>| other.base.raw.eq_ignore_ascii_case(subtree.base.raw);
        if let Some(earlier) = subtrees.iter().take(index).find(same) {
            let lists = if earlier.permitted == subtree.permitted {
                "twice"
            } else {
                "both permitted and excluded"
            };
            return Err(format!("the subtree {} is {lists}", hex::encode(subtree.base.raw)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    use const_oid::db::rfc5280;

    #[test]
    fn a_domain_without_a_part_of_it_passes() {
        let value = subtrees(0xa0, b"example.com", 0xa1, b"a.example.com");
        let verdict = Sample::intermediate()
            .verdict_after(&RULE, |draft| draft.set(rfc5280::ID_CE_NAME_CONSTRAINTS, true, &value));
        verdict.unwrap();
    }

    #[test]
    fn contradictions_and_repetitions_are_found() {
        for value in [
            subtrees(0xa0, b"example.com", 0xa1, b"example.com"),
            sequence(&[&tlv(
                0xa0,
                &[sequence(&[&general_name(2, b"a")]), sequence(&[&general_name(2, b"A")])]
                    .concat(),
            )]),
        ] {
            let verdict = Sample::intermediate().verdict_after(&RULE, |draft| {
                draft.set(rfc5280::ID_CE_NAME_CONSTRAINTS, true, &value)
            });
            assert!(verdict.is_err());
        }
    }

    fn subtrees(list: u8, name: &[u8], other_list: u8, other: &[u8]) -> Vec<u8> {
        let subtree = |name| sequence(&[&general_name(2, name)]);
        sequence(&[&tlv(list, &subtree(name)), &tlv(other_list, &subtree(other))])
    }
}
