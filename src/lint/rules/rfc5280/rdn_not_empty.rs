//! Each relative distinguished name holds an attribute.

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;
use crate::lint::view::names::empty_rdns;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.rdn-not-empty",
    citation: "RFC 5280 §4.1.2.4",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for (field, name) in [("issuer", view.issuer), ("subject", view.subject)] {
        let empty = empty_rdns(name);
        if empty > 0 {
            return Err(format!("{empty} relative distinguished name(s) of the {field} are empty"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_name_without_rdns_passes() {
        Sample::server().verdict(&RULE).unwrap();
        Sample::nameless_server().verdict(&RULE).unwrap();
    }

    #[test]
    fn an_empty_set_is_found() {
        let empty = || name(&[&[]]);
        assert!(Sample::server().verdict_after(&RULE, |draft| draft.subject = empty()).is_err());
        assert!(Sample::server().verdict_after(&RULE, |draft| draft.issuer = empty()).is_err());
    }
}
