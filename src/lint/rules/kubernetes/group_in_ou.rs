//! No Kubernetes group in OU, where Kubernetes does not look for it.

use const_oid::db::rfc4519;

use crate::profile::is_kubernetes_group;

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "kubernetes.group-in-ou",
    citation: "Kubernetes: Authentication, X.509 client certificates (groups are O)",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for unit in view.attributes_of(rfc4519::ORGANIZATIONAL_UNIT_NAME) {
        if is_kubernetes_group(&unit.text()) {
            return Err(format!(
                "OU={} looks like a Kubernetes group, which belongs into O",
                unit.text()
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn an_ordinary_unit_passes() {
        let verdict =
            Sample::server().verdict_after(&RULE, |draft| draft.set_subject("CN=a,OU=Sales"));
        verdict.unwrap();
    }

    #[test]
    fn system_masters_and_kubeadm_groups_are_found() {
        for subject in ["CN=a,OU=system:masters", "CN=a,OU=kubeadm:cluster-admins"] {
            let verdict = Sample::client().verdict_after(&RULE, |draft| draft.set_subject(subject));
            assert!(verdict.is_err(), "{subject}");
        }
    }
}
