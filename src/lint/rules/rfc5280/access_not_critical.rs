//! authorityInfoAccess and subjectInfoAccess are not critical.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.access-not-critical",
    citation: "RFC 5280 §4.2.2.1, §4.2.2.2",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for (oid, name) in [
        (rfc5280::ID_PE_AUTHORITY_INFO_ACCESS, "authorityInfoAccess"),
        (rfc5280::ID_PE_SUBJECT_INFO_ACCESS, "subjectInfoAccess"),
    ] {
        if view.extension(oid).is_some_and(|extension| extension.critical) {
            return Err(format!("{name} is critical"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn an_uncritical_one_passes() {
        let value = access(rfc5280::ID_AD_OCSP, &general_name(6, b"http://ocsp.example.com"));
        let oid = rfc5280::ID_PE_AUTHORITY_INFO_ACCESS;
        Sample::server().verdict_after(&RULE, |draft| draft.set(oid, false, &value)).unwrap();
    }

    #[test]
    fn a_critical_one_is_found() {
        for oid in [rfc5280::ID_PE_AUTHORITY_INFO_ACCESS, rfc5280::ID_PE_SUBJECT_INFO_ACCESS] {
            let value = access(rfc5280::ID_AD_OCSP, &general_name(6, b"http://ocsp.example.com"));
            let verdict =
                Sample::server().verdict_after(&RULE, |draft| draft.set(oid, true, &value));
            assert!(verdict.is_err());
        }
    }
}
