//! An EC key names its curve; it neither describes one nor inherits it.

use const_oid::db::rfc5912;

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.ec-named-curve",
    citation: "RFC 5480 §2.1.1",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    match view.key {
        Some(key) if key.algorithm == rfc5912::ID_EC_PUBLIC_KEY && key.curve().is_none() => {
            Err("the parameters of the EC key are no named curve".to_owned())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_named_curve_passes() {
        Sample::server().verdict(&RULE).unwrap();
    }

    #[test]
    fn implicit_explicit_and_absent_curves_are_found() {
        let ec = oid(rfc5912::ID_EC_PUBLIC_KEY);
        for head in [&[&ec[..]][..], &[&ec, &[5, 0]], &[&ec, &[0x30, 0]]] {
            let spki = key(head, &[4; 65]);
            assert!(Sample::server().verdict_after(&RULE, |draft| draft.spki = spki).is_err());
        }
    }
}
