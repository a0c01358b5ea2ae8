//! Extensions need version 3.

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.version-3",
    citation: "RFC 5280 §4.1.2.1",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    match view.version {
        Some([2]) => Ok(()),
        Some(other) => Err(format!("version is 0x{}, expected 0x02 (v3)", hex::encode(other))),
        None => Err("version is absent (v1), expected 0x02 (v3)".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn v3_passes() {
        Sample::server().verdict(&RULE).unwrap();
    }

    #[test]
    fn v1_and_v2_are_found() {
        assert!(Sample::server().verdict_after(&RULE, |draft| draft.version.clear()).is_err());
        assert!(Sample::server().verdict_after(&RULE, |draft| draft.version[4] = 1).is_err());
    }
}
