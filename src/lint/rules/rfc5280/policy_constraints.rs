//! policyConstraints constrains something, and is critical.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.policy-constraints",
    citation: "RFC 5280 §4.2.1.11",
    severity: Severity::Error,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    view.extension(rfc5280::ID_CE_POLICY_CONSTRAINTS).is_some()
}

fn check(view: &CertificateView<'_>) -> Verdict {
    let oid = rfc5280::ID_CE_POLICY_CONSTRAINTS;
    if view.extension(oid).is_some_and(|extension| !extension.critical) {
        return Err("policyConstraints is not critical".to_owned());
    }
    if view.elements_of(oid).is_some_and(|parts| parts.is_empty()) {
        return Err("policyConstraints constrains nothing".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_critical_constraint_passes() {
        constrained(true, &[0x30, 3, 0x80, 1, 0]).unwrap();
    }

    #[test]
    fn an_uncritical_and_an_empty_one_are_found() {
        assert!(constrained(false, &[0x30, 3, 0x80, 1, 0]).is_err());
        assert!(constrained(true, &[0x30, 0]).is_err());
    }

    fn constrained(critical: bool, value: &[u8]) -> Verdict {
        let oid = rfc5280::ID_CE_POLICY_CONSTRAINTS;
        Sample::intermediate().verdict_after(&RULE, |draft| draft.add(oid, critical, value))
    }
}
