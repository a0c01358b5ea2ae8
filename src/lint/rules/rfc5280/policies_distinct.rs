//! certificatePolicies holds a policy, each once.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.policies-distinct",
    citation: "RFC 5280 §4.2.1.4",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let policies = view.policies();
    let extension = view.elements_of(rfc5280::ID_CE_CERTIFICATE_POLICIES);
    if extension.is_some_and(|elements| elements.is_empty()) {
        return Err("certificatePolicies holds no policy".to_owned());
    }
    for (index, policy) in policies.iter().enumerate() {
        if policies.iter().take(index).any(|earlier| earlier.oid == policy.oid) {
            return Err(format!("certificatePolicies has {} twice", policy.oid));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn distinct_policies_pass() {
        for value in [
            policy(&[]),
            sequence(&[&sequence(&[&dotted("2.23.140.1.2.1")]), &sequence(&[&dotted("1.2.3")])]),
        ] {
            let verdict = Sample::server().verdict_after(&RULE, |draft| {
                draft.set(rfc5280::ID_CE_CERTIFICATE_POLICIES, false, &value)
            });
            verdict.unwrap();
        }
    }

    #[test]
    fn no_policy_and_a_repeated_one_are_found() {
        for value in [
            vec![0x30, 0],
            sequence(&[
                &sequence(&[&dotted("2.23.140.1.2.1")]),
                &sequence(&[&dotted("2.23.140.1.2.1")]),
            ]),
        ] {
            let verdict = Sample::server().verdict_after(&RULE, |draft| {
                draft.set(rfc5280::ID_CE_CERTIFICATE_POLICIES, false, &value)
            });
            assert!(verdict.is_err());
        }
    }
}
