//! A certificate that is no CA has an end: 99991231235959Z means that it has none.

use crate::lint::rule::{Check, Rule, Severity, Verdict, leaf_only};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.expires",
    citation: "RFC 5280 §4.1.2.5",
    severity: Severity::Warning,
    check: Check::Certificate { applies: leaf_only, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    if view.not_after.text == b"99991231235959Z" {
        return Err("notAfter is 99991231235959Z: no well-defined expiration".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_date_passes() {
        Sample::server().verdict(&RULE).unwrap();
    }

    #[test]
    fn the_end_of_time_is_found() {
        let never = tlv(0x18, b"99991231235959Z");
        assert!(Sample::server().verdict_after(&RULE, |draft| draft.not_after = never).is_err());
    }
}
