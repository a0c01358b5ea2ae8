//! The version is v1, which DER leaves out.

use crate::lint::rule::{Check, Rule, Severity, Verdict, answered};
use crate::lint::view::OcspView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc6960.version-default",
    citation: "RFC 6960 §4.2.2.3; X.690 §11.5",
    severity: Severity::Error,
    check: Check::Ocsp { applies: answered, check },
};

fn check(view: &OcspView<'_>) -> Verdict {
    let Some(basic) = &view.basic else { return Ok(()) };
    match basic.version {
        None => Ok(()),
        Some([0]) => Err("the version v1 is written out".to_owned()),
        Some(other) => Err(format!("the version is 0x{}, expected v1", hex::encode(other))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_good_response_passes() {
        OcspDraft::good().verdict(&RULE).unwrap();
    }

    #[test]
    fn a_version_that_is_written_out_is_found() {
        assert!(
            OcspDraft::verdict_after(&RULE, |draft| draft.version = vec![0xa0, 3, 2, 1, 0])
                .is_err()
        );
        assert!(
            OcspDraft::verdict_after(&RULE, |draft| draft.version = vec![0xa0, 3, 2, 1, 1])
                .is_err()
        );
    }
}
