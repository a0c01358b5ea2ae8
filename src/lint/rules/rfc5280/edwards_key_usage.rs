//! A key of Ed25519 or Ed448 signs and does nothing else.

use const_oid::db::rfc8410;
use x509_cert::ext::pkix::KeyUsages;

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.edwards-key-usage",
    citation: "RFC 8410 §5, RFC 9295 §3",
    severity: Severity::Error,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    let edwards = [rfc8410::ID_ED_25519, rfc8410::ID_ED_448];
    view.key_usage.is_some() && view.key.is_some_and(|key| edwards.contains(&key.algorithm))
}

fn check(view: &CertificateView<'_>) -> Verdict {
    let signs = KeyUsages::DigitalSignature
        | KeyUsages::NonRepudiation
        | KeyUsages::KeyCertSign
        | KeyUsages::CRLSign;
    let usages = view.key_usage.unwrap_or_default();
    if (usages & signs).is_empty() {
        return Err("keyUsage of a signature key grants no signatures".to_owned());
    }
    if !(usages & !signs).is_empty() {
        return Err("keyUsage of a signature key grants encipherment or agreement".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn signatures_pass() {
        for content in [&[7, 0x80][..], &[1, 0x86]] {
            ed25519(content).unwrap();
        }
    }

    #[test]
    fn agreement_encipherment_and_no_signatures_are_found() {
        for content in [&[3, 0x88][..], &[5, 0xa0], &[3, 0x08], &[0]] {
            assert!(ed25519(content).is_err(), "{content:?}");
        }
    }

    #[test]
    fn all_that_sign_together_pass() {
        ed25519(&[1, 0xc6]).unwrap();
    }

    fn ed25519(usages: &[u8]) -> Verdict {
        Sample::server().verdict_after(&RULE, |draft| {
            draft.spki = key(&[&oid(rfc8410::ID_ED_25519)], &[7; 32]);
            draft.set_key_usage(usages);
        })
    }
}
