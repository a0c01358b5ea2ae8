//! A server has host names, addresses, URIs and mailboxes: clients match no other kind.

use crate::lint::rule::{Check, Rule, Severity, Verdict, servers_only};
use crate::lint::view::CertificateView;
use crate::lint::view::names::{DNS, EMAIL, IP, URI, kind};

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "cabf.san-kinds",
    citation: "CA/Browser Forum BR 7.1.2.7.12",
    severity: Severity::Warning,
    check: Check::Certificate { applies: servers_only, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    match view.sans.iter().filter_map(kind).find(|number| ![EMAIL, DNS, URI, IP].contains(number)) {
        Some(number) => Err(format!("a server with an alternative name of kind [{number}]")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn names_that_clients_match_pass() {
        Sample::server().verdict(&RULE).unwrap();
    }

    #[test]
    fn directory_names_and_registered_ids_are_found() {
        for san in [tlv(0xa4, &[0x30, 0]), general_name(8, &[0x2a, 3])] {
            let verdict = Sample::server().verdict_after(&RULE, |draft| draft.set_sans(&[san]));
            assert!(verdict.is_err());
        }
    }
}
