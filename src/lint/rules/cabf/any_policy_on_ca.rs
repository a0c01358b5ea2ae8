//! anyPolicy is for CAs: a leaf has a policy of its own.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict, leaf_only};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "cabf.any-policy-on-ca",
    citation: "CA/Browser Forum BR 7.1.2.7.9, RFC 5280 §4.2.1.4",
    severity: Severity::Warning,
    check: Check::Certificate { applies: leaf_only, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    if view.policies().iter().any(|policy| policy.oid == rfc5280::ANY_POLICY) {
        return Err("anyPolicy in a certificate that is no CA".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_policy_of_its_own_passes() {
        let oid = rfc5280::ID_CE_CERTIFICATE_POLICIES;
        Sample::server().verdict_after(&RULE, |draft| draft.add(oid, false, &policy(&[]))).unwrap();
    }

    #[test]
    fn any_policy_is_found() {
        let value = sequence(&[&sequence(&[&oid(rfc5280::ANY_POLICY)])]);
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.add(rfc5280::ID_CE_CERTIFICATE_POLICIES, false, &value);
        });
        assert!(verdict.is_err());
    }
}
