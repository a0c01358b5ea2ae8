//! subjectAltName holds exactly the planned names.

use const_oid::db::rfc5280;
use der::Encode as _;
use x509_cert::ext::pkix::name::GeneralName;

use crate::base::san::San;

use crate::lint::rule::{Check, Rule, Severity, Verdict, planned};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "keystead.planned-names",
    citation: "SECURITY.md: nothing of a request is silently changed",
    severity: Severity::Error,
    check: Check::Certificate { applies: planned, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let Some(plan) = view.plan else { return Ok(()) };
    let found = view.extension(rfc5280::ID_CE_SUBJECT_ALT_NAME).map(|extension| extension.value);
    let planned = match plan.sans() {
        [] => None,
        sans => {
            let names: Result<Vec<GeneralName>, _> =
                sans.iter().map(San::to_general_name).collect();
            let names =
                names.map_err(|error| format!("a planned name cannot be encoded: {error}"))?;
            let encoded = names.to_der();
            Some(encoded.map_err(|error| format!("the planned names cannot be encoded: {error}"))?)
        }
    };
    if found == planned.as_deref() {
        return Ok(());
    }
    let planned: Vec<String> = plan.sans().iter().map(San::to_string).collect();
    let found = found.map_or_else(|| "missing".to_owned(), hex::encode);
    Err(format!("subjectAltName is {found}, planned was [{}]", planned.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn the_planned_names_pass() {
        Sample::server().verdict(&RULE).unwrap();
        Sample::client().verdict(&RULE).unwrap();
    }

    #[test]
    fn a_lost_or_added_name_is_found() {
        let oid = rfc5280::ID_CE_SUBJECT_ALT_NAME;
        assert!(Sample::server().verdict_after(&RULE, |draft| draft.remove(oid)).is_err());
        let added = Sample::client()
            .verdict_after(&RULE, |draft| draft.add(oid, false, &tlv(0x30, &[0x82, 1, b'a'])));
        assert!(added.is_err());
    }
}
