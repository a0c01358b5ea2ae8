//! A request for a CA certificate has a subject.

use crate::lint::rule::{Check, Rule, Severity, Verdict, planned_request};
use crate::lint::view::RequestView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "keystead.request-names-somebody",
    citation: "RFC 5280 §4.1.2.6",
    severity: Severity::Error,
    check: Check::Request { applies: planned_request, check },
};

fn check(view: &RequestView<'_>) -> Verdict {
    if view.subject == [0x30, 0] {
        return Err("the subject of a request for a CA certificate is empty".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::algorithm::SignatureAlgorithm;
    use crate::lint::testing::*;
    use crate::tbs::assemble;

    #[test]
    fn a_named_ca_passes() {
        Sample::request().verdict(&RULE).unwrap();
    }

    #[test]
    fn an_empty_subject_is_found() {
        assert!(Sample::request().verdict_after_bytes(&RULE, without_subject).is_err());
    }

    fn without_subject(der: &mut Vec<u8>) {
        let spki = der.windows(2).rposition(|bytes| bytes == [0x30, 0x59]).unwrap();
        let tail = der[spki..].to_vec();
        *der = tlv(0x30, &[&[2, 1, 0, 0x30, 0][..], &tail].concat());
    }

    #[test]
    fn a_request_of_others_may_leave_the_subject_to_the_ca() {
        let tbs = with_bytes(Sample::request(), without_subject);
        let algorithm = SignatureAlgorithm::EcdsaSha256.algorithm_identifier();
        let der = assemble(tbs.as_der(), algorithm, &[0; 64]).unwrap();
        RULE.on_request(&RequestView::finished(&der, None).unwrap()).unwrap();
    }
}
