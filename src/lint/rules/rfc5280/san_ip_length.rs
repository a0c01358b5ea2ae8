//! An address has four octets or sixteen.

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;
use crate::lint::view::names::IP;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.san-ip-length",
    citation: "RFC 5280 §4.2.1.6",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    match view.sans_of(IP).find(|octets| ![4, 16].contains(&octets.len())) {
        Some(octets) => Err(format!("an iPAddress has {} octets, expected 4 or 16", octets.len())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn both_lengths_pass() {
        let sans = [general_name(IP, &[192, 0, 2, 1]), general_name(IP, &[0x20; 16])];
        Sample::server().verdict_after(&RULE, |draft| draft.set_sans(&sans)).unwrap();
    }

    #[test]
    fn text_and_networks_are_found() {
        for octets in [&b"192.0.2.1"[..], &[192, 0, 2, 0, 255, 255, 255, 0], &[]] {
            let sans = [general_name(IP, octets)];
            assert!(Sample::server().verdict_after(&RULE, |draft| draft.set_sans(&sans)).is_err());
        }
    }
}
