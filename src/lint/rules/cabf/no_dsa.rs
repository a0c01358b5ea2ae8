//! No DSA keys: hardly a client takes them.

use const_oid::db::rfc5912;

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "cabf.no-dsa",
    citation: "CA/Browser Forum BR 6.1.5, 7.1.3.1",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    if view.key.is_some_and(|key| key.algorithm == rfc5912::ID_DSA) {
        return Err("the public key is a DSA key".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn ec_and_rsa_pass() {
        Sample::server().verdict(&RULE).unwrap();
        Sample::rsa_server().verdict(&RULE).unwrap();
    }

    #[test]
    fn dsa_is_found() {
        let spki = key(&[&oid(rfc5912::ID_DSA)], &[2, 1, 7]);
        assert!(Sample::server().verdict_after(&RULE, |draft| draft.spki = spki).is_err());
    }
}
