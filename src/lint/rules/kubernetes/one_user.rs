//! A client is one user: of several common names readers take different ones.

use crate::lint::rule::{Check, Rule, Severity, Verdict, clients_only};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "kubernetes.one-user",
    citation: "Kubernetes: Authenticating, X.509 client certificates",
    severity: Severity::Warning,
    check: Check::Certificate { applies: clients_only, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    match view.common_names().as_slice() {
        [] | [_] => Ok(()),
        names => Err(format!("a client with {} common names", names.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn one_name_passes() {
        for subject in ["CN=jane,O=developers", "O=developers"] {
            Sample::client().verdict_after(&RULE, |draft| draft.set_subject(subject)).unwrap();
        }
    }

    #[test]
    fn two_names_are_found() {
        let subject = "CN=jane,CN=system:admin";
        let verdict = Sample::client().verdict_after(&RULE, |draft| draft.set_subject(subject));
        assert!(verdict.is_err(), "{subject}");
    }
}
