//! The key is the planned one, byte for byte.

use crate::lint::rule::{Check, Rule, Severity, Verdict, planned};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "keystead.planned-key",
    citation: "SECURITY.md: a request never widens a profile",
    severity: Severity::Error,
    check: Check::Certificate { applies: planned, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let Some(plan) = view.plan else { return Ok(()) };
    if view.spki == plan.spki().as_der() {
        return Ok(());
    }
    Err(format!("the key is {}, planned was another", hex::encode(view.spki)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn the_requested_key_passes() {
        Sample::server().verdict(&RULE).unwrap();
    }

    #[test]
    fn another_key_is_found() {
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            let last = draft.spki.len() - 1;
            draft.spki[last] ^= 1;
        });
        assert!(verdict.is_err());
    }
}
