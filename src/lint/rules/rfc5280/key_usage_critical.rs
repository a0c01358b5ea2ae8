//! keyUsage is critical in leaves too.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict, leaf_only};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.key-usage-critical",
    citation: "RFC 5280 §4.2.1.3",
    severity: Severity::Warning,
    check: Check::Certificate { applies: leaf_only, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    match view.extension(rfc5280::ID_CE_KEY_USAGE) {
        // An error in ours, by the rule about its presence.
        Some(extension) if !extension.critical && view.plan.is_none() => {
            Err("keyUsage is not critical".to_owned())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_critical_one_passes() {
        Sample::server().verdict(&RULE).unwrap();
        Sample::server().verdict_as_foreign(&RULE, |_| {}).unwrap();
    }

    #[test]
    fn an_uncritical_one_is_found() {
        let uncritical = |draft: &mut Draft| draft.extension(rfc5280::ID_CE_KEY_USAGE).1 = false;
        assert!(Sample::server().verdict_as_foreign(&RULE, uncritical).is_err());
    }
}
