//! The authority of a URI is a host name or an address.

use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::rules::syntax::{is_host, text, uri_host};
use crate::lint::view::CertificateView;
use crate::lint::view::names::URI;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.san-uri-host",
    citation: "RFC 5280 §4.2.1.6",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for uri in view.sans_of(URI).map(text) {
        if uri_host(&uri).is_some_and(|host| !is_host(host)) {
            return Err(format!(
                "URI {} has no host name or address in its authority",
                Escaped(&uri)
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn hosts_and_uris_without_authority_pass() {
        for name in ["https://example.com:8443/a", "https://[2001:db8::1]/", "urn:uuid:f81d4fae"] {
            let sans = [general_name(URI, name.as_bytes())];
            Sample::server().verdict_after(&RULE, |draft| draft.set_sans(&sans)).unwrap();
        }
    }

    #[test]
    fn no_host_and_malformed_hosts_are_found() {
        for name in ["https:///path", "https://exa_mple..com/", "https://[::g]/"] {
            let sans = [general_name(URI, name.as_bytes())];
            let verdict = Sample::server().verdict_after(&RULE, |draft| draft.set_sans(&sans));
            assert!(verdict.is_err(), "{name}");
        }
    }
}
