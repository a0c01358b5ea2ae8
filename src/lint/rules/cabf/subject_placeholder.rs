//! No attribute is a mere placeholder, such as a hyphen, a point or N/A.

use crate::base::text::Quoted;
use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "cabf.subject-placeholder",
    citation: "CA/Browser Forum BR 7.1.4.2",
    severity: Severity::Warning,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for attribute in &view.attributes {
        let text = attribute.text();
        let says_nothing = !text.is_empty() && !text.chars().any(char::is_alphanumeric);
        if says_nothing || ["n/a", "na", "none", "null"].contains(&&*text.to_lowercase()) {
            return Err(format!("{} is only {}", attribute.oid, Quoted(&text)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn values_that_say_something_pass() {
        Sample::server().verdict(&RULE).unwrap();
    }

    #[test]
    fn points_hyphens_and_n_a_are_found() {
        for subject in ["CN=a,OU=-", "CN=a,ST=.", "CN=a,L=N/A", "CN=a,O=\\ "] {
            let verdict = Sample::server().verdict_after(&RULE, |draft| draft.set_subject(subject));
            assert!(verdict.is_err(), "{subject}");
        }
    }
}
