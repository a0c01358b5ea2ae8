//! Validity is the planned period to the second.

use crate::lint::rule::{Check, Rule, Severity, Verdict, planned};
use crate::lint::view::CertificateView;
use crate::profile::{Plan, PlanKind};

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "keystead.planned-validity",
    citation: "RFC 5280 §4.1.2.5 (both ends count)",
    severity: Severity::Error,
    check: Check::Certificate { applies: planned, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let Some(PlanKind::Certificate(expected)) = view.plan.map(Plan::kind) else { return Ok(()) };
    let (begin, end) = (view.not_before.instant, view.not_after.instant);
    if begin == Some(expected.not_before()) && end == Some(expected.not_after()) {
        return Ok(());
    }
    let (begin, end) = (view.not_before.shown(), view.not_after.shown());
    Err(format!("valid from {begin} to {end}, planned was {expected}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn the_planned_period_passes() {
        Sample::server().verdict(&RULE).unwrap();
    }

    #[test]
    fn one_second_more_is_found() {
        let verdict =
            Sample::server().verdict_after(&RULE, |draft| draft.set_not_after_utc("261231235500Z"));
        assert!(verdict.is_err());
        Sample::server()
            .verdict_after(&RULE, |draft| draft.set_not_after_utc("261231235459Z"))
            .unwrap();
    }
}
