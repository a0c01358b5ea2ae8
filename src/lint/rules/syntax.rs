//! What rules about names share: the syntax of labels, domain names and URIs.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub(super) use crate::lint::view::names::text;

/// Whether text is letters, digits and inner hyphens (RFC 1034 §3.5, RFC 1123 §2.1), and not empty.
pub(super) fn is_ldh(label: &str) -> bool {
    !label.is_empty()
        && label.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// Whether text is a domain name of LDH labels within its lengths (RFC 1034 §3.1), without a dot at
/// the end.
pub(super) fn is_domain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(|label| label.len() <= 63 && is_ldh(label))
}

/// The labels of a domain name without a wildcard in front.
pub(super) fn labels(name: &str) -> std::str::Split<'_, char> {
    name.strip_prefix("*.").unwrap_or(name).split('.')
}

/// The address in the octets of an iPAddress.
pub(super) fn address(octets: &[u8]) -> Option<IpAddr> {
    if let Ok(four) = <[u8; 4]>::try_from(octets) {
        return Some(Ipv4Addr::from(four).into());
    }
    <[u8; 16]>::try_from(octets).ok().map(|sixteen| Ipv6Addr::from(sixteen).into())
}

/// What is wrong with an absolute URI (RFC 3986 §3, RFC 5280 §4.2.1.6), if anything.
pub(super) fn uri_fault(uri: &str) -> Option<&'static str> {
    let Some((scheme, rest)) = uri.split_once(':') else { return Some("is relative") };
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|o| o.is_ascii_alphanumeric() || b"+-.".contains(&o));
    if !is_scheme {
        return Some("has no scheme");
    }
    if rest.is_empty() {
        return Some("has a scheme and nothing else");
    }
    if !has_uri_characters(rest) {
        return Some("has characters that a URI must escape");
    }
    None
}

/// Whether all characters are those of RFC 3986 §2, with whole percent-encodings.
fn has_uri_characters(text: &str) -> bool {
    let mut octets = text.bytes();
    while let Some(octet) = octets.next() {
        let is_fine = match octet {
            b'%' => {
                let mut hex = || octets.next().is_some_and(|digit| digit.is_ascii_hexdigit());
                hex() && hex()
            }
            _ => octet.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=".contains(&octet),
        };
        if !is_fine {
            return false;
        }
    }
    true
}

/// The host of a URI with an authority (RFC 3986 §3.2), brackets included; none without authority.
pub(super) fn uri_host(uri: &str) -> Option<&str> {
    let (_, rest) = uri.split_once(':')?;
    let authority = rest.strip_prefix("//")?.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    match host.rsplit_once(':') {
        Some((before, port)) if port.bytes().all(|octet| octet.is_ascii_digit()) => Some(before),
        _ => Some(host),
    }
}

/// Whether the host of a URI is a domain name or an address.
pub(super) fn is_host(host: &str) -> bool {
    match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(literal) => literal.parse::<Ipv6Addr>().is_ok(),
        // Underscores are a matter of profiles, as in dNSNames.
        None => host.parse::<Ipv4Addr>().is_ok() || is_domain(&host.replace('_', "a")),
    }
}

/// The scheme of a URI in lower case.
pub(super) fn scheme(uri: &str) -> Option<String> {
    uri.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_letters_digits_and_inner_hyphens() {
        assert!(is_ldh("a-1"));
        for wrong in ["", "-a", "a-", "a_b", "a b", "\u{fc}"] {
            assert!(!is_ldh(wrong), "{wrong:?}");
        }
    }

    #[test]
    fn the_host_is_what_stands_between_user_and_port() {
        assert_eq!(uri_host("https://jane@example.com:8443/a"), Some("example.com"));
        assert_eq!(uri_host("https://[2001:db8::1]:8443"), Some("[2001:db8::1]"));
        assert_eq!(uri_host("https://[2001:db8::1]"), Some("[2001:db8::1]"));
        assert_eq!(uri_host("file:///etc"), Some(""));
        assert_eq!(uri_host("urn:uuid:1"), None);
        assert_eq!(uri_host("a:b://c/d"), None);
        assert!(is_host("192.0.2.1") && is_host("[2001:db8::1]") && !is_host("[::1"));
        assert!(is_host("my_host") && !is_host("") && !is_host("a..b"));
    }

    #[test]
    fn relative_and_unescaped_uris_have_a_fault() {
        for good in ["https://example.com/%7ea?b#c", "urn:uuid:1", "spiffe://td.example.com/ns"] {
            assert_eq!(uri_fault(good), None, "{good}");
        }
        for wrong in ["//example.com", "1a:b", "http:", "http://a b", "http://a/%7", "a:\u{fc}"] {
            assert!(uri_fault(wrong).is_some(), "{wrong}");
        }
    }
}
