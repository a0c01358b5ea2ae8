//! Validity begins before it ends.

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.validity-order",
    citation: "RFC 5280 §4.1.2.5",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    // A time that cannot be read is the matter of another rule.
    let (Some(begin), Some(end)) = (view.not_before.instant, view.not_after.instant) else {
        return Ok(());
    };
    if begin <= end {
        return Ok(());
    }
    Err(format!("notBefore {begin} is after notAfter {end}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_year_passes() {
        Sample::server().verdict(&RULE).unwrap();
    }

    #[test]
    fn an_end_before_the_beginning_is_found() {
        let verdict =
            Sample::server().verdict_after(&RULE, |draft| draft.set_not_after_utc("200101000000Z"));
        assert!(verdict.is_err());
    }
}
