//! Each CRL distribution point has a name or an issuer; there is at least one.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.crl-points-complete",
    citation: "RFC 5280 §4.2.1.13",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let oid = rfc5280::ID_CE_CRL_DISTRIBUTION_POINTS;
    if view.elements_of(oid).is_some_and(|points| points.is_empty()) {
        return Err("cRLDistributionPoints holds no point".to_owned());
    }
    if view.points(oid).iter().any(|point| !point.has_name && !point.has_issuer) {
        return Err("a CRL distribution point has neither name nor issuer".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_point_with_a_name_passes() {
        let value = point(&general_name(6, b"http://example.com/ca.crl"));
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set(rfc5280::ID_CE_CRL_DISTRIBUTION_POINTS, false, &value)
        });
        verdict.unwrap();
    }

    #[test]
    fn no_point_and_reasons_alone_are_found() {
        for value in
            [vec![0x30, 0], sequence(&[&[0x30, 0]]), sequence(&[&sequence(&[&[0x81, 2, 1, 6]])])]
        {
            let verdict = Sample::server().verdict_after(&RULE, |draft| {
                draft.set(rfc5280::ID_CE_CRL_DISTRIBUTION_POINTS, false, &value)
            });
            assert!(verdict.is_err());
        }
    }
}
