//! A CA under a path length has a smaller one.

use crate::lint::rule::{Check, Rule, Severity, Verdict, ca_only};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.path-length-below-issuer",
    citation: "RFC 5280 §6.1.4 (l), (m)",
    severity: Severity::Error,
    check: Check::Certificate { applies: ca_only, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    // RFC 5280 §6.1.4 (l): a self-issued certificate takes nothing off the issuer's path length.
    let issuer =
        view.authority.filter(|_| !view.is_self_issued()).and_then(|issuer| issuer.path_length);
    let own = view.basic_constraints.as_ref().and_then(|own| own.path_len_constraint);
    match (issuer, own) {
        (Some(limit), Some(own)) if own >= limit => {
            Err(format!("pathLenConstraint {own} under an issuer with {limit}"))
        }
        (Some(limit), None) => Err(format!("no pathLenConstraint under an issuer with {limit}")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_ca_under_an_unlimited_root_passes() {
        Sample::intermediate().verdict(&RULE).unwrap();
    }

    #[test]
    fn a_ca_as_deep_as_its_issuer_is_found() {
        let verdict = Sample::under_limited_issuer(1).verdict_after(&RULE, |draft| {
            draft.extension(const_oid::db::rfc5280::ID_CE_BASIC_CONSTRAINTS).2 =
                vec![0x30, 6, 1, 1, 0xff, 2, 1, 1];
        });
        assert!(verdict.is_err());
        Sample::under_limited_issuer(1).verdict(&RULE).unwrap();
    }

    #[test]
    fn an_unlimited_ca_under_a_limited_one_is_found() {
        let verdict = Sample::under_limited_issuer(1).verdict_after(&RULE, |draft| {
            draft.extension(const_oid::db::rfc5280::ID_CE_BASIC_CONSTRAINTS).2 =
                vec![0x30, 3, 1, 1, 0xff];
        });
        assert!(verdict.is_err());
    }
}
