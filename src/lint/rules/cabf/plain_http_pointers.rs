//! CRLs and issuers are fetched without TLS, whose check would need them first.

use const_oid::db::rfc5280;

use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::rules::syntax::{scheme, text};
use crate::lint::view::CertificateView;
use crate::lint::view::names::{URI, kind};

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "cabf.plain-http-pointers",
    citation: "CA/Browser Forum BR 7.1.2.11.2, RFC 5280 §8",
    severity: Severity::Warning,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let points = view.points(rfc5280::ID_CE_CRL_DISTRIBUTION_POINTS);
    let locations = view.access(rfc5280::ID_PE_AUTHORITY_INFO_ACCESS);
    let names = points.iter().flat_map(|point| &point.names);
    let names = names.chain(locations.iter().map(|access| &access.location));
    for uri in names.filter(|name| kind(name) == Some(URI)).map(|name| text(name.content)) {
        if scheme(&uri).is_some_and(|scheme| scheme == "https") {
            return Err(format!("{} is fetched over TLS", Escaped(&uri)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn http_passes() {
        let value = point(&general_name(URI, b"http://example.com/ca.crl"));
        let oid = rfc5280::ID_CE_CRL_DISTRIBUTION_POINTS;
        Sample::server().verdict_after(&RULE, |draft| draft.add(oid, false, &value)).unwrap();
    }

    #[test]
    fn https_is_found() {
        let uri = general_name(URI, b"https://example.com/ca");
        for (oid, value) in [
            (rfc5280::ID_CE_CRL_DISTRIBUTION_POINTS, point(&uri)),
            (rfc5280::ID_PE_AUTHORITY_INFO_ACCESS, access(rfc5280::ID_AD_OCSP, &uri)),
        ] {
            let verdict =
                Sample::server().verdict_after(&RULE, |draft| draft.add(oid, false, &value));
            assert!(verdict.is_err());
        }
    }
}
