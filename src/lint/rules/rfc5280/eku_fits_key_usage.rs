//! Each purpose has a key usage that serves it.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280;
use x509_cert::ext::pkix::KeyUsages;

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.eku-fits-key-usage",
    citation: "RFC 5280 §4.2.1.12",
    severity: Severity::Error,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    view.is_leaf() && view.key_usage.is_some()
}

fn check(view: &CertificateView<'_>) -> Verdict {
    let usages = view.key_usage.unwrap_or_default();
    for purpose in &view.extended_key_usage {
        let Some((_, name, serving)) = SERVING.iter().find(|(oid, ..)| oid == purpose) else {
            continue;
        };
        if !serving.iter().any(|usage| usages.contains(*usage)) {
            return Err(format!("{name} without a key usage that serves it"));
        }
    }
    Ok(())
}

/// Purpose, name and the usages of which one is needed.
const SERVING: [(ObjectIdentifier, &str, &[KeyUsages]); 6] = [
    (
        rfc5280::ID_KP_SERVER_AUTH,
        "serverAuth",
        &[KeyUsages::DigitalSignature, KeyUsages::KeyEncipherment, KeyUsages::KeyAgreement],
    ),
    (
        rfc5280::ID_KP_CLIENT_AUTH,
        "clientAuth",
        &[KeyUsages::DigitalSignature, KeyUsages::KeyAgreement],
    ),
    (rfc5280::ID_KP_CODE_SIGNING, "codeSigning", &[KeyUsages::DigitalSignature]),
    (
        rfc5280::ID_KP_EMAIL_PROTECTION,
        "emailProtection",
        &[
            KeyUsages::DigitalSignature,
            KeyUsages::NonRepudiation,
            KeyUsages::KeyEncipherment,
            KeyUsages::KeyAgreement,
        ],
    ),
    (
        rfc5280::ID_KP_TIME_STAMPING,
        "timeStamping",
        &[KeyUsages::DigitalSignature, KeyUsages::NonRepudiation],
    ),
    (
        rfc5280::ID_KP_OCSP_SIGNING,
        "OCSPSigning",
        &[KeyUsages::DigitalSignature, KeyUsages::NonRepudiation],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn usages_that_serve_pass() {
        Sample::server().verdict(&RULE).unwrap();
        Sample::client().verdict(&RULE).unwrap();
        Sample::rsa_server().verdict_after(&RULE, |draft| draft.set_key_usage(&[5, 0x20])).unwrap();
    }

    #[test]
    fn a_client_that_only_enciphers_is_found() {
        let encipherment = |draft: &mut Draft| draft.set_key_usage(&[5, 0x20]);
        assert!(Sample::client().verdict_after(&RULE, encipherment).is_err());
        let non_repudiation = |draft: &mut Draft| draft.set_key_usage(&[6, 0x40]);
        assert!(Sample::server().verdict_after(&RULE, non_repudiation).is_err());
    }

    #[test]
    fn a_ca_and_a_leaf_without_key_usage_pass() {
        let purposes = [rfc5280::ID_KP_SERVER_AUTH];
        Sample::intermediate().verdict_after(&RULE, |draft| draft.set_purposes(&purposes)).unwrap();
        let without = |draft: &mut Draft| draft.remove(rfc5280::ID_CE_KEY_USAGE);
        Sample::server().verdict_after(&RULE, without).unwrap();
    }
}
