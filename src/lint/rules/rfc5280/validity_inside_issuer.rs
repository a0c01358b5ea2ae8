//! A certificate is valid only while its issuer's is.

use crate::lint::rule::{Check, Rule, Severity, Verdict, issuer_known};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.validity-inside-issuer",
    citation: "RFC 5280 §6.1.3 (a)(2)",
    severity: Severity::Error,
    check: Check::Certificate { applies: issuer_known, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let Some(outer) = view.authority.and_then(|issuer| issuer.validity) else { return Ok(()) };
    // A time that cannot be read is the matter of another rule.
    let (Some(begin), Some(end)) = (view.not_before.instant, view.not_after.instant) else {
        return Ok(());
    };
    if outer.contains(begin) && outer.contains(end) {
        return Ok(());
    }
    Err(format!("valid {begin} to {end}, its issuer only {outer}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_period_inside_passes_and_a_root_has_no_issuer_to_compare() {
        Sample::server().verdict(&RULE).unwrap();
        Sample::root().verdict(&RULE).unwrap();
    }

    #[test]
    fn an_end_after_the_issuers_is_found() {
        let verdict =
            Sample::server().verdict_after(&RULE, |draft| draft.set_not_after_utc("490101000000Z"));
        assert!(verdict.is_err());
    }
}
