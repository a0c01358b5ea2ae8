//! A group of Kubernetes is spelled as Kubernetes compares it: exactly.

use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict, clients_only};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "kubernetes.group-spelling",
    citation: "Kubernetes: Using RBAC Authorization, Default roles",
    severity: Severity::Warning,
    check: Check::Certificate { applies: clients_only, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for group in view.organizations() {
        let plain: String = group.chars().filter(|c| !c.is_whitespace()).collect();
        let plain = plain.to_lowercase();
        match KNOWN.iter().find(|known| plain == **known || plain == known.trim_end_matches('s')) {
            Some(known) if group != *known => {
                return Err(format!("O={} means {known} perhaps, and is not it", Escaped(&group)));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Groups that have rights by default.
const KNOWN: [&str; 4] =
    ["system:masters", "system:nodes", "system:monitoring", "kubeadm:cluster-admins"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn exact_and_foreign_groups_pass() {
        for subject in ["CN=jane,O=system:masters", "CN=jane,O=Developers"] {
            Sample::client().verdict_after(&RULE, |draft| draft.set_subject(subject)).unwrap();
        }
    }

    #[test]
    fn near_misses_are_found() {
        for subject in [
            "CN=jane,O=System:Masters",
            "CN=jane,O=system: masters",
            "CN=jane,O=system:node",
            "CN=jane,O=kubeadm:Cluster-Admins",
        ] {
            let verdict = Sample::client().verdict_after(&RULE, |draft| draft.set_subject(subject));
            assert!(verdict.is_err(), "{subject}");
        }
    }
}
