//! An API server is found by an address: pods are given that of its service.

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;
use crate::lint::view::names::IP;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "kubernetes.apiserver-address",
    citation: "Kubernetes: PKI certificates and requirements, kube-apiserver",
    severity: Severity::Warning,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    view.is_server() && view.dns_names().any(|name| name.starts_with("kubernetes.default.svc"))
}

fn check(view: &CertificateView<'_>) -> Verdict {
    if view.sans_of(IP).next().is_none() {
        return Err("the API server has no address among its names".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn an_address_passes() {
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set_sans(&[
                general_name(2, b"kubernetes.default.svc"),
                general_name(IP, &[10, 96, 0, 1]),
            ]);
        });
        verdict.unwrap();
    }

    #[test]
    fn names_alone_are_found() {
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set_dns(&["kubernetes.default.svc"]);
        });
        assert!(verdict.is_err());
    }
}
