//! A URI is absolute and has no characters that it must escape.

use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::rules::syntax::{text, uri_fault};
use crate::lint::view::CertificateView;
use crate::lint::view::names::URI;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.san-uri-syntax",
    citation: "RFC 5280 §4.2.1.6, RFC 3986 §2, §3",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for uri in view.sans_of(URI).map(text) {
        if let Some(fault) = uri_fault(&uri) {
            return Err(format!("URI {} {fault}", Escaped(&uri)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn absolute_uris_pass() {
        for name in
            ["https://example.com/a?b", "spiffe://example.com/ns/default", "urn:uuid:f81d4fae"]
        {
            let sans = [general_name(URI, name.as_bytes())];
            Sample::server().verdict_after(&RULE, |draft| draft.set_sans(&sans)).unwrap();
        }
    }

    #[test]
    fn relative_and_unescaped_uris_are_found() {
        for name in [
            "/relative",
            "example.com",
            "http://example.com/a b",
            "http://example.com/%zz",
            "1http://example.com",
        ] {
            let sans = [general_name(URI, name.as_bytes())];
            let verdict = Sample::server().verdict_after(&RULE, |draft| draft.set_sans(&sans));
            assert!(verdict.is_err(), "{name}");
        }
    }
}
