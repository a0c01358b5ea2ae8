//! A CRL has a number of at most 20 octets, not negative and not critical.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict, every_crl};
use crate::lint::view::CrlView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.crl-number",
    citation: "RFC 5280 §5.2.3",
    severity: Severity::Error,
    check: Check::Crl { applies: every_crl, check },
};

fn check(view: &CrlView<'_>) -> Verdict {
    let Some(extension) = view.extension(rfc5280::ID_CE_CRL_NUMBER) else {
        return Err("cRLNumber is missing".to_owned());
    };
    if extension.critical {
        return Err("cRLNumber is critical".to_owned());
    }
    // One that is no INTEGER is the matter of another rule.
    match view.number {
        Some([]) => Err("cRLNumber is empty".to_owned()),
        Some([first, ..]) if first & 0x80 != 0 => Err("cRLNumber is negative".to_owned()),
        Some(octets) if octets.len() > 20 => {
            Err(format!("cRLNumber has {} octets, expected at most 20", octets.len()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_number_of_20_octets_or_less_passes() {
        CrlDraft::good().verdict(&RULE).unwrap();
        CrlDraft::delta().verdict(&RULE).unwrap();
    }

    #[test]
    fn a_missing_critical_negative_or_long_number_is_found() {
        let oid = rfc5280::ID_CE_CRL_NUMBER;
        CrlDraft::verdict_after(&RULE, |draft| draft.set(oid, false, &tlv(0x02, &[1; 20])))
            .unwrap();
        assert!(
            CrlDraft::verdict_after(&RULE, |draft| draft.extensions.retain(|one| one.0 != oid))
                .is_err()
        );
        assert!(CrlDraft::verdict_after(&RULE, |draft| draft.set(oid, true, &[2, 1, 5])).is_err());
        assert!(
            CrlDraft::verdict_after(&RULE, |draft| draft.set(oid, false, &[2, 1, 0x80])).is_err()
        );
        assert!(
            CrlDraft::verdict_after(&RULE, |draft| draft.set(oid, false, &tlv(0x02, &[1; 21])))
                .is_err()
        );
    }

    #[test]
    fn an_empty_number_is_found() {
        let oid = rfc5280::ID_CE_CRL_NUMBER;
        assert!(CrlDraft::verdict_after(&RULE, |draft| draft.set(oid, false, &[2, 0])).is_err());
    }
}
