//! No extension is critical: clients know none that must be.

use crate::lint::rule::{Check, Rule, Severity, Verdict, answered};
use crate::lint::view::OcspView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc6960.no-critical-extensions",
    citation: "RFC 6960 §4.4",
    severity: Severity::Error,
    check: Check::Ocsp { applies: answered, check },
};

fn check(view: &OcspView<'_>) -> Verdict {
    let Some(basic) = &view.basic else { return Ok(()) };
    let singles = basic.responses.iter().flat_map(|single| &single.extensions);
    match basic.extensions.iter().chain(singles).find(|extension| extension.critical) {
        Some(stray) => Err(format!("extension {} is critical", stray.oid)),
        None => Ok(()),
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
    fn a_critical_extension_is_found() {
        let oid = const_oid::ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.1");
        assert!(OcspDraft::verdict_after(&RULE, |draft| draft.extensions[0].1 = true).is_err());
        assert!(
            OcspDraft::verdict_after(&RULE, |draft| draft.single().extensions.push((
                oid,
                true,
                vec![5, 0]
            )))
            .is_err()
        );
    }
}
