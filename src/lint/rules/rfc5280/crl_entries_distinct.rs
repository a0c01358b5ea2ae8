//! No certificate is revoked twice.

use crate::base::ascending::ascending;
use crate::lint::rule::{Check, Rule, Severity, Verdict, every_crl};
use crate::lint::view::CrlView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.crl-entries-distinct",
    citation: "RFC 5280 §5.1.2.6, §5.3.3",
    severity: Severity::Error,
    check: Check::Crl { applies: every_crl, check },
};

fn check(view: &CrlView<'_>) -> Verdict {
    let walk = || view.certificates().map(|(issuer, serial)| ((issuer, serial.len(), serial), ()));
    // One walk over a list in order, as ours is.
    if walk().is_sorted_by(|one, next| one < next) {
        return Ok(());
    }
    let mut last = None;
    for (key, ()) in ascending(walk) {
        if last.replace(key) == Some(key) {
            return Err(format!("the certificate {} is there twice", hex::encode(key.2)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    use const_oid::db::rfc5280;

    #[test]
    fn a_good_crl_passes() {
        CrlDraft::good().verdict(&RULE).unwrap();
        CrlDraft::delta().verdict(&RULE).unwrap();
    }

    #[test]
    fn a_serial_that_is_there_twice_is_found() {
        assert!(CrlDraft::verdict_after(&RULE, |draft| draft.entry().serial = vec![8]).is_err());
    }

    #[test]
    fn one_serial_of_two_issuers_passes() {
        CrlDraft::verdict_after(&RULE, |draft| {
            let entries = draft.entries.as_mut().unwrap();
            entries[1].serial = vec![7];
            entries[1].extensions.push((rfc5280::ID_CE_CERTIFICATE_ISSUER, true, vec![0x30, 0]));
        })
        .unwrap();
    }
}
