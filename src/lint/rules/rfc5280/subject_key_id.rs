//! The subject key identifier is there, not critical, and derived from the key.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.subject-key-identifier",
    citation: "RFC 5280 §4.2.1.2, RFC 7093 §2",
    severity: Severity::Error,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    // RFC 5280 §4.2.1.2: CA certificates must have one, others should; ours all do.
    view.plan.is_some() || view.is_ca() || view.subject_key_id.is_some()
}

fn check(view: &CertificateView<'_>) -> Verdict {
    let Some(found) = view.subject_key_id else {
        return Err("subjectKeyIdentifier is missing".to_owned());
    };
    let critical = view
        .extension(rfc5280::ID_CE_SUBJECT_KEY_IDENTIFIER)
        .is_some_and(|extension| extension.critical);
    if critical {
        return Err("subjectKeyIdentifier is critical".to_owned());
    }
    if found.is_empty() {
        return Err("subjectKeyIdentifier is empty".to_owned());
    }
    // Others may derive it in any way; ours says how.
    let Some(plan) = view.plan else { return Ok(()) };
    let expected = plan.spki().key_id(plan.profile().key_id_method());
    if found != expected {
        let (found, expected) = (hex::encode(found), hex::encode(expected));
        return Err(format!("subjectKeyIdentifier is {found}, the key's is {expected}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn the_identifier_of_the_key_passes() {
        Sample::server().verdict(&RULE).unwrap();
    }

    #[test]
    fn a_missing_or_foreign_identifier_is_found() {
        let oid = rfc5280::ID_CE_SUBJECT_KEY_IDENTIFIER;
        assert!(Sample::server().verdict_after(&RULE, |draft| draft.remove(oid)).is_err());
        let foreign = Sample::server().verdict_after(&RULE, |draft| draft.extension(oid).2[2] ^= 1);
        assert!(foreign.is_err());
    }

    #[test]
    fn others_leave_it_out_of_leaves_and_not_of_ca_certificates() {
        let without = |draft: &mut Draft| draft.remove(rfc5280::ID_CE_SUBJECT_KEY_IDENTIFIER);
        Sample::server().verdict_as_foreign(&RULE, without).unwrap();
        assert!(Sample::root().verdict_as_foreign(&RULE, without).is_err());
    }
}
