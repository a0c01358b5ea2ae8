//! An answer is a basic response, which every client reads.

use const_oid::db::rfc6960;

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::OcspView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc6960.basic-response",
    citation: "RFC 6960 §4.2.1",
    severity: Severity::Error,
    check: Check::Ocsp { applies, check },
};

fn applies(view: &OcspView<'_>) -> bool {
    view.response_type.is_some()
}

fn check(view: &OcspView<'_>) -> Verdict {
    match view.response_type {
        Some(other) if other != rfc6960::ID_PKIX_OCSP_BASIC => {
            Err(format!("the response type is {other}, expected id-pkix-ocsp-basic"))
        }
        _ => Ok(()),
    }
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
    fn another_type_is_found() {
        assert!(
            OcspDraft::verdict_after(&RULE, |draft| draft.response_type =
                rfc6960::ID_PKIX_OCSP_NONCE)
            .is_err()
        );
    }
}
