//! authorityKeyIdentifier names a key, not one certificate: rolling the issuer over would break it.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;
use crate::lint::view::names::kind;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "cabf.authority-key-id-alone",
    citation: "CA/Browser Forum BR 7.1.2.11.1",
    severity: Severity::Warning,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let parts = view.elements_of(rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER).unwrap_or_default();
    if parts.iter().any(|part| matches!(kind(part), Some(1 | 2))) {
        return Err("authorityKeyIdentifier has issuer and serial number".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_key_identifier_passes() {
        Sample::server().verdict(&RULE).unwrap();
    }

    #[test]
    fn issuer_and_serial_number_are_found() {
        let both = sequence(&[&[0x80, 1, 7], &tlv(0xa1, &[0x82, 1, b'a']), &[0x82, 1, 7]]);
        let oid = rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER;
        let verdict = Sample::server().verdict_after(&RULE, |draft| draft.set(oid, false, &both));
        assert!(verdict.is_err());
    }
}
