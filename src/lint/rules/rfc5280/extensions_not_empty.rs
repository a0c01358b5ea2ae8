//! The list of extensions, if there is one, holds one.

use der::Tag;

use crate::base::element::Element;
use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;
use crate::lint::view::extensions::children;
use crate::lint::view::names::kind;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.extensions-not-empty",
    citation: "RFC 5280 §4.1, §4.1.2.9",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let fields = Element::only(view.der, Tag::Sequence).and_then(children).unwrap_or_default();
    let has_list = fields.last().is_some_and(|last| kind(last) == Some(3));
    if has_list && view.extensions.is_empty() {
        return Err("the list of extensions holds none".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn extensions_pass() {
        Sample::server().verdict(&RULE).unwrap();
    }

    #[test]
    fn an_empty_list_is_found() {
        assert!(Sample::server().verdict_after(&RULE, |draft| draft.extensions.clear()).is_err());
    }
}
