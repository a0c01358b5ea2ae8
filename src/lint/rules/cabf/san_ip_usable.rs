//! An address is one that a host can have: not unspecified, multicast or broadcast.

use std::net::IpAddr;

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::rules::syntax::address;
use crate::lint::view::CertificateView;
use crate::lint::view::names::IP;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "cabf.san-ip-usable",
    citation: "CA/Browser Forum BR 7.1.2.7.12",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for address in view.sans_of(IP).filter_map(address) {
        let is_broadcast = matches!(address, IpAddr::V4(four) if four.is_broadcast());
        if address.is_unspecified() || address.is_multicast() || is_broadcast {
            return Err(format!("no host has the address {address}"));
        }
        if let IpAddr::V6(six) = address
            && let Some(four) = six.to_ipv4_mapped()
        {
            return Err(format!("{address} is the IPv4 address {four} in IPv6 form"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn addresses_of_hosts_pass() {
        for octets in [[10, 0, 0, 1], [127, 0, 0, 1], [192, 0, 2, 1]] {
            let sans = [general_name(IP, &octets)];
            Sample::server().verdict_after(&RULE, |draft| draft.set_sans(&sans)).unwrap();
        }
    }

    #[test]
    fn nobodys_addresses_are_found() {
        let mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1];
        for octets in [&[0; 4][..], &[0xff; 4], &[224, 0, 0, 1], &[0; 16], &[0xff; 16], &mapped] {
            let sans = [general_name(IP, octets)];
            let verdict = Sample::server().verdict_after(&RULE, |draft| draft.set_sans(&sans));
            assert!(verdict.is_err(), "{octets:?}");
        }
    }
}
