//! A node is named as the API has it: lower-case labels within 253 characters.

use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::rules::syntax::is_domain;
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "kubernetes.node-name",
    citation: "Kubernetes: Object Names and IDs, DNS subdomain names",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for user in view.common_names() {
        let Some(name) = user.strip_prefix("system:node:") else { continue };
        if !is_domain(name) || name.chars().any(|c| c.is_ascii_uppercase()) {
            return Err(format!("CN={} names no node", Escaped(&user)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn names_of_nodes_pass() {
        for subject in ["CN=system:node:worker-1", "CN=system:node:worker-1.example.com", "CN=Jane"]
        {
            Sample::kubelet().verdict_after(&RULE, |draft| draft.set_subject(subject)).unwrap();
        }
    }

    #[test]
    fn empty_capital_and_crooked_names_are_found() {
        for subject in [
            "CN=system:node:",
            "CN=system:node:Worker-1",
            "CN=system:node:worker_1",
            "CN=system:node:worker-1.",
        ] {
            let verdict =
                Sample::kubelet().verdict_after(&RULE, |draft| draft.set_subject(subject));
            assert!(verdict.is_err(), "{subject}");
        }
    }
}
