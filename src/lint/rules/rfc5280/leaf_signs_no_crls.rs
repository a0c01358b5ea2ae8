//! Only CA certificates carry cRLSign here: no CRL is signed by a leaf.

use x509_cert::ext::pkix::KeyUsages;

use crate::lint::rule::{Check, Rule, Severity, Verdict, leaf_only};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.leaf-signs-no-crls",
    citation: "RFC 5280 §4.2.1.3",
    severity: Severity::Error,
    check: Check::Certificate { applies: leaf_only, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    if view.has_usage(KeyUsages::CRLSign) {
        return Err("cRLSign in a certificate that is no CA".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    use const_oid::db::rfc5280;

    #[test]
    fn a_server_passes() {
        Sample::server().verdict(&RULE).unwrap();
    }

    #[test]
    fn a_leaf_with_crl_sign_is_found() {
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.extension(rfc5280::ID_CE_KEY_USAGE).2 = vec![3, 2, 1, 0x82];
        });
        assert!(verdict.is_err());
    }
}
