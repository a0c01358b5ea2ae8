//! keyUsage is there, critical, and grants something.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.key-usage-present",
    citation: "RFC 5280 §4.2.1.3",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    // RFC 5280 §4.2.1.3: CA certificates must have it, critical; ours all do.
    let must = view.plan.is_some() || view.is_ca();
    match (view.extension(rfc5280::ID_CE_KEY_USAGE), view.key_usage) {
        (None, _) if must => Err("keyUsage is missing".to_owned()),
        (Some(extension), _) if must && !extension.critical => {
            Err("keyUsage is not critical".to_owned())
        }
        (Some(_), Some(usages)) if usages.is_empty() => Err("keyUsage grants nothing".to_owned()),
        // One that cannot be read is the matter of another rule.
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_server_passes() {
        Sample::server().verdict(&RULE).unwrap();
    }

    #[test]
    fn a_missing_or_empty_or_uncritical_one_is_found() {
        let oid = rfc5280::ID_CE_KEY_USAGE;
        assert!(Sample::server().verdict_after(&RULE, |draft| draft.remove(oid)).is_err());
        assert!(
            Sample::server().verdict_after(&RULE, |draft| draft.extension(oid).1 = false).is_err()
        );
        let empty =
            Sample::server().verdict_after(&RULE, |draft| draft.extension(oid).2 = vec![3, 1, 0]);
        assert!(empty.is_err());
    }

    #[test]
    fn others_leave_it_out_of_leaves_and_not_of_ca_certificates() {
        let without = |draft: &mut Draft| draft.remove(rfc5280::ID_CE_KEY_USAGE);
        Sample::server().verdict_as_foreign(&RULE, without).unwrap();
        assert!(Sample::root().verdict_as_foreign(&RULE, without).is_err());
    }
}
