//! An EC key is on P-256, P-384 or P-521.

use const_oid::db::rfc5912;

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "cabf.curve",
    citation: "CA/Browser Forum BR 6.1.5",
    severity: Severity::Warning,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let known = [rfc5912::SECP_256_R_1, rfc5912::SECP_384_R_1, rfc5912::SECP_521_R_1];
    match view.key.and_then(|key| key.curve()) {
        Some(curve) if !known.contains(&curve) => {
            Err(format!("the EC key is on {curve}, expected P-256, P-384 or P-521"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn p_256_passes() {
        Sample::server().verdict(&RULE).unwrap();
    }

    #[test]
    fn p_224_is_found() {
        let spki = ec_key(rfc5912::SECP_224_R_1, &[4; 57]);
        assert!(Sample::server().verdict_after(&RULE, |draft| draft.spki = spki).is_err());
    }
}
