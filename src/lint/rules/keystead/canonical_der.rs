//! The bytes are the one encoding that DER allows.

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;
use crate::request::canonical;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "keystead.canonical-der",
    citation: "X.690 §10, §11; RFC 5280 §4.1",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let der = view.finished.map_or(view.der, |finished| finished.der);
    canonical::check(der).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn what_we_encode_passes() {
        for sample in [Sample::server(), Sample::root(), Sample::rsa_server()] {
            sample.verdict(&RULE).unwrap();
        }
    }

    #[test]
    fn a_boolean_of_one_is_found() {
        let verdict = Sample::server().verdict_after_bytes(&RULE, |der| {
            let at = der.windows(3).position(|bytes| bytes == [1, 1, 0xff]).unwrap();
            der[at + 2] = 1;
        });
        assert!(verdict.is_err());
    }
}
