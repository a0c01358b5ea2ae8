//! A component is the user that its role is bound to, prefix and all.

use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "kubernetes.component-user",
    citation: "Kubernetes: Using RBAC Authorization, Core component roles",
    severity: Severity::Warning,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    view.is_client() && !view.is_server()
}

fn check(view: &CertificateView<'_>) -> Verdict {
    for name in view.common_names() {
        let name = Escaped(&name).to_string();
        if COMPONENTS.contains(&&*name) {
            return Err(format!("CN={name} has no rights; the component is system:{name}"));
        }
        if name.starts_with("system:system:") {
            return Err(format!("CN={name} has its prefix twice"));
        }
    }
    Ok(())
}

const COMPONENTS: [&str; 3] = ["kube-scheduler", "kube-controller-manager", "kube-proxy"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn exact_users_pass() {
        for subject in ["CN=system:kube-scheduler", "CN=kube-apiserver-kubelet-client", "CN=jane"] {
            Sample::client().verdict_after(&RULE, |draft| draft.set_subject(subject)).unwrap();
        }
    }

    #[test]
    fn missing_and_doubled_prefixes_are_found() {
        for subject in ["CN=kube-scheduler", "CN=kube-proxy", "CN=system:system:kube-scheduler"] {
            let verdict = Sample::client().verdict_after(&RULE, |draft| draft.set_subject(subject));
            assert!(verdict.is_err(), "{subject}");
        }
    }

    #[test]
    fn servers_pass_even_those_that_are_clients_too() {
        let subject = "CN=kube-scheduler";
        Sample::server().verdict_after(&RULE, |draft| draft.set_subject(subject)).unwrap();
        let both = Sample::client().verdict_after(&RULE, |draft| {
            draft.set_subject(subject);
            draft.set_both_purposes();
        });
        both.unwrap();
    }
}
