//! nextUpdate is there, and after thisUpdate.

use crate::lint::rule::{Check, Rule, Severity, Verdict, every_crl};
use crate::lint::view::CrlView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.crl-update-order",
    citation: "RFC 5280 §5.1.2.5",
    severity: Severity::Error,
    check: Check::Crl { applies: every_crl, check },
};

fn check(view: &CrlView<'_>) -> Verdict {
    let Some(next_update) = view.next_update else {
        return Err("nextUpdate is missing".to_owned());
    };
    match (view.this_update.instant, next_update.instant) {
        (Some(this), Some(next)) if next <= this => {
            Err(format!("nextUpdate {next} is not after thisUpdate {this}"))
        }
        // A time that cannot be read is the matter of another rule.
        _ => Ok(()),
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
    fn a_missing_nextupdate_and_one_that_is_not_later_are_found() {
        assert!(CrlDraft::verdict_after(&RULE, |draft| draft.next_update = Vec::new()).is_err());
        assert!(
            CrlDraft::verdict_after(&RULE, |draft| draft.next_update = draft.this_update.clone())
                .is_err()
        );
    }
}
