//! The bytes of a request are the one encoding that DER allows.

use crate::lint::rule::{Check, Rule, Severity, Verdict, every_request};
use crate::lint::view::RequestView;
use crate::request::canonical;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "keystead.request-canonical-der",
    citation: "X.690 §10, §11; RFC 2986 §4",
    severity: Severity::Error,
    check: Check::Request { applies: every_request, check },
};

fn check(view: &RequestView<'_>) -> Verdict {
    let der = view.finished.map_or(view.der, |finished| finished.der);
    canonical::check(der).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn what_we_encode_passes() {
        Sample::request().verdict(&RULE).unwrap();
    }

    #[test]
    fn unused_bits_in_the_key_are_found() {
        let verdict = Sample::request().verdict_after_bytes(&RULE, |der| {
            let at = der.windows(4).position(|bytes| bytes == [3, 0x42, 0, 4]).unwrap();
            der[at + 2] = 7;
            let last = der.len() - 3;
            der[last] |= 1;
        });
        assert!(verdict.is_err());
    }
}
