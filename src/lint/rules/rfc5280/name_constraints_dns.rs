//! A constraint on host names is a domain name, without a dot in front and without a wildcard.

use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::rules::syntax::{is_domain, text};
use crate::lint::view::CertificateView;
use crate::lint::view::names::{DNS, kind};

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.name-constraints-dns",
    citation: "RFC 5280 §4.2.1.10",
    severity: Severity::Warning,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for base in
        view.subtrees().iter().map(|subtree| subtree.base).filter(|base| kind(base) == Some(DNS))
    {
        let name = text(base.content);
        // The empty name is every name.
        if !name.is_empty() && !is_domain(&name) {
            return Err(format!("the dNSName constraint {} is no domain name", Escaped(&name)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    use const_oid::db::rfc5280;

    #[test]
    fn domains_and_everything_pass() {
        for value in
            [permitted(&general_name(DNS, b"example.com")), permitted(&general_name(DNS, b""))]
        {
            let verdict = Sample::intermediate().verdict_after(&RULE, |draft| {
                draft.set(rfc5280::ID_CE_NAME_CONSTRAINTS, true, &value)
            });
            verdict.unwrap();
        }
    }

    #[test]
    fn dots_and_wildcards_are_found() {
        for value in [
            permitted(&general_name(DNS, b".example.com")),
            permitted(&general_name(DNS, b"*.example.com")),
            permitted(&general_name(DNS, b"example.com.")),
        ] {
            let verdict = Sample::intermediate().verdict_after(&RULE, |draft| {
                draft.set(rfc5280::ID_CE_NAME_CONSTRAINTS, true, &value)
            });
            assert!(verdict.is_err());
        }
    }
}
