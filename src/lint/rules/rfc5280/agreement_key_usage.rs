//! A key of X25519 or X448 agrees and does nothing else.

use const_oid::db::rfc8410;
use x509_cert::ext::pkix::KeyUsages;

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.agreement-key-usage",
    citation: "RFC 8410 §5",
    severity: Severity::Error,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    let agreement = [rfc8410::ID_X_25519, rfc8410::ID_X_448];
    view.key_usage.is_some() && view.key.is_some_and(|key| agreement.contains(&key.algorithm))
}

fn check(view: &CertificateView<'_>) -> Verdict {
    let usages = view.key_usage.unwrap_or_default();
    let others = KeyUsages::KeyAgreement | KeyUsages::EncipherOnly | KeyUsages::DecipherOnly;
    if !usages.contains(KeyUsages::KeyAgreement) {
        return Err("keyUsage of an agreement key has no keyAgreement".to_owned());
    }
    if !(usages & !others).is_empty() {
        return Err("keyUsage of an agreement key grants more than agreement".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn agreement_passes() {
        x25519(&[3, 0x08]).unwrap();
    }

    #[test]
    fn signatures_are_found() {
        for content in [&[7, 0x80][..], &[3, 0x88]] {
            assert!(x25519(content).is_err(), "{content:?}");
        }
    }

    fn x25519(usages: &[u8]) -> Verdict {
        Sample::server().verdict_after(&RULE, |draft| {
            draft.spki = key(&[&oid(rfc8410::ID_X_25519)], &[7; 32]);
            draft.set_key_usage(usages);
        })
    }
}
