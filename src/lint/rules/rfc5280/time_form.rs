//! UTCTime through 2049, GeneralizedTime from 2050, both to the second and in UTC.

use der::Tag;

use crate::base::clock::Timestamp;

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
    for (field, time) in [("notBefore", view.not_before), ("notAfter", view.not_after)] {
        let (tag, length) = if time.instant <= last_utc_time() {
            (Tag::UtcTime, "YYMMDDHHMMSSZ".len())
        } else {
            (Tag::GeneralizedTime, "YYYYMMDDHHMMSSZ".len())
        };
        if time.tag != tag || time.text.len() != length || !time.text.ends_with(b"Z") {
            let text = String::from_utf8_lossy(time.text);
            return Err(format!("{field} is the {} {text}, expected a {tag}", time.tag));
        }
    }
    Ok(())
}

/// 2049-12-31T23:59:59Z.
fn last_utc_time() -> Timestamp {
    Timestamp::from_unix(2_524_607_999)
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
}
