//! iPAddress, rfc822Name and uniformResourceIdentifier.

use std::net::{IpAddr, Ipv6Addr};

use super::SanFault;
use super::dns::{address_in, check_host};

/// Checks an iPAddress: it is one host's.
///
/// # Errors
/// [`SanFault`].
pub(super) fn check_address(address: IpAddr) -> Result<(), SanFault> {
    if let IpAddr::V6(v6) = address
        && let Some(v4) = v6.to_ipv4_mapped()
    {
        return Err(SanFault::IpMapped(v4));
    }
    if address.is_unspecified() {
        return Err(SanFault::IpUnspecified);
    }
    if address.is_multicast() {
        return Err(SanFault::IpMulticast);
    }
    Ok(())
}

/// Checks an rfc822Name: a `Mailbox` of RFC 2821 §4.1.2 without quoted strings and address literals.
///
/// # Errors
/// [`SanFault::Email`].
pub(super) fn check_email(mailbox: &str) -> Result<(), SanFault> {
    let Some((local, domain)) = mailbox.split_once('@') else {
        return Err(SanFault::Email("it has no @"));
    };
    let atom = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte);
    if local.is_empty() || local.len() > 64 || !local.bytes().all(atom) {
        return Err(SanFault::Email(
            "the part before the @ is empty, too long or has other characters than an atom",
        ));
    }
    if local.starts_with('.') || local.ends_with('.') || local.contains("..") {
        return Err(SanFault::Email("the part before the @ has a dot at its end or two in a row"));
    }
    if domain.contains('_') || check_host(domain, false).is_err() {
        return Err(SanFault::Email("the part behind the @ is no host name"));
    }
    Ok(())
}

/// Checks a uniformResourceIdentifier: an absolute URI (RFC 3986 §4.3) whose host, if any, is one.
///
/// # Errors
/// [`SanFault::Uri`].
pub(super) fn check_uri(uri: &str) -> Result<(), SanFault> {
    let wrong = |fault| Err(SanFault::Uri(fault));
    let Some((scheme, rest)) = uri.split_once(':') else {
        return wrong("it has no scheme");
    };
    let scheme_ok = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    if !scheme_ok || rest.is_empty() {
        return wrong("it is not scheme:rest");
    }
    let allowed =
        |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte);
    if !rest.bytes().all(allowed) {
        return wrong("it has characters that a URI does not have");
    }
    if !percent_escapes_are_whole(rest) {
        return wrong("it has a % without two hexadecimal digits");
    }
    let Some((host, port)) = host_and_port(rest) else { return Ok(()) };
    if !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return wrong("its port is no number");
    }
    if host.is_empty() {
        return wrong("its host is empty");
    }
    if let Some(literal) = host.strip_prefix('[') {
        let address = literal.strip_suffix(']').map(str::parse::<Ipv6Addr>);
        return match address {
            Some(Ok(_)) => Ok(()),
            _ => wrong("its host is no IPv6 address"),
        };
    }
    // An address in the one form that nobody reads otherwise.
    if let Some(address) = address_in(host) {
        return if address.to_string() == host {
            Ok(())
        } else {
            wrong("its host is no host name")
        };
    }
    if check_host(host, false).is_err() {
        return wrong("its host is no host name");
    }
    Ok(())
}

fn percent_escapes_are_whole(text: &str) -> bool {
    text.split('%').skip(1).all(|tail| {
        tail.get(..2).is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
    })
}

/// Host and port of `//[user@]host[:port]/…`; none when there is no authority.
fn host_and_port(rest: &str) -> Option<(&str, &str)> {
    let authority = rest.strip_prefix("//")?.split(['/', '?', '#']).next()?;
    let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    if place.starts_with('[') {
        let end = place.find(']').map_or(place.len(), |close| close + 1);
        let (host, behind) = place.split_at(end);
        // Anything else behind the bracket makes all of it no address.
        return Some(behind.strip_prefix(':').map_or((place, ""), |port| (host, port)));
    }
    Some(place.split_once(':').unwrap_or((place, "")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_are_not_one_hosts_are_named() {
        let code = |text: &str| check_address(text.parse().unwrap()).map_err(|fault| fault.code());
        for good in ["10.96.0.1", "127.0.0.1", "::1", "2001:db8::1", "fe80::1"] {
            assert_eq!(code(good), Ok(()), "{good}");
        }
        for (bad, expected) in [
            ("0.0.0.0", "unspecified"),
            ("::", "unspecified"),
            ("224.0.0.1", "multicast"),
            ("ff02::1", "multicast"),
            ("::ffff:10.0.0.1", "mapped"),
            ("::ffff:0.0.0.0", "mapped"),
        ] {
            assert_eq!(code(bad), Err(&*format!("request.ip.{expected}")), "{bad}");
        }
    }

    #[test]
    fn mailboxes_pass_and_what_is_none_is_refused() {
        let of_length = |length: usize| check_email(&format!("{}@example.com", "a".repeat(length)));
        assert_eq!(of_length(64), Ok(()));
        assert!(of_length(65).is_err() && of_length(200).is_err());
        for good in ["jane.doe+ca@example.com", "root@localhost", "a@xn--bcher-kva.example"] {
            assert_eq!(check_email(good), Ok(()), "{good}");
        }
        for bad in [
            "nobody",
            "@example.com",
            "a@",
            "a@b@example.com",
            ".a@example.com",
            "a..b@example.com",
            "a@10.0.0.1",
            "a@[10.0.0.1]",
            "a@*.example.com",
            "a@exa_mple.com",
            "a@example.com.",
        ] {
            assert_eq!(check_email(bad).unwrap_err().code(), "request.email.syntax", "{bad}");
        }
    }

    #[test]
    fn absolute_uris_pass_and_others_are_refused() {
        for good in [
            "spiffe://example.com/ns/default/sa/web",
            "spiffe://trust_domain/x",
            "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
            "https://[2001:db8::1]:8443/%41",
            "https://10.0.0.1/",
            "https://user@example.com:443",
            "sp:iffe://exampl).com/ns",
        ] {
            assert_eq!(check_uri(good), Ok(()), "{good}");
        }
        for bad in [
            "/relative",
            "example.com",
            "1http://example.com",
            "https:",
            "https:///path",
            "https://exa_mple..com/",
            "https://example.com/%4",
            "https://example.com/<>",
            "https://example.com:port/",
            "https://[::1",
            "https://[::1]x/",
            "https://[::1]8443/",
            "https://0x7f.1/",
            "https://*.example.com/",
        ] {
            assert_eq!(check_uri(bad).unwrap_err().code(), "request.uri.syntax", "{bad}");
        }
    }
}
