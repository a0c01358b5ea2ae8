//! No certificate is for a user whom the API server makes up: anonymous, itself, a bootstrap token.

use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict, clients_only};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "kubernetes.reserved-user",
    citation: "Kubernetes: Authenticating, Anonymous requests; Authenticating with Bootstrap Tokens",
    severity: Severity::Error,
    check: Check::Certificate { applies: clients_only, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for name in view.common_names() {
        let is_reserved = RESERVED.contains(&&*name) || name.starts_with("system:bootstrap:");
        if is_reserved {
            return Err(format!("CN={} is a user of the API server's own", Escaped(&name)));
        }
    }
    Ok(())
}

const RESERVED: [&str; 3] = ["system:anonymous", "system:apiserver", "system:unsecured"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn people_and_components_pass() {
        for subject in ["CN=jane", "CN=system:kube-proxy"] {
            Sample::client().verdict_after(&RULE, |draft| draft.set_subject(subject)).unwrap();
        }
    }

    #[test]
    fn reserved_users_are_found() {
        for subject in [
            "CN=system:anonymous",
            "CN=system:apiserver",
            "CN=system:unsecured",
            "CN=system:bootstrap:abcdef",
        ] {
            let verdict = Sample::client().verdict_after(&RULE, |draft| draft.set_subject(subject));
            assert!(verdict.is_err(), "{subject}");
        }
    }
}
