//! The front proxy is a client without groups: it speaks for others.

use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "kubernetes.front-proxy-groups",
    citation: "Kubernetes: Configure the Aggregation Layer; PKI certificates and requirements",
    severity: Severity::Warning,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    view.common_names().iter().any(|name| name == "front-proxy-client")
}

fn check(view: &CertificateView<'_>) -> Verdict {
    if view.is_server() {
        return Err("CN=front-proxy-client with serverAuth".to_owned());
    }
    match view.organizations().first() {
        Some(group) => Err(format!("CN=front-proxy-client in the group {}", Escaped(group))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn no_group_passes() {
        for subject in ["CN=front-proxy-client", "CN=jane,O=developers"] {
            Sample::client().verdict_after(&RULE, |draft| draft.set_subject(subject)).unwrap();
        }
    }

    #[test]
    fn a_group_is_found() {
        let subject = "CN=front-proxy-client,O=system:masters";
        let verdict = Sample::client().verdict_after(&RULE, |draft| draft.set_subject(subject));
        assert!(verdict.is_err(), "{subject}");
    }
}
