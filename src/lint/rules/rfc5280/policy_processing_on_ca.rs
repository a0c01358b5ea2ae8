//! Only CA certificates map policies, require them or inhibit anyPolicy.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict, leaf_only};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.policy-processing-on-ca",
    citation: "RFC 5280 §4.2.1.5, §4.2.1.11, §4.2.1.14",
    severity: Severity::Error,
    check: Check::Certificate { applies: leaf_only, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for (oid, name) in [
        (rfc5280::ID_CE_POLICY_MAPPINGS, "policyMappings"),
        (rfc5280::ID_CE_POLICY_CONSTRAINTS, "policyConstraints"),
        (rfc5280::ID_CE_INHIBIT_ANY_POLICY, "inhibitAnyPolicy"),
    ] {
        if view.extension(oid).is_some() {
            return Err(format!("{name} in a certificate that is no CA"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_leaf_without_them_passes() {
        Sample::server().verdict(&RULE).unwrap();
        let oid = rfc5280::ID_CE_INHIBIT_ANY_POLICY;
        Sample::root().verdict_after(&RULE, |draft| draft.add(oid, true, &[2, 1, 0])).unwrap();
    }

    #[test]
    fn a_leaf_with_one_is_found() {
        let oid = rfc5280::ID_CE_INHIBIT_ANY_POLICY;
        let verdict =
            Sample::server().verdict_after(&RULE, |draft| draft.add(oid, true, &[2, 1, 0]));
        assert!(verdict.is_err());
    }
}
