//! No certificate impersonates a service account, whose tokens can be revoked and it cannot.

use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict, clients_only};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "kubernetes.service-account-user",
    citation: "Kubernetes: Authenticating, Service account tokens",
    severity: Severity::Error,
    check: Check::Certificate { applies: clients_only, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    match view.common_names().iter().find(|name| name.starts_with("system:serviceaccount:")) {
        Some(name) => Err(format!("CN={} is a service account", Escaped(name))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn people_and_components_pass() {
        for subject in ["CN=jane", "CN=system:kube-scheduler"] {
            Sample::client().verdict_after(&RULE, |draft| draft.set_subject(subject)).unwrap();
        }
    }

    #[test]
    fn a_service_account_is_found() {
        let subject = "CN=system:serviceaccount:kube-system:default";
        let verdict = Sample::client().verdict_after(&RULE, |draft| draft.set_subject(subject));
        assert!(verdict.is_err(), "{subject}");
    }
}
