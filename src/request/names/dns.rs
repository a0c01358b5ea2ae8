//! dNSName: a host name in preferred syntax, or a wildcard before one.

use std::net::{IpAddr, Ipv4Addr};

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

use super::SanFault;
use super::script::mixed_word;
use crate::base::public_suffix::public_suffix;

/// Checks a dNSName. Underscores pass: profiles judge them.
///
/// # Errors
/// [`SanFault`].
pub(super) fn check(name: &str) -> Result<(), SanFault> {
    check_host(name, true)
}

/// Checks `name`; with `wildcard` it may begin with `*.`.
///
/// # Errors
/// [`SanFault`].
pub(super) fn check_host(name: &str, wildcard: bool) -> Result<(), SanFault> {
    if name.len() > 253 {
        return Err(SanFault::DnsLength(name.len()));
    }
    // Before the dots and colons of addresses are taken for faults of a name.
    if let Ok(address) = name.parse() {
        return Err(SanFault::DnsIpAddress(address));
    }
    if name.ends_with('.') {
        return Err(SanFault::DnsTrailingDot);
    }
    let host = match name.strip_prefix("*.") {
        Some(parent) if wildcard && parent.contains('.') => parent,
        _ => name,
    };
    if host.contains('*') {
        return Err(SanFault::DnsWildcardPosition);
    }
    host.split('.').try_for_each(check_label)?;
    if let Some(address) = as_inet_aton(host) {
        return Err(SanFault::DnsIpAddress(address.into()));
    }
    // Browsers read a name whose last label is a number, hexadecimal too, as an address.
    if host.rsplit('.').next().is_some_and(is_number) {
        return Err(SanFault::DnsNumericTld);
    }
    if host.len() < name.len() {
        refuse_public_suffix(host)?;
    }
    host.split('.').filter(|label| begins_as_a_label(label)).try_for_each(check_a_label)
}

fn check_label(label: &str) -> Result<(), SanFault> {
    let octets = label.as_bytes();
    if octets.len() > 63 {
        return Err(SanFault::DnsLabelLength(octets.len()));
    }
    let (Some(first), Some(last)) = (octets.first(), octets.last()) else {
        return Err(SanFault::DnsEmptyLabel);
    };
    if !octets.iter().all(|octet| octet.is_ascii_alphanumeric() || b"-_".contains(octet)) {
        return Err(SanFault::DnsCharacters);
    }
    if *first == b'-' || *last == b'-' {
        return Err(SanFault::DnsHyphen);
    }
    if octets.get(2..4) == Some(b"--") && !begins_as_a_label(label) {
        return Err(SanFault::DnsReservedLdh(label.to_owned()));
    }
    Ok(())
}

fn begins_as_a_label(label: &str) -> bool {
    label.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("xn--"))
}

/// An A-label is the lower-case encoding of a U-label that is valid by UTS #46 (non-transitional, with
/// its checks of hyphens, joiners and direction), and that encodes to the same again.
fn check_a_label(label: &str) -> Result<(), SanFault> {
    let wrong = || SanFault::DnsALabel(label.to_owned());
    if label.bytes().any(|octet| octet.is_ascii_uppercase()) {
        return Err(wrong());
    }
    let processing = Uts46::new();
    let (unicode, valid) =
        processing.to_unicode(label.as_bytes(), AsciiDenyList::STD3, Hyphens::Check);
    if valid.is_err() || unicode.is_ascii() {
        return Err(wrong());
    }
    let again = processing.to_ascii(
        unicode.as_bytes(),
        AsciiDenyList::STD3,
        Hyphens::Check,
        DnsLength::Verify,
    );
    if !again.is_ok_and(|again| again == label) {
        return Err(wrong());
    }
    match mixed_word(&unicode) {
        Some(_) => Err(SanFault::DnsMixedScript(label.to_owned())),
        None => Ok(()),
    }
}

/// A public suffix, of a registry or private, belongs to many. Unknown top-level domains such as
/// `cluster.local`'s are suffixes themselves; what is below them is not.
fn refuse_public_suffix(parent: &str) -> Result<(), SanFault> {
    let lower = parent.to_ascii_lowercase();
    // The list may have a name in its Unicode form.
    let (unicode, _) =
        Uts46::new().to_unicode(lower.as_bytes(), AsciiDenyList::EMPTY, Hyphens::Allow);
    for form in [lower.as_bytes(), unicode.as_bytes()] {
        let is_suffix =
            |name: &[u8]| public_suffix(name).is_some_and(|suffix| suffix.bytes == name);
        // The list has wildcards too (`*.kawasaki.jp`): then each name that ours covers is a suffix.
        if is_suffix(form) || is_suffix(&[b"x.", form].concat()) {
            return Err(SanFault::DnsWildcardPublicSuffix(lower.clone()));
        }
    }
    Ok(())
}

/// Digits, or `0x` with hexadecimal digits or none, as `inet_aton` reads.
fn is_number(label: &str) -> bool {
    match hexadecimal(label) {
        Some(digits) => digits.bytes().all(|octet| octet.is_ascii_hexdigit()),
        None => !label.is_empty() && label.bytes().all(|octet| octet.is_ascii_digit()),
    }
}

fn hexadecimal(label: &str) -> Option<&str> {
    label.strip_prefix("0x").or_else(|| label.strip_prefix("0X"))
}

/// The IPv4 address that `inet_aton` reads in `host`: one to four numbers, decimal, octal (`0…`) or
/// hexadecimal (`0x…`), of which the last fills the octets that are left.
fn as_inet_aton(host: &str) -> Option<Ipv4Addr> {
    let mut numbers = [0_u32; 4];
    let mut count = 0;
    for label in host.split('.') {
        *numbers.get_mut(count)? = number(label)?;
        count += 1;
    }
    let (last, octets) = numbers.get(..count)?.split_last()?;
    let left = 4 - octets.len();
    if octets.iter().any(|octet| *octet > 0xff) || u64::from(*last) >= 1 << (8 * left) {
        return None;
    }
    let high = octets.iter().fold(0_u64, |all, octet| all << 8 | u64::from(*octet));
    u32::try_from(high << (8 * left) | u64::from(*last)).ok().map(Ipv4Addr::from)
}

fn number(label: &str) -> Option<u32> {
    match hexadecimal(label) {
        Some("") => Some(0),
        Some(digits) if is_number(label) => u32::from_str_radix(digits, 16).ok(),
        None if is_number(label) => {
            let radix = if label.starts_with('0') { 8 } else { 10 };
            u32::from_str_radix(label, radix).ok()
        }
        _ => None,
    }
}

/// The address in `host`, in any form.
pub(super) fn address_in(host: &str) -> Option<IpAddr> {
    host.parse().ok().or_else(|| as_inet_aton(host).map(IpAddr::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(name: &str) -> Result<(), &'static str> {
        check(name).map_err(|fault| fault.code())
    }

    #[test]
    fn names_that_hosts_have_pass() {
        for good in [
            "kubernetes",
            "localhost",
            "worker-1",
            "kubernetes.default.svc.cluster.local",
            "A.Example.COM",
            "*.apps.example.com",
            "*.example.com",
            "*.cluster.local",
            "*.xn--bcher-kva.example",
            "xn--bcher-kva.example",
            "xn--80ak6aa92e.example",
            "3com.example",
            "1.2.3.4.example",
            "0x7f.example",
            "my_host.example",
            "a-b--c.example",
        ] {
            assert_eq!(code(good), Ok(()), "{good}");
        }
        let long = vec!["a".repeat(63); 3].join(".");
        assert_eq!(code(&long), Ok(()));
        assert_eq!(code(&format!("{long}.{}", "a".repeat(61))), Ok(()));
        assert_eq!(code(&format!("{long}.{}", "a".repeat(62))), Err("request.dns.length"));
    }

    #[test]
    fn numbers_are_the_addresses_that_inet_aton_reads() {
        for (host, expected) in [
            ("192.0.2.255", Some([192, 0, 2, 255])),
            ("255.255.255.255", Some([255; 4])),
            ("10.11.65535", Some([10, 11, 255, 255])),
            ("10.16777215", Some([10, 255, 255, 255])),
            ("4294967295", Some([255; 4])),
            ("0x7f.1", Some([127, 0, 0, 1])),
            ("0X7F000001", Some([127, 0, 0, 1])),
            ("0177.010.0x10", Some([127, 8, 0, 16])),
            ("0x", Some([0; 4])),
            ("0x.0x.1", Some([0, 0, 0, 1])),
            ("256.1", None),
            ("1.256.1", None),
            ("1.2.3.256", None),
            ("1.2.65536", None),
            ("1.16777216", None),
            ("4294967296", None),
            ("1.2.3.4.5", None),
            ("1..2", None),
            ("09", None),
            ("+1", None),
            ("0x+1", None),
            ("0xg", None),
            ("1a", None),
            ("", None),
        ] {
            assert_eq!(as_inet_aton(host), expected.map(Ipv4Addr::from), "{host}");
        }
    }

    #[test]
    fn each_fault_has_its_code() {
        for (bad, expected) in [
            ("", "empty-label"),
            (".example.com", "empty-label"),
            ("a..example", "empty-label"),
            ("example.com.", "trailing-dot"),
            ("a b.example", "characters"),
            ("a/b.example", "characters"),
            ("b\u{fc}cher.example", "characters"),
            ("-a.example", "hyphen"),
            ("a-.example", "hyphen"),
            ("ab--cd.example", "reserved-ldh"),
            ("10.0.0.1", "ip-address"),
            ("2001:db8::1", "ip-address"),
            ("1.2.3", "ip-address"),
            ("0x7f.1", "ip-address"),
            ("2130706433", "ip-address"),
            ("0177.0.0.1", "ip-address"),
            ("0X7F000001", "ip-address"),
            ("*.10.0.0.1", "ip-address"),
            ("1.2.3.4.5", "numeric-tld"),
            ("256.1.1.1", "numeric-tld"),
            ("example.123", "numeric-tld"),
            ("example.0x1f", "numeric-tld"),
            ("*", "wildcard-position"),
            ("*.com", "wildcard-position"),
            ("*.*.example.com", "wildcard-position"),
            ("a.*.example.com", "wildcard-position"),
            ("f*.example.com", "wildcard-position"),
            ("xn--*.example.com", "wildcard-position"),
            ("*.co.uk", "wildcard-public-suffix"),
            ("*.github.io", "wildcard-public-suffix"),
            ("*.CO.uk", "wildcard-public-suffix"),
            ("*.kawasaki.jp", "wildcard-public-suffix"),
            ("xn--a.example", "a-label"),
            ("xn--abc-.example", "hyphen"),
            ("XN--bcher-kva.example", "a-label"),
            ("xn--Bcher-kva.example", "a-label"),
            ("xn--paypal-.example", "hyphen"),
            // p, U+0430, ypal.
            ("xn--pypal-4ve.example", "mixed-script"),
        ] {
            assert_eq!(code(bad), Err(&*format!("request.dns.{expected}")), "{bad}");
        }
        let label = "a".repeat(64);
        assert_eq!(code(&format!("{label}.example")), Err("request.dns.label-length"));
        assert_eq!(code(&vec!["a".repeat(63); 4].join(".")), Err("request.dns.length"));
    }

    #[test]
    fn an_a_label_of_what_is_no_u_label_is_refused() {
        for bad in [
            // an upper-case letter.
            "xn--bcher-2pa",
            // a fraction, which UTS #46 maps.
            "xn--a-sda",
            // a full-width letter.
            "xn--b-yq0i",
            // not composed.
            "xn--u-ccb",
            // a zero-width joiner between Latin letters.
            "xn--ab-m1t",
            // begins with a combining mark.
            "xn--a-wbb",
            // right-to-left with a Latin letter.
            "xn--a-zhc",
            // hyphens in third and fourth place.
            "xn--a--b-0ra",
        ] {
            assert_eq!(code(&format!("{bad}.example")), Err("request.dns.a-label"), "{bad}");
        }
    }
}
