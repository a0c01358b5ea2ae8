//! authorityInfoAccess points to issuers and OCSP responders, not to what belongs into subjectInfoAccess.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.access-methods",
    citation: "RFC 5280 §4.2.2.1, §4.2.2.2",
    severity: Severity::Warning,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let known = [rfc5280::ID_AD_OCSP, rfc5280::ID_AD_CA_ISSUERS];
    match view
        .access(rfc5280::ID_PE_AUTHORITY_INFO_ACCESS)
        .iter()
        .find(|one| !known.contains(&one.method))
    {
        Some(access) => Err(format!("authorityInfoAccess has the method {}", access.method)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn ocsp_passes() {
        let value = access(rfc5280::ID_AD_OCSP, &general_name(6, b"http://ocsp.example.com"));
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set(rfc5280::ID_PE_AUTHORITY_INFO_ACCESS, false, &value)
        });
        verdict.unwrap();
    }

    #[test]
    fn a_method_of_the_subject_is_found() {
        let value = access(rfc5280::ID_AD_CA_REPOSITORY, &general_name(6, b"http://example.com"));
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set(rfc5280::ID_PE_AUTHORITY_INFO_ACCESS, false, &value)
        });
        assert!(verdict.is_err());
    }
}
