//! CA:TRUE and keyCertSign come together or not at all.

use x509_cert::ext::pkix::KeyUsages;

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.ca-bit-and-key-cert-sign",
    citation: "RFC 5280 §4.2.1.3, §4.2.1.9",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let signs = view.has_usage(KeyUsages::KeyCertSign);
    match (view.is_ca(), signs) {
        (true, false) => Err("CA:TRUE without keyCertSign".to_owned()),
        (false, true) => Err("keyCertSign without CA:TRUE".to_owned()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    use const_oid::db::rfc5280;

    #[test]
    fn a_ca_with_both_and_a_leaf_with_neither_pass() {
        Sample::intermediate().verdict(&RULE).unwrap();
        Sample::server().verdict(&RULE).unwrap();
    }

    #[test]
    fn one_without_the_other_is_found() {
        let no_cert_sign = Sample::root().verdict_after(&RULE, |draft| {
            draft.extension(rfc5280::ID_CE_KEY_USAGE).2 = vec![3, 2, 1, 0x02];
        });
        assert!(no_cert_sign.is_err());
        let no_ca = Sample::root().verdict_after(&RULE, |draft| {
            draft.extension(rfc5280::ID_CE_BASIC_CONSTRAINTS).2 = vec![0x30, 0];
        });
        assert!(no_ca.is_err());
    }
}
