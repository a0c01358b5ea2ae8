//! The subject is the planned one, byte for byte.

use crate::lint::rule::{Check, Rule, Severity, Verdict, planned};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "keystead.planned-subject",
    citation: "SECURITY.md: nothing of a request is silently changed",
    severity: Severity::Error,
    check: Check::Certificate { applies: planned, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let Some(plan) = view.plan else { return Ok(()) };
    if view.subject == plan.subject().as_der() {
        return Ok(());
    }
    Err(format!("the subject is {}, planned was {}", hex::encode(view.subject), plan.subject()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn the_planned_subject_passes() {
        Sample::server().verdict(&RULE).unwrap();
    }

    #[test]
    fn a_lost_rdn_is_found() {
        let verdict =
            Sample::server().verdict_after(&RULE, |draft| draft.set_subject("CN=www.example.com"));
        assert!(verdict.is_err());
    }
}
