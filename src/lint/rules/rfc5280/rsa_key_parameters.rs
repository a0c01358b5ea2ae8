//! The parameters of an RSA key are NULL.

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;
use crate::lint::view::KeyView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.rsa-key-parameters",
    citation: "RFC 3279 §2.3.1",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    match view.key.filter(KeyView::is_rsa).map(|key| key.parameters.map(|one| one.raw)) {
        None | Some(Some([5, 0])) => Ok(()),
        Some(None) => Err("the RSA key has no parameters, expected NULL".to_owned()),
        Some(Some(other)) => {
            Err(format!("the parameters of the RSA key are {}, expected NULL", hex::encode(other)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn null_passes() {
        Sample::rsa_server().verdict(&RULE).unwrap();
    }

    #[test]
    fn absent_and_other_parameters_are_found() {
        let rsa = oid(const_oid::db::rfc5912::RSA_ENCRYPTION);
        for head in [&[&rsa[..]][..], &[&rsa, &[4, 0]]] {
            let spki = key(head, &[0x30, 0]);
            assert!(Sample::server().verdict_after(&RULE, |draft| draft.spki = spki).is_err());
        }
    }
}
