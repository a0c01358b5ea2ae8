//! A server certificate lives at most 398 days.

use crate::lint::rule::{Check, Rule, Severity, Verdict, servers_only};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "cabf.server-lifetime",
    citation: "CA/Browser Forum BR 6.3.2",
    severity: Severity::Warning,
    check: Check::Certificate { applies: servers_only, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    match view.lifetime() {
        Some(seconds) if seconds > 398 * 86_400 => {
            Err(format!("valid for {} seconds, 398 days are {}", seconds, 398 * 86_400))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_year_passes_and_a_client_may_live_longer() {
        Sample::server().verdict(&RULE).unwrap();
        let end = |draft: &mut Draft| draft.set_not_after_utc("350101000000Z");
        Sample::client().verdict_after(&RULE, end).unwrap();
    }

    #[test]
    fn ten_years_are_found() {
        let end = |draft: &mut Draft| draft.set_not_after_utc("360101000000Z");
        assert!(Sample::server().verdict_after(&RULE, end).is_err());
    }

    #[test]
    fn three_hundred_and_ninety_eight_days_pass_and_a_second_more_is_found() {
        let until = |end: &str| {
            Sample::server().verdict_after(&RULE, |draft| {
                draft.not_before = tlv(0x17, b"260101000000Z");
                draft.set_not_after_utc(end);
            })
        };
        until("270202235959Z").unwrap();
        assert!(until("270203000000Z").is_err());
    }
}
