//! A response answers, and answers once for each certificate.

use crate::lint::rule::{Check, Rule, Severity, Verdict, answered};
use crate::lint::view::OcspView;
use crate::lint::view::repeated;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc6960.answers-distinct",
    citation: "RFC 6960 §4.2.1",
    severity: Severity::Error,
    check: Check::Ocsp { applies: answered, check },
};

fn check(view: &OcspView<'_>) -> Verdict {
    let Some(basic) = &view.basic else { return Ok(()) };
    if basic.responses.is_empty() {
        return Err("the response answers nothing".to_owned());
    }
    match repeated(&basic.responses, |single| single.cert_id.der) {
        Some(index) => Err(format!(
            "the certificate {} is answered for twice",
            hex::encode(basic.responses[index].cert_id.serial)
        )),
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
    fn no_answer_and_two_for_one_certificate_are_found() {
        assert!(OcspDraft::verdict_after(&RULE, |draft| draft.responses.clear()).is_err());
        assert!(
            OcspDraft::verdict_after(&RULE, |draft| draft.responses.push(SingleDraft::new(7)))
                .is_err()
        );
    }

    #[test]
    fn answers_for_two_certificates_pass() {
        OcspDraft::verdict_after(&RULE, |draft| draft.responses.push(SingleDraft::new(8))).unwrap();
    }

    #[test]
    fn among_many_answers_two_for_one_certificate_are_found() {
        let answers = |serials: std::ops::Range<u8>| serials.map(SingleDraft::new);
        OcspDraft::verdict_after(&RULE, |draft| draft.responses = answers(1..30).collect())
            .unwrap();
        let verdict = OcspDraft::verdict_after(&RULE, |draft| {
            draft.responses = answers(1..30).chain(answers(29..30)).collect();
        });
        assert!(verdict.is_err());
    }
}
