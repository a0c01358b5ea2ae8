//! A reason code is one that there is, is not `unspecified`, and is not critical.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict, every_crl};
use crate::lint::view::CrlView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.crl-reason-code",
    citation: "RFC 5280 §5.3.1",
    severity: Severity::Error,
    check: Check::Crl { applies: every_crl, check },
};

fn check(view: &CrlView<'_>) -> Verdict {
    for entry in view.entries() {
        let Some(reason) = entry.reason() else { continue };
        let critical = entry.extension(rfc5280::ID_CE_CRL_REASONS).is_some_and(|one| one.critical);
        let fault = match reason {
            _ if critical => "a critical reason code".to_owned(),
            Some(0) => "the reason unspecified, which is said by saying nothing".to_owned(),
            Some(1..=6 | 8..=10) => continue,
            Some(other) => format!("the reason code {other}, which does not exist"),
            None => "a reason code that is no ENUMERATED of one octet".to_owned(),
        };
        return Err(format!("entry {} has {fault}", entry.shown()));
    }
    Ok(())
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
}
