//! authorityKeyIdentifier has a keyIdentifier unless the certificate is self-issued.

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.authority-key-id-present",
    citation: "RFC 5280 §4.2.1.1",
    severity: Severity::Error,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    !view.is_self_issued()
}

fn check(view: &CertificateView<'_>) -> Verdict {
    match view.authority_key_id {
        None => Err("authorityKeyIdentifier with a keyIdentifier is missing".to_owned()),
        Some([]) => Err("the keyIdentifier of authorityKeyIdentifier is empty".to_owned()),
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    use const_oid::db::rfc5280;

    #[test]
    fn one_of_a_leaf_passes_and_a_root_needs_none() {
        Sample::server().verdict(&RULE).unwrap();
        let oid = rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER;
        let without = |draft: &mut Draft| draft.extensions.retain(|extension| extension.0 != oid);
        Sample::root().verdict_after(&RULE, without).unwrap();
    }

    #[test]
    fn an_absent_an_empty_and_one_by_serial_alone_are_found() {
        for value in [&[0x30, 0][..], &[0x30, 2, 0x80, 0], &[0x30, 3, 0x82, 1, 7]] {
            let oid = rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER;
            let verdict =
                Sample::server().verdict_after(&RULE, |draft| draft.set(oid, false, value));
            assert!(verdict.is_err());
        }
    }
}
