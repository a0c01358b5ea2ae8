//! encipherOnly and decipherOnly qualify keyAgreement, and exclude each other.

use x509_cert::ext::pkix::KeyUsages;

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.agreement-qualifiers",
    citation: "RFC 5280 §4.2.1.3",
    severity: Severity::Warning,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let encipher = view.has_usage(KeyUsages::EncipherOnly);
    let decipher = view.has_usage(KeyUsages::DecipherOnly);
    if encipher && decipher {
        return Err("keyUsage has both encipherOnly and decipherOnly".to_owned());
    }
    if (encipher || decipher) && !view.has_usage(KeyUsages::KeyAgreement) {
        return Err("keyUsage has encipherOnly or decipherOnly without keyAgreement".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_qualified_agreement_passes() {
        Sample::server().verdict(&RULE).unwrap();
        Sample::server().verdict_after(&RULE, |draft| draft.set_key_usage(&[0, 0x09])).unwrap();
    }

    #[test]
    fn qualifiers_of_nothing_and_both_are_found() {
        for content in [&[0, 0x81][..], &[7, 0x80, 0x80], &[7, 0x09, 0x80]] {
            let verdict =
                Sample::server().verdict_after(&RULE, |draft| draft.set_key_usage(content));
            assert!(verdict.is_err(), "{content:?}");
        }
    }
}
