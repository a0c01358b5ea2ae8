//! Validity is the planned period to the second.

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;
use crate::profile::PlanKind;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "keystead.planned-validity",
    citation: "RFC 5280 §4.1.2.5 (both ends count)",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let PlanKind::Certificate(planned) = view.plan.kind() else { return Ok(()) };
    let (begin, end) = (view.not_before.instant, view.not_after.instant);
    if begin == planned.not_before() && end == planned.not_after() {
        return Ok(());
    }
    Err(format!("valid {begin} to {end}, planned was {planned}"))
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
