//! A reason code is one that there is, is not `unspecified`, and is not critical.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict, every_crl};
use crate::lint::view::{CrlEntry, CrlView};

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.crl-reason-code",
    citation: "RFC 5280 §5.3.1",
    severity: Severity::Error,
    check: Check::CrlEntry { applies: every_crl, check },
};

fn check(_: &CrlView<'_>, entry: &CrlEntry<'_>) -> Verdict {
    let Some(reason) = entry.reason else { return Ok(()) };
    if entry.has_critical
        && entry.extension(rfc5280::ID_CE_CRL_REASONS).is_some_and(|extension| extension.critical)
    {
        return Err("the reason code is critical".to_owned());
    }
    match reason {
        Some(0) => Err("the reason unspecified is said by saying nothing".to_owned()),
        Some(1..=6 | 8..=10) => Ok(()),
        Some(other) => Err(format!("the reason code {other} does not exist")),
        None => Err("the reason code is no ENUMERATED of one octet".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_good_crl_passes() {
        CrlDraft::good().verdict(&RULE).unwrap();
        CrlDraft::delta().verdict(&RULE).unwrap();
    }

    #[test]
    fn a_reason_that_does_not_exist_or_says_nothing_is_found() {
        for reason in [0, 7, 11, 255] {
            let verdict =
                CrlDraft::verdict_after(&RULE, |draft| *draft.entry() = EntryDraft::new(7, reason));
            assert!(verdict.is_err(), "{reason}");
        }
    }

    #[test]
    fn a_critical_or_malformed_reason_is_found() {
        assert!(
            CrlDraft::verdict_after(&RULE, |draft| draft.entry().extensions[0].1 = true).is_err()
        );
        assert!(
            CrlDraft::verdict_after(&RULE, |draft| draft.entry().extensions[0].2 = vec![2, 1, 1])
                .is_err()
        );
    }

    #[test]
    fn a_reason_beside_something_critical_passes() {
        CrlDraft::verdict_after(&RULE, |draft| {
            let issuer = (rfc5280::ID_CE_CERTIFICATE_ISSUER, true, vec![0x30, 0]);
            draft.entry().extensions.push(issuer);
        })
        .unwrap();
    }
}
