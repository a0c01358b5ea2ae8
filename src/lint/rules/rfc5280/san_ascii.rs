//! Mailboxes, host names and URIs are printable ASCII.

use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::rules::syntax::text;
use crate::lint::view::CertificateView;
use crate::lint::view::names::{DNS, EMAIL, URI};

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.san-ascii",
    citation: "RFC 5280 §4.2.1.6, §7",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for number in [EMAIL, DNS, URI] {
        for name in view.sans_of(number) {
            if !name.iter().all(u8::is_ascii_graphic) {
                return Err(format!(
                    "alternative name {} has a blank, a control or a character outside ASCII",
                    Escaped(&text(name))
                ));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn ascii_passes() {
        Sample::server().verdict(&RULE).unwrap();
    }

    #[test]
    fn blank_nul_and_utf8_are_found() {
        for name in [" ", "a\0.example.com", "b\u{fc}cher.example"] {
            let verdict = Sample::server().verdict_after(&RULE, |draft| draft.set_dns(&[name]));
            assert!(verdict.is_err(), "{name:?}");
        }
    }
}
