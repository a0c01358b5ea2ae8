//! CRL distribution points are reached by http or ldap, at absolute URIs.

use std::borrow::Cow;

use const_oid::db::rfc5280;

use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::rules::syntax::{scheme, text, uri_fault};
use crate::lint::view::CertificateView;
use crate::lint::view::names::{URI, kind};

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.crl-points-uris",
    citation: "RFC 5280 §4.2.1.13",
    severity: Severity::Warning,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for point in view.points(rfc5280::ID_CE_CRL_DISTRIBUTION_POINTS) {
        let uris = point.names.iter().filter(|name| kind(name) == Some(URI));
        let uris: Vec<_> = uris.map(|name| text(name.content)).collect();
        for uri in &uris {
            if let Some(fault) = uri_fault(uri) {
                return Err(format!("the CRL distribution point {} {fault}", Escaped(uri)));
            }
        }
        let reached =
            |uri: &Cow<'_, str>| scheme(uri).is_some_and(|s| ["http", "ldap"].contains(&&*s));
        if !point.names.is_empty() && !uris.iter().any(reached) {
            return Err("a CRL distribution point has no http or ldap URI".to_owned());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn http_and_ldap_pass() {
        for value in [
            point(&general_name(6, b"http://example.com/ca.crl")),
            point(&general_name(URI, b"ldap://example.com/cn=ca?certificateRevocationList")),
        ] {
            let verdict = Sample::server().verdict_after(&RULE, |draft| {
                draft.set(rfc5280::ID_CE_CRL_DISTRIBUTION_POINTS, false, &value)
            });
            verdict.unwrap();
        }
    }

    #[test]
    fn relative_and_unreachable_points_are_found() {
        for value in [
            point(&general_name(URI, b"example.com/ca.crl")),
            point(&general_name(URI, b"ftp://example.com/ca.crl")),
            point(&general_name(2, b"example.com")),
        ] {
            let verdict = Sample::server().verdict_after(&RULE, |draft| {
                draft.set(rfc5280::ID_CE_CRL_DISTRIBUTION_POINTS, false, &value)
            });
            assert!(verdict.is_err());
        }
    }
}
