//! Only extensions that verifiers know are critical.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.known-critical-extensions",
    citation: "RFC 5280 §4.2",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    match view.extensions.iter().find(|one| one.critical && !MAY_BE_CRITICAL.contains(&one.oid)) {
        Some(stray) => Err(format!(
            "extension {} is critical; verifiers refuse what they do not know",
            stray.oid
        )),
        None => Ok(()),
    }
}

/// What every verifier of RFC 5280 §6 processes.
const MAY_BE_CRITICAL: [ObjectIdentifier; 9] = [
    rfc5280::ID_CE_BASIC_CONSTRAINTS,
    rfc5280::ID_CE_KEY_USAGE,
    rfc5280::ID_CE_EXT_KEY_USAGE,
    rfc5280::ID_CE_SUBJECT_ALT_NAME,
    rfc5280::ID_CE_NAME_CONSTRAINTS,
    rfc5280::ID_CE_CERTIFICATE_POLICIES,
    rfc5280::ID_CE_POLICY_MAPPINGS,
    rfc5280::ID_CE_POLICY_CONSTRAINTS,
    rfc5280::ID_CE_INHIBIT_ANY_POLICY,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn the_usual_extensions_pass() {
        Sample::server().verdict(&RULE).unwrap();
        Sample::root().verdict(&RULE).unwrap();
    }

    #[test]
    fn an_unknown_critical_extension_is_found() {
        let oid = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.1");
        let verdict = Sample::server().verdict_after(&RULE, |draft| draft.add(oid, true, &[5, 0]));
        assert!(verdict.is_err());
        Sample::server().verdict_after(&RULE, |draft| draft.add(oid, false, &[5, 0])).unwrap();
    }
}
