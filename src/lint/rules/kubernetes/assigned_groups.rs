//! Groups that the API server assigns by itself are not in certificates.

use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict, clients_only};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "kubernetes.assigned-groups",
    citation: "Kubernetes: Authenticating, Anonymous requests and Service account tokens",
    severity: Severity::Error,
    check: Check::Certificate { applies: clients_only, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for group in view.organizations() {
        let is_assigned =
            ASSIGNED.contains(&&*group) || group.starts_with("system:serviceaccounts:");
        if is_assigned {
            return Err(format!("O={} is assigned by the API server alone", Escaped(&group)));
        }
    }
    Ok(())
}

const ASSIGNED: [&str; 3] =
    ["system:authenticated", "system:unauthenticated", "system:serviceaccounts"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn other_groups_pass() {
        for subject in ["CN=jane,O=developers", "CN=jane,O=system:masters"] {
            Sample::client().verdict_after(&RULE, |draft| draft.set_subject(subject)).unwrap();
        }
    }

    #[test]
    fn assigned_groups_are_found() {
        for subject in [
            "CN=jane,O=system:authenticated",
            "CN=jane,O=system:unauthenticated",
            "CN=jane,O=system:serviceaccounts",
            "CN=jane,O=system:serviceaccounts:kube-system",
        ] {
            let verdict = Sample::client().verdict_after(&RULE, |draft| draft.set_subject(subject));
            assert!(verdict.is_err(), "{subject}");
        }
    }

    #[test]
    fn a_server_passes_for_it_is_in_no_group() {
        let subject = "CN=www.example.com,O=system:authenticated";
        Sample::server().verdict_after(&RULE, |draft| draft.set_subject(subject)).unwrap();
    }
}
