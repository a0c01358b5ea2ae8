//! The signature is there and fills whole octets.

use crate::lint::rule::{Check, Rule, Severity, Verdict, answered};
use crate::lint::view::OcspView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc6960.signature-bits",
    citation: "RFC 6960 §4.2.1; RFC 5280 §4.1.1.3",
    severity: Severity::Error,
    check: Check::Ocsp { applies: answered, check },
};

fn check(view: &OcspView<'_>) -> Verdict {
    let Some(basic) = &view.basic else { return Ok(()) };
    basic.finished.agrees_with(basic.finished.algorithm)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_good_response_passes() {
        OcspDraft::good().verdict(&RULE).unwrap();
    }

    #[test]
    fn unused_bits_and_no_signature_are_found() {
        assert!(OcspDraft::verdict_after(&RULE, |draft| draft.signature = vec![7, 0x80]).is_err());
        assert!(OcspDraft::verdict_after(&RULE, |draft| draft.signature = vec![0]).is_err());
    }
}
