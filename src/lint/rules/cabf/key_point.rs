//! The key is a point of its curve.

use crate::base::spki::Spki;
use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;
use crate::request::key;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "cabf.key-point",
    citation: "CA/Browser Forum BR 6.1.6, NIST SP 800-56A 5.6.2.3.3",
    severity: Severity::Error,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    // The keys of our leaves passed the same checks with their requests.
    view.plan.is_none() || view.is_ca()
}

fn check(view: &CertificateView<'_>) -> Verdict {
    match Spki::from_der(view.spki) {
        Ok(spki) if spki.rsa_modulus().is_none() => {
            key::check(&spki).map_err(|fault| fault.to_string())
        }
        // RSA keys, and what other rules find.
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_point_of_the_curve_passes() {
        Sample::root().verdict(&RULE).unwrap();
        Sample::intermediate().verdict(&RULE).unwrap();
    }

    #[test]
    fn a_point_beside_it_is_found() {
        let beside = |draft: &mut Draft| *draft.spki.last_mut().unwrap() ^= 1;
        assert!(Sample::root().verdict_after(&RULE, beside).is_err());
        assert!(Sample::server().verdict_as_foreign(&RULE, beside).is_err());
    }

    #[test]
    fn leaves_of_ours_and_rsa_keys_are_judged_elsewhere() {
        let beside = |draft: &mut Draft| *draft.spki.last_mut().unwrap() ^= 1;
        Sample::server().verdict_after(&RULE, beside).unwrap();
        let even = rsa_key(&[&[0][..], &[0xfe; 256]].concat(), &[1, 0, 1]);
        Sample::root().verdict_after(&RULE, |draft| draft.spki = even).unwrap();
    }
}
