//! issuingDistributionPoint is critical, not empty, and limits the CRL to one kind at most.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict, every_crl};
use crate::lint::view::CrlView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.crl-issuing-distribution-point",
    citation: "RFC 5280 §5.2.5",
    severity: Severity::Error,
    check: Check::Crl { applies: every_crl, check },
};

fn check(view: &CrlView<'_>) -> Verdict {
    let critical = view
        .extension(rfc5280::ID_CE_ISSUING_DISTRIBUTION_POINT)
        .is_some_and(|extension| extension.critical);
    // One that cannot be read is the matter of another rule.
    let Some(point) = view.distribution_point else { return Ok(()) };
    if !critical {
        return Err("issuingDistributionPoint is not critical".to_owned());
    }
    let kinds = [
        point.only_user_certificates,
        point.only_ca_certificates,
        point.only_attribute_certificates,
    ];
    match kinds.iter().filter(|only| **only).count() {
        0 if !point.has_name && !point.has_reasons && !point.is_indirect => {
            Err("issuingDistributionPoint says nothing".to_owned())
        }
        0 | 1 => Ok(()),
        _ => {
            Err("issuingDistributionPoint limits the CRL to kinds that exclude each other"
                .to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_critical_limit_passes() {
        CrlDraft::good().verdict(&RULE).unwrap();
        let oid = rfc5280::ID_CE_ISSUING_DISTRIBUTION_POINT;
        let user_only = [0x30, 3, 0x81, 1, 0xff];
        CrlDraft::verdict_after(&RULE, |draft| draft.set(oid, true, &user_only)).unwrap();
    }

    #[test]
    fn an_uncritical_an_empty_and_a_contradictory_one_are_found() {
        let oid = rfc5280::ID_CE_ISSUING_DISTRIBUTION_POINT;
        assert!(
            CrlDraft::verdict_after(&RULE, |draft| draft.set(
                oid,
                false,
                &[0x30, 3, 0x81, 1, 0xff]
            ))
            .is_err()
        );
        assert!(CrlDraft::verdict_after(&RULE, |draft| draft.set(oid, true, &[0x30, 0])).is_err());
        assert!(
            CrlDraft::verdict_after(&RULE, |draft| draft.set(
                oid,
                true,
                &[0x30, 6, 0x81, 1, 0xff, 0x82, 1, 0xff]
            ))
            .is_err()
        );
    }

    #[test]
    fn each_field_alone_says_something_and_must_be_critical() {
        let oid = rfc5280::ID_CE_ISSUING_DISTRIBUTION_POINT;
        let name = tlv(0xa0, &tlv(0xa0, &general_name(6, b"http://example.com/ca.crl")));
        for field in [
            &name[..],
            &[0x81, 1, 0xff],
            &[0x82, 1, 0xff],
            &[0x83, 2, 6, 0x40],
            &[0x84, 1, 0xff],
            &[0x85, 1, 0xff],
        ] {
            let value = sequence(&[field]);
            CrlDraft::verdict_after(&RULE, |draft| draft.set(oid, true, &value)).unwrap();
            let uncritical = CrlDraft::verdict_after(&RULE, |draft| draft.set(oid, false, &value));
            assert!(uncritical.is_err(), "{field:?}");
        }
    }
}
