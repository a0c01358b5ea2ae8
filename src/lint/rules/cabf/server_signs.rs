//! A server key signs: TLS 1.3 knows no other key exchange.

use x509_cert::ext::pkix::KeyUsages;

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "cabf.server-signs",
    citation: "CA/Browser Forum BR 7.1.2.7.11, RFC 8446 §4.4.2.2",
    severity: Severity::Warning,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    view.is_server() && view.key_usage.is_some()
}

fn check(view: &CertificateView<'_>) -> Verdict {
    if !view.has_usage(KeyUsages::DigitalSignature) {
        return Err("serverAuth without digitalSignature".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    use const_oid::db::rfc5280;

    #[test]
    fn signatures_pass() {
        Sample::server().verdict(&RULE).unwrap();
        Sample::rsa_server().verdict(&RULE).unwrap();
    }

    #[test]
    fn encipherment_alone_is_found() {
        let encipherment = |draft: &mut Draft| draft.set_key_usage(&[5, 0x20]);
        assert!(Sample::rsa_server().verdict_after(&RULE, encipherment).is_err());
    }

    #[test]
    fn a_client_and_a_server_without_key_usage_pass() {
        let encipherment = |draft: &mut Draft| draft.set_key_usage(&[5, 0x20]);
        Sample::client().verdict_after(&RULE, encipherment).unwrap();
        let without = |draft: &mut Draft| draft.remove(rfc5280::ID_CE_KEY_USAGE);
        Sample::server().verdict_after(&RULE, without).unwrap();
    }
}
