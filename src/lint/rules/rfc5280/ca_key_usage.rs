//! A key that signs certificates enciphers and agrees on nothing.

use x509_cert::ext::pkix::KeyUsages;

use crate::lint::rule::{Check, Rule, Severity, Verdict, ca_only};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.ca-key-usage",
    citation: "RFC 3279 §2.3.1, RFC 5480 §3, RFC 8813 §3",
    severity: Severity::Warning,
    check: Check::Certificate { applies: ca_only, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for (usage, name) in [
        (KeyUsages::KeyEncipherment, "keyEncipherment"),
        (KeyUsages::DataEncipherment, "dataEncipherment"),
        (KeyUsages::KeyAgreement, "keyAgreement"),
    ] {
        if view.has_usage(KeyUsages::KeyCertSign) && view.has_usage(usage) {
            return Err(format!("keyUsage of a CA has {name}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_ca_that_signs_passes() {
        Sample::root().verdict(&RULE).unwrap();
        Sample::intermediate().verdict(&RULE).unwrap();
    }

    #[test]
    fn a_ca_that_enciphers_is_found() {
        for content in [&[2, 0x24][..], &[2, 0x14], &[2, 0x0c]] {
            let verdict = Sample::root().verdict_after(&RULE, |draft| draft.set_key_usage(content));
            assert!(verdict.is_err(), "{content:?}");
        }
    }
}
