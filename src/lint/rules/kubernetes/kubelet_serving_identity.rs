//! A kubelet serves as CN=system:node:NAME with exactly the group system:nodes.

use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "kubernetes.kubelet-serving-identity",
    citation: "Kubernetes: Certificate Signing Requests, kubernetes.io/kubelet-serving",
    severity: Severity::Error,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    view.is_server() && !view.is_client()
}

fn check(view: &CertificateView<'_>) -> Verdict {
    let is_node = view.common_names().iter().any(|name| name.starts_with("system:node:"));
    let groups = view.organizations();
    let is_node_group = groups.iter().any(|group| group == "system:nodes");
    match (is_node, is_node_group) {
        (true, _) if groups != ["system:nodes"] => {
            let groups = groups.join(", ");
            Err(format!(
                "a kubelet's groups are [{}], expected exactly system:nodes",
                Escaped(&groups)
            ))
        }
        (false, true) => {
            Err("the group system:nodes without a common name system:node:NAME".to_owned())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_kubelet_and_another_server_pass() {
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set_subject("CN=system:node:worker-1,O=system:nodes");
        });
        verdict.unwrap();
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set_subject("CN=www.example.com,O=Example");
        });
        verdict.unwrap();
    }

    #[test]
    fn a_node_without_its_group_and_the_group_without_a_node_are_found() {
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set_subject("CN=system:node:worker-1");
        });
        assert!(verdict.is_err());
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set_subject("CN=worker-1,O=system:nodes");
        });
        assert!(verdict.is_err());
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set_subject("CN=system:node:worker-1,O=system:nodes,O=system:masters");
        });
        assert!(verdict.is_err());
    }

    #[test]
    fn clients_pass_even_those_that_are_servers_too() {
        let subject = "CN=worker-1,O=system:nodes";
        Sample::client().verdict_after(&RULE, |draft| draft.set_subject(subject)).unwrap();
        let both = Sample::server().verdict_after(&RULE, |draft| {
            draft.set_subject(subject);
            draft.set_both_purposes();
        });
        both.unwrap();
    }
}
