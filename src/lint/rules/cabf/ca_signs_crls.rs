//! A CA that signs certificates signs CRLs too.

use x509_cert::ext::pkix::KeyUsages;

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "cabf.ca-signs-crls",
    citation: "CA/Browser Forum BR 7.1.2.10.7",
    severity: Severity::Warning,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    view.is_ca() && view.key_usage.is_some()
}

fn check(view: &CertificateView<'_>) -> Verdict {
    if !view.has_usage(KeyUsages::CRLSign) {
        return Err("keyUsage of a CA has no cRLSign".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_shipped_ca_passes() {
        Sample::root().verdict(&RULE).unwrap();
        Sample::intermediate().verdict(&RULE).unwrap();
    }

    #[test]
    fn a_ca_without_crls_is_found() {
        assert!(Sample::root().verdict_after(&RULE, |draft| draft.set_key_usage(&[2, 4])).is_err());
    }
}
