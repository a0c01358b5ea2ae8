//! No extension is there twice.

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::{CertificateView, repeated};

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.no-duplicate-extension",
    citation: "RFC 5280 §4.2",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    match repeated(&view.extensions, |extension| extension.oid) {
        Some(index) => Err(format!("extension {} is there twice", view.extensions[index].oid)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn distinct_extensions_pass() {
        Sample::server().verdict(&RULE).unwrap();
    }

    #[test]
    fn a_repeated_extension_is_found() {
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            let first = draft.extensions[0].clone();
            draft.extensions.push(first);
        });
        assert!(verdict.is_err());
    }
}
