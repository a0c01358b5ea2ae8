//! A CA limited to host names is limited in addresses too: kinds without constraint are free.

use crate::lint::rule::{Check, Rule, Severity, Verdict, ca_only};
use crate::lint::view::CertificateView;
use crate::lint::view::names::{DNS, IP, kind};

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "cabf.name-constraints-addresses",
    citation: "CA/Browser Forum BR 7.1.2.5.2, RFC 5280 §4.2.1.10",
    severity: Severity::Warning,
    check: Check::Certificate { applies: ca_only, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let subtrees = view.subtrees();
    let limits_names = subtrees.iter().any(|one| one.permitted && kind(&one.base) == Some(DNS));
    let limits_addresses = subtrees.iter().any(|one| kind(&one.base) == Some(IP));
    if limits_names && !limits_addresses {
        return Err(
            "nameConstraints permits some host names and leaves all addresses free".to_owned()
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    use const_oid::db::rfc5280;

    #[test]
    fn constraints_on_both_pass() {
        let lists = [
            tlv(0xa0, &sequence(&[&general_name(DNS, b"example.com")])),
            tlv(0xa1, &sequence(&[&general_name(IP, &[0; 8])])),
        ];
        let oid = rfc5280::ID_CE_NAME_CONSTRAINTS;
        let value = sequence(&[&lists[0], &lists[1]]);
        Sample::intermediate().verdict_after(&RULE, |draft| draft.add(oid, true, &value)).unwrap();
    }

    #[test]
    fn host_names_alone_are_found() {
        let value = permitted(&general_name(DNS, b"example.com"));
        let oid = rfc5280::ID_CE_NAME_CONSTRAINTS;
        let verdict =
            Sample::intermediate().verdict_after(&RULE, |draft| draft.add(oid, true, &value));
        assert!(verdict.is_err());
    }

    #[test]
    fn host_names_that_are_excluded_and_other_kinds_pass() {
        let excluded = sequence(&[&tlv(0xa1, &sequence(&[&general_name(DNS, b"example.com")]))]);
        let emails = permitted(&general_name(1, b"example.com"));
        let oid = rfc5280::ID_CE_NAME_CONSTRAINTS;
        for value in [excluded, emails] {
            let verdict =
                Sample::intermediate().verdict_after(&RULE, |draft| draft.add(oid, true, &value));
            verdict.unwrap();
        }
    }
}
