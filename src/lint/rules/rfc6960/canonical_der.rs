//! A response is the one encoding that DER allows.

use crate::lint::rule::{Check, Rule, Severity, Verdict, answered};
use crate::lint::view::OcspView;
use crate::request::canonical;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc6960.canonical-der",
    citation: "RFC 6960 §4.2.1; X.690 §10, §11",
    severity: Severity::Error,
    check: Check::Ocsp { applies: answered, check },
};

fn check(view: &OcspView<'_>) -> Verdict {
    let Some(basic) = &view.basic else { return Ok(()) };
    canonical::check_long(basic.finished.der).map_err(|error| error.to_string())
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
    fn needless_leading_zeros_are_found() {
        assert!(
            OcspDraft::verdict_after(&RULE, |draft| draft.single().serial = vec![0, 7]).is_err()
        );
    }
}
