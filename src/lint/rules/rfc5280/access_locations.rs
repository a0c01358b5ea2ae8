//! OCSP responders and issuers are found at absolute http or ldap URIs.

use const_oid::db::rfc5280;

use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::rules::syntax::{scheme, text, uri_fault};
use crate::lint::view::CertificateView;
use crate::lint::view::names::{DIRECTORY, URI, kind};

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.access-locations",
    citation: "RFC 5280 §4.2.2.1",
    severity: Severity::Warning,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for access in view.access(rfc5280::ID_PE_AUTHORITY_INFO_ACCESS) {
        if ![rfc5280::ID_AD_OCSP, rfc5280::ID_AD_CA_ISSUERS].contains(&access.method) {
            continue;
        }
        // An issuer may be named by its entry in a directory.
        if kind(&access.location) == Some(DIRECTORY) && access.method == rfc5280::ID_AD_CA_ISSUERS {
            continue;
        }
        if kind(&access.location) != Some(URI) {
            return Err(format!("the location for {} is no URI", access.method));
        }
        let uri = text(access.location.content);
        if let Some(fault) = uri_fault(&uri) {
            return Err(format!("the location {} {fault}", Escaped(&uri)));
        }
        if !scheme(&uri).is_some_and(|s| ["http", "https", "ldap"].contains(&&*s)) {
            return Err(format!("the location {} is not http or ldap", Escaped(&uri)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    use const_oid::db::rfc4519;

    #[test]
    fn http_and_ldap_pass() {
        for value in [
            access(rfc5280::ID_AD_OCSP, &general_name(6, b"http://ocsp.example.com")),
            access(rfc5280::ID_AD_CA_ISSUERS, &general_name(URI, b"ldap://example.com/cn=ca")),
        ] {
            let verdict = Sample::server().verdict_after(&RULE, |draft| {
                draft.set(rfc5280::ID_PE_AUTHORITY_INFO_ACCESS, false, &value)
            });
            verdict.unwrap();
        }
    }

    #[test]
    fn relative_and_other_locations_are_found() {
        for value in [
            access(rfc5280::ID_AD_OCSP, &general_name(URI, b"ocsp.example.com")),
            access(rfc5280::ID_AD_OCSP, &general_name(2, b"example.com")),
            access(rfc5280::ID_AD_CA_ISSUERS, &general_name(URI, b"ftp://example.com/ca.cer")),
        ] {
            let verdict = Sample::server().verdict_after(&RULE, |draft| {
                draft.set(rfc5280::ID_PE_AUTHORITY_INFO_ACCESS, false, &value)
            });
            assert!(verdict.is_err());
        }
    }

    #[test]
    fn an_entry_of_a_directory_names_an_issuer_and_no_responder() {
        let entry = tlv(0xa4, &name_of(rfc4519::COMMON_NAME, UTF8_STRING, b"Example Root"));
        let of = |method| {
            Sample::server().verdict_after(&RULE, |draft| {
                draft.set(rfc5280::ID_PE_AUTHORITY_INFO_ACCESS, false, &access(method, &entry))
            })
        };
        of(rfc5280::ID_AD_CA_ISSUERS).unwrap();
        assert!(of(rfc5280::ID_AD_OCSP).is_err());
    }
}
