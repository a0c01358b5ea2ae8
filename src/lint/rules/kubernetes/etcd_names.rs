//! A member of etcd is named: peers compare the address they see.

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;
use crate::lint::view::names::{DNS, IP};

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "kubernetes.etcd-names",
    citation: "etcd: Transport security model",
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
    if view.sans_of(DNS).chain(view.sans_of(IP)).next().is_none() {
        return Err("a member of etcd without host name and address".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_named_member_passes() {
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set_subject("CN=kube-etcd-peer");
        });
        verdict.unwrap();
    }

    #[test]
    fn a_nameless_one_is_found() {
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set_subject("CN=kube-etcd-peer");
            draft.set_sans(&[]);
        });
        assert!(verdict.is_err());
    }
}
