//! A kubelet serves under host names and addresses alone.

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;
use crate::lint::view::names::{DNS, IP, kind};

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "kubernetes.kubelet-serving-names",
    citation: "Kubernetes: Certificate Signing Requests, kubernetes.io/kubelet-serving",
    severity: Severity::Error,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    view.is_server() && view.common_names().iter().any(|name| name.starts_with("system:node:"))
}

fn check(view: &CertificateView<'_>) -> Verdict {
    let numbers: Vec<_> = view.sans.iter().filter_map(kind).collect();
    if !numbers.iter().any(|number| [DNS, IP].contains(number)) {
        return Err("a kubelet without host name and address".to_owned());
    }
    match numbers.iter().find(|number| ![DNS, IP].contains(number)) {
        Some(other) => Err(format!("a kubelet with an alternative name of kind [{other}]")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn host_names_and_addresses_pass() {
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set_subject(NODE);
        });
        verdict.unwrap();
    }

    #[test]
    fn no_names_and_uris_are_found() {
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set_subject(NODE);
            draft.set_sans(&[]);
        });
        assert!(verdict.is_err());
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set_subject(NODE);
            draft.set_sans(&[general_name(DNS, b"a"), general_name(6, b"urn:a")]);
        });
        assert!(verdict.is_err());
    }

    const NODE: &str = "CN=system:node:worker-1,O=system:nodes";
}
