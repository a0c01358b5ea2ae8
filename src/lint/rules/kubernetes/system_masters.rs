//! system:masters bypasses RBAC and cannot be taken back before the certificate ends.

use const_oid::db::rfc4519;

use crate::lint::rule::{Check, Rule, Severity, Verdict, leaf_only};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "kubernetes.system-masters",
    citation: "Kubernetes: RBAC good practices, Least privilege",
    severity: Severity::Warning,
    check: Check::Certificate { applies: leaf_only, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let mut groups = view.attributes_of(rfc4519::ORGANIZATION_NAME);
    if groups.any(|group| group.text() == "system:masters") {
        return Err("O=system:masters bypasses RBAC; prefer kubeadm:cluster-admins".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn another_group_passes() {
        Sample::client().verdict(&RULE).unwrap();
    }

    #[test]
    fn system_masters_is_found() {
        let verdict = Sample::client()
            .verdict_after(&RULE, |draft| draft.set_subject("CN=a,O=system:masters"));
        assert!(verdict.is_err());
    }
}
