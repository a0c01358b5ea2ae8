//! A CA certificate has basicConstraints, marked critical.

use const_oid::db::rfc5280;
use x509_cert::ext::pkix::KeyUsages;

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.basic-constraints-critical",
    citation: "RFC 5280 §4.2.1.9",
    severity: Severity::Error,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    view.is_ca() || view.has_usage(KeyUsages::KeyCertSign)
}

fn check(view: &CertificateView<'_>) -> Verdict {
    match view.extension(rfc5280::ID_CE_BASIC_CONSTRAINTS) {
        None => Err("basicConstraints is missing".to_owned()),
        Some(extension) if !extension.critical => {
            Err("basicConstraints is not critical".to_owned())
        }
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_root_passes() {
        Sample::root().verdict(&RULE).unwrap();
    }

    #[test]
    fn a_ca_without_it_or_with_it_not_critical_is_found() {
        let oid = rfc5280::ID_CE_BASIC_CONSTRAINTS;
        assert!(Sample::root().verdict_after(&RULE, |draft| draft.remove(oid)).is_err());
        assert!(
            Sample::root().verdict_after(&RULE, |draft| draft.extension(oid).1 = false).is_err()
        );
    }

    #[test]
    fn a_leaf_without_it_passes() {
        let oid = rfc5280::ID_CE_BASIC_CONSTRAINTS;
        Sample::server().verdict_after(&RULE, |draft| draft.remove(oid)).unwrap();
    }
}
