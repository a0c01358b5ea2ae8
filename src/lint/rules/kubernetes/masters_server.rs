//! system:masters is for a person in need, not for a server.

use crate::lint::rule::{Check, Rule, Severity, Verdict, servers_only};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "kubernetes.masters-server",
    citation: "Kubernetes: RBAC good practices, Least privilege",
    severity: Severity::Error,
    check: Check::Certificate { applies: servers_only, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    if view.organizations().iter().any(|group| group == "system:masters") {
        return Err("O=system:masters in the certificate of a server".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_server_without_it_and_a_client_with_it_pass() {
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set_subject("CN=kube-apiserver");
        });
        verdict.unwrap();
        let verdict = Sample::client().verdict_after(&RULE, |draft| {
            draft.set_subject("CN=kubernetes-super-admin,O=system:masters");
        });
        verdict.unwrap();
    }

    #[test]
    fn a_server_with_it_is_found() {
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set_subject("CN=kube-apiserver,O=system:masters");
        });
        assert!(verdict.is_err());
    }
}
