//! The extensions are the planned ones, in their order, each byte for byte.

use crate::lint::rule::{Check, Rule, Severity, Verdict, planned};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "keystead.planned-extensions",
    citation: "SECURITY.md: a request never widens a profile",
    severity: Severity::Error,
    check: Check::Certificate { applies: planned, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let Some(plan) = view.plan else { return Ok(()) };
    let (planned, found) = (plan.extensions(), &view.extensions);
    if planned.len() != found.len() {
        return Err(format!(
            "there are {} extensions, planned were {}",
            found.len(),
            planned.len()
        ));
    }
    for (position, (planned, found)) in planned.iter().zip(found).enumerate() {
        let value = planned.extn_value.as_bytes();
        if planned.extn_id != found.oid
            || planned.critical != found.critical
            || value != found.value
        {
            return Err(format!(
                "extension {} is {} ({}critical) {}, planned was {} ({}critical) {}",
                position + 1,
                found.oid,
                if found.critical { "" } else { "not " },
                hex::encode(found.value),
                planned.extn_id,
                if planned.critical { "" } else { "not " },
                hex::encode(value),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use const_oid::db::rfc5280;

    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn the_planned_extensions_pass() {
        for sample in [Sample::server(), Sample::client(), Sample::root(), Sample::intermediate()] {
            sample.verdict(&RULE).unwrap();
        }
    }

    #[test]
    fn an_extension_that_is_added_moved_marked_or_changed_is_found() {
        let changes: [fn(&mut Draft); 4] = [
            |draft| draft.add(rfc5280::ID_CE_ISSUER_ALT_NAME, false, &[0x30, 0]),
            |draft| draft.extensions.swap(0, 1),
            |draft| draft.extension(rfc5280::ID_CE_EXT_KEY_USAGE).1 = true,
            |draft| draft.extension(rfc5280::ID_CE_EXT_KEY_USAGE).2[11] ^= 1,
        ];
        for change in changes {
            assert!(Sample::server().verdict_after(&RULE, change).is_err());
        }
    }
}
