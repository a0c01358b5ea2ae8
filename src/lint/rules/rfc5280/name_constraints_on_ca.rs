//! nameConstraints stand only in CA certificates, critical and not empty.

use const_oid::db::rfc5280;
use der::Decode as _;
use x509_cert::ext::pkix::NameConstraints;

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.name-constraints-on-ca",
    citation: "RFC 5280 §4.2.1.10",
    severity: Severity::Error,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    view.extension(rfc5280::ID_CE_NAME_CONSTRAINTS).is_some()
}

fn check(view: &CertificateView<'_>) -> Verdict {
    let Some(extension) = view.extension(rfc5280::ID_CE_NAME_CONSTRAINTS) else { return Ok(()) };
    if !view.is_ca() {
        return Err("nameConstraints in a certificate that is no CA".to_owned());
    }
    if !extension.critical {
        return Err("nameConstraints is not critical".to_owned());
    }
    match NameConstraints::from_der(extension.value) {
        Err(error) => Err(format!("nameConstraints cannot be read: {error}")),
        Ok(NameConstraints { permitted_subtrees: None, excluded_subtrees: None }) => {
            Err("nameConstraints constrains nothing".to_owned())
        }
        Ok(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    /// permittedSubtrees: dNSName example.com.
    const EXAMPLE_COM: &[u8] = b"\x30\x11\xa0\x0f\x30\x0d\x82\x0bexample.com";

    #[test]
    fn critical_constraints_of_a_ca_pass() {
        let oid = rfc5280::ID_CE_NAME_CONSTRAINTS;
        Sample::root().verdict_after(&RULE, |draft| draft.add(oid, true, EXAMPLE_COM)).unwrap();
    }

    #[test]
    fn uncritical_empty_and_misplaced_constraints_are_found() {
        let oid = rfc5280::ID_CE_NAME_CONSTRAINTS;
        let add = |sample: Sample, critical, value: &[u8]| {
            sample.verdict_after(&RULE, |draft| draft.add(oid, critical, value))
        };
        assert!(add(Sample::root(), false, EXAMPLE_COM).is_err());
        assert!(add(Sample::root(), true, &[0x30, 0]).is_err());
        assert!(add(Sample::server(), true, EXAMPLE_COM).is_err());
    }
}
