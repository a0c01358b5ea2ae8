//! nextUpdate says until when an answer may be kept.

use crate::lint::rule::{Check, Rule, Severity, Verdict, answered};
use crate::lint::view::OcspView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc6960.next-update",
    citation: "RFC 6960 §4.2.2.1; RFC 5019 §2.2.4",
    severity: Severity::Warning,
    check: Check::Ocsp { applies: answered, check },
};

fn check(view: &OcspView<'_>) -> Verdict {
    let Some(basic) = &view.basic else { return Ok(()) };
    match basic.responses.iter().position(|single| single.next_update.is_none()) {
        Some(index) => Err(format!("answer {} has no nextUpdate", index + 1)),
        None => Ok(()),
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
    fn an_answer_without_end_is_found() {
        assert!(
            OcspDraft::verdict_after(&RULE, |draft| draft.single().next_update = Vec::new())
                .is_err()
        );
    }
}
