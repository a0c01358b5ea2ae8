//! A member of system:masters, who cannot be stopped, is one for 90 days at most.

use crate::lint::rule::{Check, Rule, Severity, Verdict, clients_only};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "kubernetes.masters-lifetime",
    citation: "Kubernetes: RBAC good practices, Least privilege",
    severity: Severity::Warning,
    check: Check::Certificate { applies: clients_only, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let is_master = view.organizations().iter().any(|group| group == "system:masters");
    match view.lifetime() {
        Some(seconds) if is_master && seconds > 90 * 86_400 => {
            Err(format!("O=system:masters for {} days, expected at most 90", seconds / 86_400))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_month_passes_and_others_have_a_year() {
        let verdict = Sample::client().verdict_after(&RULE, |draft| {
            draft.set_subject("CN=a,O=system:masters");
            draft.set_not_after_utc("260201000000Z");
        });
        verdict.unwrap();
        let verdict = Sample::client().verdict_after(&RULE, |draft| {
            draft.set_subject("CN=a,O=developers");
        });
        verdict.unwrap();
    }

    #[test]
    fn a_year_is_found() {
        let verdict = Sample::client().verdict_after(&RULE, |draft| {
            draft.set_subject("CN=a,O=system:masters");
        });
        assert!(verdict.is_err());
    }

    #[test]
    fn ninety_days_pass_and_a_second_more_is_found() {
        let until = |end: &str| {
            Sample::client().verdict_after(&RULE, |draft| {
                draft.set_subject("CN=a,O=system:masters");
                draft.not_before = tlv(0x17, b"260101000000Z");
                draft.set_not_after_utc(end);
            })
        };
        until("260331235959Z").unwrap();
        assert!(until("260401000000Z").is_err());
    }
}
