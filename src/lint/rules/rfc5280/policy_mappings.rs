//! policyMappings maps something, and neither from nor to anyPolicy.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.policy-mappings",
    citation: "RFC 5280 §4.2.1.5",
    severity: Severity::Error,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    view.extension(rfc5280::ID_CE_POLICY_MAPPINGS).is_some()
}

fn check(view: &CertificateView<'_>) -> Verdict {
    if view.elements_of(rfc5280::ID_CE_POLICY_MAPPINGS).is_some_and(|list| list.is_empty()) {
        return Err("policyMappings maps nothing".to_owned());
    }
    match view.policy_mappings().iter().find(|(a, b)| [*a, *b].contains(&rfc5280::ANY_POLICY)) {
        Some((from, to)) => Err(format!("policyMappings maps {from} to {to}, one is anyPolicy")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_mapping_passes() {
        mapped(&[&dotted("1.2.3"), &dotted("1.2.4")]).unwrap();
    }

    #[test]
    fn any_policy_and_no_mapping_are_found() {
        assert!(mapped(&[&dotted("1.2.3"), &oid(rfc5280::ANY_POLICY)]).is_err());
        assert!(mapped(&[&oid(rfc5280::ANY_POLICY), &dotted("1.2.3")]).is_err());
        assert!(mapped(&[]).is_err());
    }

    fn mapped(pair: &[&[u8]]) -> Verdict {
        let value = if pair.is_empty() { vec![0x30, 0] } else { sequence(&[&sequence(pair)]) };
        let oid = rfc5280::ID_CE_POLICY_MAPPINGS;
        Sample::intermediate().verdict_after(&RULE, |draft| draft.add(oid, true, &value))
    }
}
