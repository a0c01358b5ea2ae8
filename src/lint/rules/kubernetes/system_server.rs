//! A server is not named like a user of the system, but for a kubelet.

use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "kubernetes.system-server",
    citation: "Kubernetes: PKI certificates and requirements",
    severity: Severity::Warning,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    view.is_server() && !view.is_client()
}

fn check(view: &CertificateView<'_>) -> Verdict {
    let mut names = view.common_names().into_iter();
    match names.find(|name| name.starts_with("system:") && !name.starts_with("system:node:")) {
        Some(name) => Err(format!("a server is called {}", Escaped(&name))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn servers_and_kubelets_pass() {
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set_subject("CN=kube-apiserver");
        });
        verdict.unwrap();
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set_subject("CN=system:node:worker-1,O=system:nodes");
        });
        verdict.unwrap();
    }

    #[test]
    fn a_user_of_the_system_is_found() {
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set_subject("CN=system:kube-controller-manager");
        });
        assert!(verdict.is_err());
    }

    #[test]
    fn clients_pass_even_those_that_are_servers_too() {
        let subject = "CN=system:kube-proxy";
        Sample::client().verdict_after(&RULE, |draft| draft.set_subject(subject)).unwrap();
        let both = Sample::server().verdict_after(&RULE, |draft| {
            draft.set_subject(subject);
            draft.set_both_purposes();
        });
        both.unwrap();
    }
}
