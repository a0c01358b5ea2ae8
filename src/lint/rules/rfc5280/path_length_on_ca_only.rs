//! A path length stands only beside CA:TRUE and keyCertSign.

use x509_cert::ext::pkix::KeyUsages;

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.path-length-on-ca-only",
    citation: "RFC 5280 §4.2.1.9",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let Some(constraints) = &view.basic_constraints else { return Ok(()) };
    match constraints.path_len_constraint {
        Some(length) if !constraints.ca || !view.has_usage(KeyUsages::KeyCertSign) => {
            Err(format!("pathLenConstraint {length} in a certificate that is no CA"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    use const_oid::db::rfc5280;

    #[test]
    fn a_ca_with_a_path_length_passes() {
        Sample::intermediate().verdict(&RULE).unwrap();
    }

    #[test]
    fn a_leaf_with_a_path_length_is_found() {
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.extension(rfc5280::ID_CE_BASIC_CONSTRAINTS).2 = vec![0x30, 3, 2, 1, 0];
        });
        assert!(verdict.is_err());
    }

    #[test]
    fn a_path_length_with_only_one_of_the_ca_bit_and_the_key_usage_is_found() {
        let crl_sign_only = Sample::intermediate().verdict_after(&RULE, |draft| {
            draft.set_key_usage(&[1, 0x02]);
        });
        assert!(crl_sign_only.is_err());
        let no_ca = Sample::intermediate().verdict_after(&RULE, |draft| {
            draft.extension(rfc5280::ID_CE_BASIC_CONSTRAINTS).2 = vec![0x30, 3, 2, 1, 0];
        });
        assert!(no_ca.is_err());
    }
}
