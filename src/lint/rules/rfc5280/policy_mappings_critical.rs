//! policyMappings is critical and maps policies that certificatePolicies asserts.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.policy-mappings-critical",
    citation: "RFC 5280 §4.2.1.5",
    severity: Severity::Warning,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    view.extension(rfc5280::ID_CE_POLICY_MAPPINGS).is_some()
}

fn check(view: &CertificateView<'_>) -> Verdict {
    if view.extension(rfc5280::ID_CE_POLICY_MAPPINGS).is_some_and(|one| !one.critical) {
        return Err("policyMappings is not critical".to_owned());
    }
    let policies = view.policies();
    let asserted =
        |oid| policies.iter().any(|policy| policy.oid == oid || policy.oid == rfc5280::ANY_POLICY);
    match view.policy_mappings().iter().find(|(from, _)| !asserted(*from)) {
        Some((from, _)) => Err(format!("{from} is mapped and not in certificatePolicies")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_critical_mapping_of_an_asserted_policy_passes() {
        mapped(true, "1.3.6.1.4.1.99999.1").unwrap();
    }

    #[test]
    fn an_uncritical_one_and_a_strange_policy_are_found() {
        assert!(mapped(false, "1.3.6.1.4.1.99999.1").is_err());
        assert!(mapped(true, "1.2.3").is_err());
    }

    fn mapped(critical: bool, from: &str) -> Verdict {
        let value = sequence(&[&sequence(&[&dotted(from), &dotted("1.2.4")])]);
        Sample::intermediate().verdict_after(&RULE, |draft| {
            draft.add(rfc5280::ID_CE_CERTIFICATE_POLICIES, false, &policy(&[]));
            draft.add(rfc5280::ID_CE_POLICY_MAPPINGS, critical, &value);
        })
    }
}
