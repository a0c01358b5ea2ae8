//! A node client is CN=system:node:NAME with exactly the group system:nodes.

use const_oid::db::{rfc4519, rfc5280};

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "kubernetes.node-identity",
    citation: "Kubernetes: Using Node Authorization",
    severity: Severity::Error,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    view.extended_key_usage.contains(&rfc5280::ID_KP_CLIENT_AUTH)
}

fn check(view: &CertificateView<'_>) -> Verdict {
    let is_node = view
        .attributes_of(rfc4519::COMMON_NAME)
        .any(|name| name.text().starts_with("system:node:"));
    let groups: Vec<_> =
        view.attributes_of(rfc4519::ORGANIZATION_NAME).map(|group| group.text()).collect();
    let is_node_group = groups.iter().any(|group| group == "system:nodes");
    match (is_node, is_node_group) {
        (true, _) if groups != ["system:nodes"] => Err(format!(
            "a node's groups are [{}], expected exactly system:nodes",
            groups.join(", ")
        )),
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
    fn a_kubelet_and_another_client_pass() {
        Sample::kubelet().verdict(&RULE).unwrap();
        Sample::client().verdict(&RULE).unwrap();
    }

    #[test]
    fn a_node_without_its_group_and_the_group_without_a_node_are_found() {
        for subject in [
            "CN=system:node:w1",
            "CN=system:node:w1,O=system:nodes,O=system:masters",
            "CN=jane,O=system:nodes",
        ] {
            let verdict =
                Sample::kubelet().verdict_after(&RULE, |draft| draft.set_subject(subject));
            assert!(verdict.is_err(), "{subject}");
        }
    }

    #[test]
    fn a_server_passes_for_another_rule_judges_it() {
        let subject = "CN=system:node:w1";
        Sample::server().verdict_after(&RULE, |draft| draft.set_subject(subject)).unwrap();
    }
}
