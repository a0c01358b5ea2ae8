//! authorityKeyIdentifier has both issuer and serial number, or neither.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;
use crate::lint::view::names::kind;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.authority-key-id-pair",
    citation: "RFC 5280 §4.2.1.1",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let parts = view.elements_of(rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER).unwrap_or_default();
    let has = |number| parts.iter().any(|part| kind(part) == Some(number));
    match (has(1), has(2)) {
        (true, false) => {
            Err("authorityKeyIdentifier has an issuer without a serial number".to_owned())
        }
        (false, true) => {
            Err("authorityKeyIdentifier has a serial number without an issuer".to_owned())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn neither_and_both_pass() {
        Sample::server().verdict(&RULE).unwrap();
        let both = sequence(&[&[0x80, 1, 7], &tlv(0xa1, &[0x82, 1, b'a']), &[0x82, 1, 7]]);
        let oid = rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER;
        Sample::server().verdict_after(&RULE, |draft| draft.set(oid, false, &both)).unwrap();
    }

    #[test]
    fn one_of_the_two_is_found() {
        for part in [&tlv(0xa1, &[0x82, 1, b'a'])[..], &[0x82, 1, 7]] {
            let value = sequence(&[&[0x80, 1, 7], part]);
            let oid = rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER;
            let verdict =
                Sample::server().verdict_after(&RULE, |draft| draft.set(oid, false, &value));
            assert!(verdict.is_err());
        }
    }
}
