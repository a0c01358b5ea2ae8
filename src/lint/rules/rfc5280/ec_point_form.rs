//! An EC key is an uncompressed or compressed point of the length of its curve.

use const_oid::db::rfc5912;

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.ec-point-form",
    citation: "RFC 5480 §2.2, SEC 1 §2.3.3",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let Some(key) = view.key else { return Ok(()) };
    let width = match key.curve() {
        Some(rfc5912::SECP_256_R_1) => 32,
        Some(rfc5912::SECP_384_R_1) => 48,
        Some(rfc5912::SECP_521_R_1) => 66,
        _ => return Ok(()),
    };
    match (key.bits.first(), key.bits.len()) {
        (Some(4), length) if length == 1 + 2 * width => Ok(()),
        (Some(2 | 3), length) if length == 1 + width => Ok(()),
        (first, length) => Err(format!(
            "the EC point begins with {:02x} and has {length} octets, expected 04 and {} or 02 or 03 and {}",
            first.copied().unwrap_or_default(),
            1 + 2 * width,
            1 + width
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn uncompressed_and_compressed_points_pass() {
        Sample::server().verdict(&RULE).unwrap();
        let spki = ec_key(rfc5912::SECP_384_R_1, &[3; 49]);
        Sample::server().verdict_after(&RULE, |draft| draft.spki = spki).unwrap();
    }

    #[test]
    fn hybrid_short_and_empty_points_are_found() {
        for point in [&[6; 65][..], &[4; 64], &[2; 65], &[0]] {
            let spki = ec_key(rfc5912::SECP_256_R_1, point);
            assert!(Sample::server().verdict_after(&RULE, |draft| draft.spki = spki).is_err());
        }
    }

    #[test]
    fn points_of_the_length_of_another_curve_are_found() {
        for (curve, length) in [(rfc5912::SECP_384_R_1, 65), (rfc5912::SECP_521_R_1, 97)] {
            let spki = ec_key(curve, &vec![4; length]);
            let verdict = Sample::server().verdict_after(&RULE, |draft| draft.spki = spki);
            assert!(verdict.is_err(), "{curve}");
        }
    }
}
