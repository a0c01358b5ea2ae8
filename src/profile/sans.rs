//! The gate for subject alternative names: syntax of each kind and what the profile allows.

use std::net::IpAddr;

use super::config::{SanKind, SanTable};
use super::san_limits::SanLimits;
use super::{PolicyViolation, ProfileError};
use crate::base::san::San;
use crate::base::text::Escaped;

/// Names per certificate; as many as a request may hold.
pub(super) const MAX_SANS: usize = 100;

/// What subject alternative names a profile allows.
#[derive(Debug)]
pub(super) struct SanRules {
    pub allowed: Vec<SanKind>,
    pub required: bool,
    pub allow_wildcard: bool,
    pub allow_underscore: bool,
    pub max_names: usize,
    pub limits: SanLimits,
}

impl SanRules {
    /// Reads `[san]`.
    ///
    /// # Errors
    /// [`ProfileError`] for limits that are none, or that no request could satisfy.
    pub(super) fn load(table: &SanTable) -> Result<Self, ProfileError> {
        if table.required && table.allowed.is_empty() {
            return Err(ProfileError::SanRequiredButNoneAllowed);
        }
        let mut allowed = Vec::new();
        for kind in &table.allowed {
            super::lists::push_new(&mut allowed, *kind, "san.allowed", word_of(*kind))?;
        }
        let max_names = table.max_names.unwrap_or(MAX_SANS);
        if !(1..=MAX_SANS).contains(&max_names) {
            return Err(ProfileError::MaxNames { found: max_names, limit: MAX_SANS });
        }
        Ok(Self {
            allowed,
            required: table.required,
            allow_wildcard: table.allow_wildcard,
            allow_underscore: table.allow_underscore,
            max_names,
            limits: SanLimits::load(table)?,
        })
    }

    /// Checks every name of `sans`.
    ///
    /// # Errors
    /// [`PolicyViolation`] names the first that is not allowed.
    pub(super) fn check(&self, sans: &[San]) -> Result<(), PolicyViolation> {
        use PolicyViolation as V;
        if sans.is_empty() && self.required {
            return Err(V::SansMissing { kinds: self.kinds() });
        }
        if sans.len() > self.max_names {
            return Err(V::TooManySans { count: sans.len(), limit: self.max_names });
        }
        for (index, san) in sans.iter().enumerate() {
            if !self.allowed.contains(&kind_of(san)) {
                return Err(V::SanKind { san: show(san), allowed: self.kinds() });
            }
            if sans[..index].iter().any(|earlier| earlier.is_same_name(san)) {
                return Err(V::DuplicateSan { san: show(san) });
            }
            match san {
                San::Dns(name) => self.check_dns(san, name)?,
                San::Ip(address) => require(address_fault(*address), san)?,
                San::Email(mailbox) => require(email_fault(mailbox), san)?,
                San::Uri(uri) => require(uri_fault(uri), san)?,
            }
            self.limits.check(san)?;
        }
        Ok(())
    }

    fn check_dns(&self, san: &San, name: &str) -> Result<(), PolicyViolation> {
        let host = match name.strip_prefix("*.") {
            Some(_) if !self.allow_wildcard => {
                return Err(PolicyViolation::Wildcard { san: show(san) });
            }
            Some(parent) if !parent.contains('.') => {
                return require(Some("a wildcard needs at least two labels behind it"), san);
            }
            Some(parent) => parent,
            None => name,
        };
        if host.contains('*') {
            return require(Some("a wildcard is the whole leftmost label or none"), san);
        }
        if host.contains('_') && !self.allow_underscore {
            return Err(PolicyViolation::Underscore { san: show(san) });
        }
        if name.len() > 253 {
            return require(Some("it is longer than 253 characters"), san);
        }
        require(host_fault(host, true), san)
    }

    fn kinds(&self) -> String {
        let words: Vec<&str> = self.allowed.iter().copied().map(word_of).collect();
        if words.is_empty() { "none".to_owned() } else { words.join(", ") }
    }
}

fn require(fault: Option<&'static str>, san: &San) -> Result<(), PolicyViolation> {
    fault.map_or(Ok(()), |fault| Err(PolicyViolation::SanSyntax { san: show(san), fault }))
}

/// For messages.
pub(super) fn show(san: &San) -> String {
    Escaped(&san.to_string()).to_string()
}

fn kind_of(san: &San) -> SanKind {
    match san {
        San::Dns(_) => SanKind::Dns,
        San::Email(_) => SanKind::Email,
        San::Ip(_) => SanKind::Ip,
        San::Uri(_) => SanKind::Uri,
    }
}

pub(super) fn word_of(kind: SanKind) -> &'static str {
    match kind {
        SanKind::Dns => "dns",
        SanKind::Email => "email",
        SanKind::Ip => "ip",
        SanKind::Uri => "uri",
    }
}

/// What keeps `host` from being a host name in preferred syntax (RFC 1034 §3.5, RFC 1123 §2.1).
fn host_fault(host: &str, underscore: bool) -> Option<&'static str> {
    if host.is_empty() {
        return Some("it is empty");
    }
    if host.parse::<IpAddr>().is_ok() {
        return Some("it is an IP address; ask for it as an iPAddress");
    }
    if host.ends_with('.') {
        return Some("it ends with a dot");
    }
    let mut last = "";
    for label in host.split('.') {
        if label.is_empty() {
            return Some("it has an empty label");
        }
        if label.len() > 63 {
            return Some("a label is longer than 63 characters");
        }
        if label.starts_with('-') || label.ends_with('-') {
            return Some("a label begins or ends with a hyphen");
        }
        let allowed =
            |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || (underscore && byte == b'_');
        if !label.bytes().all(allowed) {
            return Some("a label has characters other than letters, digits and hyphens");
        }
        last = label;
    }
    // Resolvers read a name whose last label is a number as an IPv4 address.
    last.bytes().all(|byte| byte.is_ascii_digit()).then_some("its last label is a number")
}

fn address_fault(address: IpAddr) -> Option<&'static str> {
    if address.is_unspecified() {
        return Some("the unspecified address names no host");
    }
    if address.is_multicast() {
        return Some("a multicast address names no host");
    }
    None
}

/// `Mailbox` of RFC 2821 §4.1.2 without quoted strings and address literals.
fn email_fault(mailbox: &str) -> Option<&'static str> {
    let Some((local, domain)) = mailbox.split_once('@') else {
        return Some("it has no @");
    };
    let atom = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte);
    if local.is_empty() || local.len() > 64 || !local.bytes().all(atom) {
        return Some(
            "the part before the @ is empty, too long or has other characters than an atom",
        );
    }
    if local.starts_with('.') || local.ends_with('.') || local.contains("..") {
        return Some("the part before the @ has a dot at its end or two in a row");
    }
    host_fault(domain, false)
}

/// An absolute URI (RFC 3986 §4.3) without relative reference; a host, if any, must be one.
fn uri_fault(uri: &str) -> Option<&'static str> {
    let Some((scheme, rest)) = uri.split_once(':') else {
        return Some("it has no scheme");
    };
    let scheme_ok = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    if !scheme_ok || rest.is_empty() {
        return Some("it is not scheme:rest");
    }
    let allowed =
        |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte);
    if !rest.bytes().all(allowed) {
        return Some("it has characters that a URI does not have");
    }
    if !percent_escapes_are_whole(rest) {
        return Some("it has a % without two hexadecimal digits");
    }
    match uri_host(uri) {
        Some("") => Some("its host is empty"),
        Some(host) if host.starts_with('[') => {
            let inner = host.trim_start_matches('[').trim_end_matches(']');
            inner.parse::<std::net::Ipv6Addr>().is_err().then_some("its host is no IPv6 address")
        }
        Some(host) if host.parse::<IpAddr>().is_ok() => None,
        Some(host) => host_fault(host, true),
        None => None,
    }
}

fn percent_escapes_are_whole(text: &str) -> bool {
    text.split('%').skip(1).all(|tail| {
        tail.get(..2).is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
    })
}

/// The host of `scheme://[user@]host[:port]/…`; none when there is no authority.
pub(super) fn uri_host(uri: &str) -> Option<&str> {
    let (_, rest) = uri.split_once(':')?;
    let authority = rest.strip_prefix("//")?;
    let end = authority.find(['/', '?', '#']).unwrap_or(authority.len());
    let authority = authority.get(..end)?;
    let host_and_port = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if host_and_port.starts_with('[') {
        let close = host_and_port.find(']')?;
        return host_and_port.get(..=close);
    }
    Some(host_and_port.split_once(':').map_or(host_and_port, |(host, _)| host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> SanRules {
        SanRules {
            allowed: vec![SanKind::Dns, SanKind::Ip, SanKind::Email, SanKind::Uri],
            required: true,
            allow_wildcard: true,
            allow_underscore: false,
            max_names: MAX_SANS,
            limits: SanLimits::default(),
        }
    }

    #[expect(clippy::unwrap_in_result, reason = "the texts are known to be names")]
    fn verdict(text: &str) -> Result<(), &'static str> {
        rules().check(&[text.parse().unwrap()]).map_err(|violation| violation.code())
    }

    #[test]
    fn names_that_hosts_have_pass() {
        for good in [
            "dns:kubernetes",
            "dns:kubernetes.default.svc.cluster.local",
            "dns:*.apps.example.com",
            "dns:xn--bcher-kva.example",
            "dns:3com.example",
            "ip:10.96.0.1",
            "ip:::1",
            "email:jane.doe+ca@example.com",
            "uri:spiffe://example.com/ns/default/sa/web",
            "uri:urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
            "uri:https://[2001:db8::1]:8443/%41",
        ] {
            assert_eq!(verdict(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn names_that_deceive_are_refused() {
        for (bad, code) in [
            ("dns:10.0.0.1", "policy.san-syntax"),
            ("dns:1.2.3", "policy.san-syntax"),
            ("dns:*.*.example.com", "policy.san-syntax"),
            ("dns:a.*.example.com", "policy.san-syntax"),
            ("dns:f*.example.com", "policy.san-syntax"),
            ("dns:*.com", "policy.san-syntax"),
            ("dns:*", "policy.san-syntax"),
            ("dns:example.com.", "policy.san-syntax"),
            ("dns:.example.com", "policy.san-syntax"),
            ("dns:-a.example", "policy.san-syntax"),
            ("dns:a..example", "policy.san-syntax"),
            ("dns:a/b.example", "policy.san-syntax"),
            ("dns:my_host.example", "policy.underscore"),
            ("ip:0.0.0.0", "policy.san-syntax"),
            ("ip:ff02::1", "policy.san-syntax"),
            ("email:@example.com", "policy.san-syntax"),
            ("email:a@b@example.com", "policy.san-syntax"),
            ("email:a..b@example.com", "policy.san-syntax"),
            ("email:nobody", "policy.san-syntax"),
            ("uri:/relative", "policy.san-syntax"),
            ("uri:https:///path", "policy.san-syntax"),
            ("uri:https://exa_mple..com/", "policy.san-syntax"),
            ("uri:https://example.com/%4", "policy.san-syntax"),
            ("uri:https://example.com/<>", "policy.san-syntax"),
        ] {
            assert_eq!(verdict(bad), Err(code), "{bad}");
        }
        let label = "a".repeat(64);
        assert_eq!(verdict(&format!("dns:{label}.example")), Err("policy.san-syntax"));
    }

    #[test]
    fn a_name_of_a_kind_that_is_not_listed_or_twice_or_missing_is_refused() {
        let only_dns = SanRules { allowed: vec![SanKind::Dns], ..rules() };
        let code = |rules: &SanRules, sans: &[&str]| {
            let sans: Vec<San> = sans.iter().map(|text| text.parse().unwrap()).collect();
            rules.check(&sans).unwrap_err().code()
        };
        assert_eq!(code(&only_dns, &["ip:10.0.0.1"]), "policy.san-kind");
        assert_eq!(code(&only_dns, &["dns:a.example", "dns:A.EXAMPLE"]), "policy.duplicate-san");
        assert_eq!(code(&only_dns, &[]), "policy.sans-missing");
        let no_wildcard = SanRules { allow_wildcard: false, ..rules() };
        assert_eq!(code(&no_wildcard, &["dns:*.example.com"]), "policy.wildcard");
    }
}
