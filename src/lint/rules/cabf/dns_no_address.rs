//! An IP address is an iPAddress, not a dNSName.

use std::net::IpAddr;

use crate::base::text::Escaped;
use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "cabf.dns-no-address",
    citation: "CA/Browser Forum BR 7.1.2.7.12, RFC 9525 §6.1",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for name in view.dns_names() {
        if is_address(&name) {
            return Err(format!("dNSName {} is an IP address or looks like one", Escaped(&name)));
        }
    }
    Ok(())
}

/// An address, or a name whose last label is a number, which clients read as one (URL standard §3.5).
fn is_address(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    let is_number = match last.strip_prefix("0x").or_else(|| last.strip_prefix("0X")) {
        Some(digits) => digits.bytes().all(|octet| octet.is_ascii_hexdigit()),
        None => !last.is_empty() && last.bytes().all(|octet| octet.is_ascii_digit()),
    };
    is_number || name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn names_pass() {
        for name in ["www.example.com", "10.example.com"] {
            Sample::server().verdict_after(&RULE, |draft| draft.set_dns(&[name])).unwrap();
        }
    }

    #[test]
    fn addresses_are_found() {
        for name in ["192.0.2.1", "[2001:db8::1]", "2001:db8::1", "1.2.3", "127.0x1"] {
            let verdict = Sample::server().verdict_after(&RULE, |draft| draft.set_dns(&[name]));
            assert!(verdict.is_err(), "{name}");
        }
    }
}
