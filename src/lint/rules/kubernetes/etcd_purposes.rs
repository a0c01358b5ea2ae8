//! A member of etcd is server and client: it speaks to its peers and to itself.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "kubernetes.etcd-purposes",
    citation: "etcd: Transport security model; Kubernetes: PKI certificates and requirements",
    severity: Severity::Warning,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    let names = view.common_names();
    let is_etcd = ["kube-etcd", "kube-etcd-peer"]
        .iter()
        .any(|member| names.iter().any(|name| name == member));
    view.is_leaf() && is_etcd
}

fn check(view: &CertificateView<'_>) -> Verdict {
    for (purpose, name) in
        [(rfc5280::ID_KP_SERVER_AUTH, "serverAuth"), (rfc5280::ID_KP_CLIENT_AUTH, "clientAuth")]
    {
        if !view.is_for(purpose) {
            return Err(format!("a member of etcd without {name}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn both_purposes_pass() {
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set_subject("CN=kube-etcd-peer");
            draft.set_purposes(&[rfc5280::ID_KP_SERVER_AUTH, rfc5280::ID_KP_CLIENT_AUTH]);
        });
        verdict.unwrap();
        let verdict = Sample::client().verdict_after(&RULE, |draft| {
            draft.set_subject("CN=kube-etcd-healthcheck-client");
        });
        verdict.unwrap();
    }

    #[test]
    fn one_purpose_is_found() {
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set_subject("CN=kube-etcd-peer");
        });
        assert!(verdict.is_err());
        let verdict = Sample::client().verdict_after(&RULE, |draft| {
            draft.set_subject("CN=kube-etcd");
        });
        assert!(verdict.is_err());
    }
}
