//! An API server that is kubernetes.default.svc is found by its short names too.

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "kubernetes.apiserver-names",
    citation: "Kubernetes: PKI certificates and requirements, kube-apiserver",
    severity: Severity::Warning,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    view.is_server() && view.dns_names().any(|name| name.starts_with("kubernetes.default.svc"))
}

fn check(view: &CertificateView<'_>) -> Verdict {
    let names: Vec<_> = view.dns_names().map(|name| name.to_ascii_lowercase()).collect();
    match WANTED.iter().find(|wanted| !names.iter().any(|name| name == *wanted)) {
        Some(missing) => Err(format!("the API server is not found as {missing}")),
        None => Ok(()),
    }
}

const WANTED: [&str; 3] = ["kubernetes", "kubernetes.default", "kubernetes.default.svc"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn all_names_and_other_servers_pass() {
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set_dns(&WANTED);
        });
        verdict.unwrap();
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set_dns(&["www.example.com"]);
        });
        verdict.unwrap();
    }

    #[test]
    fn missing_short_names_are_found() {
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set_dns(&["kubernetes.default.svc", "kubernetes"]);
        });
        assert!(verdict.is_err());
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set_dns(&["kubernetes.default.svc.cluster.local"]);
        });
        assert!(verdict.is_err());
    }
}
