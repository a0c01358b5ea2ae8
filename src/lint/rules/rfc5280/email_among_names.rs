//! A mailbox in the subject is among the alternative names too.

use const_oid::db::rfc3280;

use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict, leaf_only};
use crate::lint::view::CertificateView;
use crate::lint::view::names::EMAIL;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.email-among-names",
    citation: "RFC 5280 §4.1.2.6",
    severity: Severity::Error,
    check: Check::Certificate { applies: leaf_only, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for mailbox in view.attributes_of(rfc3280::EMAIL_ADDRESS) {
        if !view.sans_of(EMAIL).any(|san| san.eq_ignore_ascii_case(mailbox.value)) {
            return Err(format!("emailAddress {} is no rfc822Name", Escaped(&mailbox.text())));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_mailbox_that_is_among_them_passes() {
        Sample::server()
            .verdict_after(&RULE, |draft| {
                draft.subject = name_of(rfc3280::EMAIL_ADDRESS, IA5_STRING, b"jane@example.com");
                draft.set_sans(&[general_name(EMAIL, b"jane@example.com")]);
            })
            .unwrap();
    }

    #[test]
    fn a_mailbox_in_the_subject_alone_is_found() {
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.subject = name_of(rfc3280::EMAIL_ADDRESS, IA5_STRING, b"jane@example.com");
        });
        assert!(verdict.is_err());
    }
}
