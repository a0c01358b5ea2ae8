//! A status is one that there is, and `successful` comes with an answer, no other does.

use crate::lint::rule::{Check, Rule, Severity, Verdict, every_response};
use crate::lint::view::OcspView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc6960.response-status",
    citation: "RFC 6960 §4.2.1",
    severity: Severity::Error,
    check: Check::Ocsp { applies: every_response, check },
};

fn check(view: &OcspView<'_>) -> Verdict {
    let has_bytes = view.response_type.is_some();
    match view.status {
        [0] if has_bytes => Ok(()),
        [0] => Err("successful without responseBytes".to_owned()),
        [1 | 2 | 3 | 5 | 6] if !has_bytes => Ok(()),
        [1 | 2 | 3 | 5 | 6] => Err("an error with responseBytes".to_owned()),
        other => Err(format!("the status 0x{} does not exist", hex::encode(other))),
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
    fn an_error_without_answer_passes() {
        OcspDraft::verdict_after(&RULE, |draft| {
            draft.status = vec![6];
            draft.has_bytes = false;
        })
        .unwrap();
    }

    #[test]
    fn a_success_without_answer_an_error_with_one_and_an_unknown_status_are_found() {
        assert!(OcspDraft::verdict_after(&RULE, |draft| draft.has_bytes = false).is_err());
        assert!(OcspDraft::verdict_after(&RULE, |draft| draft.status = vec![6]).is_err());
        assert!(OcspDraft::verdict_after(&RULE, |draft| draft.status = vec![4]).is_err());
    }
}
