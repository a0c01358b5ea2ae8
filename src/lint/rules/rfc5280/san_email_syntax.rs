//! A mailbox is local-part@domain, without name, brackets or comment.

use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::rules::syntax::{is_domain, text};
use crate::lint::view::CertificateView;
use crate::lint::view::names::EMAIL;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.san-email-syntax",
    citation: "RFC 5280 §4.2.1.6, RFC 5321 §4.1.2",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for mailbox in view.sans_of(EMAIL).map(text) {
        if !is_mailbox(&mailbox) {
            return Err(format!("rfc822Name {} is no mailbox", Escaped(&mailbox)));
        }
    }
    Ok(())
}

fn is_mailbox(text: &str) -> bool {
    text.rsplit_once('@').is_some_and(|(local, domain)| is_local_part(local) && is_domain(domain))
}

/// A dot-string of at most 64 octets (RFC 5321 §4.5.3.1.1); quoted strings are not in use.
fn is_local_part(text: &str) -> bool {
    let is_atext = |o: u8| o.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&o);
    text.len() <= 64 && text.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atext))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn mailboxes_pass() {
        for name in ["jane.doe+x@example.com", "jane@localhost"] {
            let sans = [general_name(EMAIL, name.as_bytes())];
            Sample::server().verdict_after(&RULE, |draft| draft.set_sans(&sans)).unwrap();
        }
    }

    #[test]
    fn phrases_and_halves_are_found() {
        for name in [
            "jane",
            "jane@",
            "@example.com",
            "Jane <jane@example.com>",
            "a..b@example.com",
            "jane@exa_mple.com",
            "jane@a@example.com",
        ] {
            let sans = [general_name(EMAIL, name.as_bytes())];
            let verdict = Sample::server().verdict_after(&RULE, |draft| draft.set_sans(&sans));
            assert!(verdict.is_err(), "{name}");
        }
    }
}
