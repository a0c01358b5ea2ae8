//! The client certificate of a kubelet has no alternative names.

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "kubernetes.kubelet-client-nameless",
    citation: "Kubernetes: Certificate Signing Requests, kubernetes.io/kube-apiserver-client-kubelet",
    severity: Severity::Warning,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    let is_node = view.common_names().iter().any(|name| name.starts_with("system:node:"));
    is_node && view.is_client() && !view.is_server()
}

fn check(view: &CertificateView<'_>) -> Verdict {
    match view.sans.len() {
        0 => Ok(()),
        count => Err(format!("a kubelet's client certificate has {count} alternative names")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn no_names_pass() {
        Sample::kubelet().verdict(&RULE).unwrap();
        Sample::server().verdict(&RULE).unwrap();
    }

    #[test]
    fn a_name_is_found() {
        let verdict = Sample::kubelet().verdict_after(&RULE, |draft| {
            draft.set_dns(&["worker-1"]);
        });
        assert!(verdict.is_err());
    }
}
