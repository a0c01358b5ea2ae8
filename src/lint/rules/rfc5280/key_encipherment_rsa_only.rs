//! Only RSA keys encipher keys and data.

use x509_cert::ext::pkix::KeyUsages;

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.key-encipherment-rsa-only",
    citation: "RFC 8813 §3, RFC 8410 §5, RFC 4055 §1",
    severity: Severity::Error,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    view.key.is_some_and(|key| !key.is_rsa())
}

fn check(view: &CertificateView<'_>) -> Verdict {
    for (usage, name) in [
        (KeyUsages::KeyEncipherment, "keyEncipherment"),
        (KeyUsages::DataEncipherment, "dataEncipherment"),
    ] {
        if view.has_usage(usage) {
            return Err(format!("{name} for a key that is not RSA"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    use const_oid::db::rfc5280;

    #[test]
    fn rsa_keys_may_have_it_and_ec_keys_do_without() {
        let rsa = Sample::rsa_server();
        rsa.verdict(&RULE).unwrap();
        Sample::server().verdict(&RULE).unwrap();
    }

    #[test]
    fn an_ec_key_with_it_is_found() {
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.extension(rfc5280::ID_CE_KEY_USAGE).2 = vec![3, 2, 5, 0xa0];
        });
        assert!(verdict.is_err());
    }
}
