//! The signature of a request is there and fills whole octets.

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::RequestView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "keystead.request-signature-bits",
    citation: "RFC 2986 §4.2",
    severity: Severity::Error,
    check: Check::Request { applies, check },
};

fn applies(view: &RequestView<'_>) -> bool {
    view.finished.is_some()
}

fn check(view: &RequestView<'_>) -> Verdict {
    match view.finished {
        Some(finished) => finished.agrees_with(finished.algorithm),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::algorithm::SignatureAlgorithm;
    use crate::lint::testing::*;
    use crate::tbs::assemble;

    #[expect(clippy::unwrap_in_result, reason = "what cannot be read fails the test")]
    fn verdict(rule: &Rule, change: impl FnOnce(&mut Vec<u8>)) -> Verdict {
        let tbs = Sample::request().into_tbs();
        let algorithm = SignatureAlgorithm::EcdsaSha256.algorithm_identifier();
        let mut der = assemble(tbs.as_der(), algorithm, &[0; 64]).unwrap();
        change(&mut der);
        rule.on_request(&RequestView::finished(&der, None).unwrap())
    }

    #[test]
    fn whole_octets_pass() {
        verdict(&RULE, |_| {}).unwrap();
    }

    #[test]
    fn unused_bits_are_found() {
        let verdict = verdict(&RULE, |der| {
            let at = der.len() - 65;
            der[at] = 1;
        });
        assert!(verdict.is_err());
    }
}
