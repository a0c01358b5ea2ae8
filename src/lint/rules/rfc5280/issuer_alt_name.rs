//! issuerAltName is not critical and holds a name.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.issuer-alt-name",
    citation: "RFC 5280 §4.2.1.7",
    severity: Severity::Warning,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let Some(extension) = view.extension(rfc5280::ID_CE_ISSUER_ALT_NAME) else { return Ok(()) };
    if extension.critical {
        return Err("issuerAltName is critical".to_owned());
    }
    if view.elements_of(extension.oid).is_some_and(|names| names.is_empty()) {
        return Err("issuerAltName holds no name".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn an_uncritical_name_passes() {
        let value = tlv(0x30, &general_name(2, b"ca.example.com"));
        Sample::server()
            .verdict_after(&RULE, |draft| draft.add(rfc5280::ID_CE_ISSUER_ALT_NAME, false, &value))
            .unwrap();
    }

    #[test]
    fn a_critical_and_an_empty_one_are_found() {
        let value = tlv(0x30, &general_name(2, b"ca.example.com"));
        for (critical, value) in [(true, &value[..]), (false, &[0x30, 0])] {
            let verdict = Sample::server().verdict_after(&RULE, |draft| {
                draft.add(rfc5280::ID_CE_ISSUER_ALT_NAME, critical, value)
            });
            assert!(verdict.is_err());
        }
    }
}
