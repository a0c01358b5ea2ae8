//! Version 3 is for extensions: there is one at least.

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.extensions-not-empty",
    citation: "RFC 5280 §4.1, §4.1.2.9",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    if view.extensions.is_empty() && view.version == Some(&[2]) {
        return Err("version 3 without extensions".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn extensions_pass() {
        Sample::server().verdict(&RULE).unwrap();
    }

    #[test]
    fn an_empty_list_is_found() {
        assert!(Sample::server().verdict_after(&RULE, |draft| draft.extensions.clear()).is_err());
    }
}
