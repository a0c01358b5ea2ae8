//! A CA has one common name.

use crate::lint::rule::{Check, Rule, Severity, Verdict, ca_only};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "cabf.ca-common-name",
    citation: "CA/Browser Forum BR 7.1.2.10.2",
    severity: Severity::Warning,
    check: Check::Certificate { applies: ca_only, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    match view.common_names().len() {
        1 => Ok(()),
        count => Err(format!("a CA with {count} common names, expected one")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn one_name_passes() {
        Sample::root().verdict(&RULE).unwrap();
    }

    #[test]
    fn none_and_two_are_found() {
        for subject in ["O=Example", "CN=a,CN=b"] {
            let verdict = Sample::root().verdict_after(&RULE, |draft| draft.set_subject(subject));
            assert!(verdict.is_err(), "{subject}");
        }
    }
}
