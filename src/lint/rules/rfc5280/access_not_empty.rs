//! authorityInfoAccess, subjectInfoAccess and freshestCRL hold something.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.access-not-empty",
    citation: "RFC 5280 §4.2.1.15, §4.2.2.1, §4.2.2.2",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for (oid, name) in [
        (rfc5280::ID_PE_AUTHORITY_INFO_ACCESS, "authorityInfoAccess"),
        (rfc5280::ID_PE_SUBJECT_INFO_ACCESS, "subjectInfoAccess"),
        (rfc5280::ID_CE_FRESHEST_CRL, "freshestCRL"),
        (rfc5280::ID_CE_SUBJECT_DIRECTORY_ATTRIBUTES, "subjectDirectoryAttributes"),
    ] {
        if view.elements_of(oid).is_some_and(|list| list.is_empty()) {
            return Err(format!("{name} holds nothing"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_location_passes() {
        let value = access(rfc5280::ID_AD_OCSP, &general_name(6, b"http://ocsp.example.com"));
        let oid = rfc5280::ID_PE_AUTHORITY_INFO_ACCESS;
        Sample::server().verdict_after(&RULE, |draft| draft.add(oid, false, &value)).unwrap();
    }

    #[test]
    fn empty_lists_are_found() {
        for oid in [rfc5280::ID_PE_AUTHORITY_INFO_ACCESS, rfc5280::ID_CE_FRESHEST_CRL] {
            let verdict =
                Sample::server().verdict_after(&RULE, |draft| draft.add(oid, false, &[0x30, 0]));
            assert!(verdict.is_err());
        }
    }
}
