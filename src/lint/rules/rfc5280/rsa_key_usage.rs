//! An RSA key does not agree on keys.

use x509_cert::ext::pkix::KeyUsages;

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.rsa-key-usage",
    citation: "RFC 3279 §2.3.1, RFC 4055 §1.2",
    severity: Severity::Error,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    view.key.is_some_and(|key| key.is_rsa())
}

fn check(view: &CertificateView<'_>) -> Verdict {
    for (usage, name) in [
        (KeyUsages::KeyAgreement, "keyAgreement"),
        (KeyUsages::EncipherOnly, "encipherOnly"),
        (KeyUsages::DecipherOnly, "decipherOnly"),
    ] {
        if view.has_usage(usage) {
            return Err(format!("{name} for an RSA key"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn signature_and_encipherment_pass() {
        Sample::rsa_server().verdict(&RULE).unwrap();
    }

    #[test]
    fn agreement_is_found() {
        let verdict =
            Sample::rsa_server().verdict_after(&RULE, |draft| draft.set_key_usage(&[3, 0x88]));
        assert!(verdict.is_err());
    }

    #[test]
    fn an_ec_key_may_agree() {
        let agreement = |draft: &mut Draft| draft.set_key_usage(&[3, 0x88]);
        Sample::server().verdict_after(&RULE, agreement).unwrap();
    }
}
