//! One CRL distribution point covers all reasons.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.crl-points-all-reasons",
    citation: "RFC 5280 §4.2.1.13",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let points = view.points(rfc5280::ID_CE_CRL_DISTRIBUTION_POINTS);
    if !points.is_empty() && points.iter().all(|point| point.has_reasons) {
        return Err("every CRL distribution point is for some reasons only".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_point_for_all_passes() {
        let value = point(&general_name(6, b"http://example.com/ca.crl"));
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set(rfc5280::ID_CE_CRL_DISTRIBUTION_POINTS, false, &value)
        });
        verdict.unwrap();
    }

    #[test]
    fn points_for_some_are_found() {
        let value = sequence(&[&sequence(&[
            &tlv(0xa0, &tlv(0xa0, &general_name(6, b"http://example.com/ca.crl"))),
            &[0x81, 2, 1, 6],
        ])]);
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set(rfc5280::ID_CE_CRL_DISTRIBUTION_POINTS, false, &value)
        });
        assert!(verdict.is_err());
    }
}
