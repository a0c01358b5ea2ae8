//! A request of ours has version 0.

use crate::lint::rule::{Check, Rule, Severity, Verdict, every_request};
use crate::lint::view::RequestView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "keystead.request-version",
    citation: "RFC 2986 §4.1",
    severity: Severity::Error,
    check: Check::Request { applies: every_request, check },
};

fn check(view: &RequestView<'_>) -> Verdict {
    if view.version == [0] {
        return Ok(());
    }
    Err(format!("the request has version 0x{}, expected 0x00", hex::encode(view.version)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn version_0_passes() {
        Sample::request().verdict(&RULE).unwrap();
    }

    #[test]
    fn another_version_is_found() {
        let verdict = Sample::request().verdict_after_bytes(&RULE, |der| {
            let at = der.windows(3).position(|bytes| bytes == [2, 1, 0]).unwrap();
            der[at + 2] = 1;
        });
        assert!(verdict.is_err());
    }
}
