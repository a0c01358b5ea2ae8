//! UTCTime through 2049, GeneralizedTime from 2050, both to the second and in UTC.

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.time-form",
    citation: "RFC 5280 §4.1.2.5",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    view.not_before.form_fault("notBefore")?;
    view.not_after.form_fault("notAfter")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn both_forms_pass_on_their_side_of_2050() {
        Sample::server().verdict(&RULE).unwrap();
        Sample::server()
            .verdict_after(&RULE, |draft| draft.not_after = tlv(0x18, b"20500101000000Z"))
            .unwrap();
    }

    #[test]
    fn generalized_time_before_2050_is_found() {
        let verdict = Sample::server()
            .verdict_after(&RULE, |draft| draft.not_after = tlv(0x18, b"20270101000000Z"));
        assert!(verdict.is_err());
    }

    #[test]
    fn times_without_seconds_or_with_an_offset_are_found() {
        for time in
            [&b"2701010000Z"[..], b"270101000000+0100", b"27010100000000Z", b"271301000000Z"]
        {
            let verdict =
                Sample::server().verdict_after(&RULE, |draft| draft.not_after = tlv(0x17, time));
            assert!(verdict.is_err(), "{time:?}");
        }
    }
}
