//! A client has each group once.

use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict, clients_only};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "kubernetes.distinct-groups",
    citation: "Kubernetes: Authenticating, X.509 client certificates",
    severity: Severity::Warning,
    check: Check::Certificate { applies: clients_only, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let groups = view.organizations();
    for (index, group) in groups.iter().enumerate() {
        if groups.iter().take(index).any(|earlier| earlier == group) {
            return Err(format!("O={} is there twice", Escaped(group)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn two_groups_pass() {
        let subject = "CN=jane,O=developers,O=testers";
        Sample::client().verdict_after(&RULE, |draft| draft.set_subject(subject)).unwrap();
    }

    #[test]
    fn a_repeated_group_is_found() {
        let subject = "CN=jane,O=developers,O=developers";
        let verdict = Sample::client().verdict_after(&RULE, |draft| draft.set_subject(subject));
        assert!(verdict.is_err(), "{subject}");
    }
}
