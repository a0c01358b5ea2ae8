//! Each extension that has a meaning here has the form of its identifier.

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule. The rules about the content of an extension see nothing of one that it reports.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.extension-readable",
    citation: "RFC 5280 §4.2",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    match view.unreadable.first() {
        Some(one) => Err(format!("extension {} cannot be read: {}", one.oid, one.error)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    use const_oid::db::rfc5280;

    #[test]
    fn the_extensions_of_the_pipeline_can_be_read() {
        Sample::server().verdict(&RULE).unwrap();
        Sample::root().verdict(&RULE).unwrap();
    }

    #[test]
    fn a_value_of_another_form_is_found() {
        for oid in [
            rfc5280::ID_CE_BASIC_CONSTRAINTS,
            rfc5280::ID_CE_KEY_USAGE,
            rfc5280::ID_CE_EXT_KEY_USAGE,
            rfc5280::ID_CE_SUBJECT_KEY_IDENTIFIER,
            rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER,
            rfc5280::ID_CE_SUBJECT_ALT_NAME,
        ] {
            let verdict = Sample::server()
                .verdict_after(&RULE, |draft| draft.extension(oid).2 = vec![0x05, 0]);
            assert!(verdict.is_err(), "{oid}");
        }
    }
}
