//! Which subject alternative names a profile allows of the kinds it lists: domains, networks, schemes.
//! What is denied is denied under every kind, whatever else allows it.

use std::fmt;
use std::net::IpAddr;

use const_oid::db::rfc4519;
use ipnet::IpNet;

use super::config::{SanKind, SanTable};
use super::constraints::{domain_touches, domain_within, looks_like_host};
use super::sans::{show, uri_host};
use super::subject::text_of;
use super::{PolicyViolation, ProfileError};
use crate::base::name::DistinguishedName;
use crate::base::public_suffix::public_suffix;
use crate::base::san::San;
use crate::base::text::Escaped;

/// The limits on values. An empty list limits nothing.
#[derive(Debug, Default)]
pub(super) struct SanLimits {
    pub dns_suffixes: Vec<Suffix>,
    pub deny_dns_suffixes: Vec<Suffix>,
    pub ip_ranges: Vec<IpNet>,
    pub deny_ip_ranges: Vec<IpNet>,
    pub uri_schemes: Vec<String>,
    pub uri_hosts: Vec<Suffix>,
    pub email_domains: Vec<Suffix>,
}

/// A domain in lower case: `example.com` holds itself and what is below it, `.example.com` only what
/// is below. Labels are compared whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Suffix(String);

impl SanLimits {
    /// Reads the limits of `[san]`.
    ///
    /// # Errors
    /// [`ProfileError`] for a text that is no domain, network or scheme, one that is there twice, a limit
    /// on a kind that is not allowed anyway, and a whole public suffix.
    pub(super) fn load(table: &SanTable) -> Result<Self, ProfileError> {
        let limits = Self {
            dns_suffixes: suffixes("san.dns-suffixes", &table.dns_suffixes)?,
            deny_dns_suffixes: suffixes("san.deny-dns-suffixes", &table.deny_dns_suffixes)?,
            ip_ranges: networks("san.ip-ranges", &table.ip_ranges)?,
            deny_ip_ranges: networks("san.deny-ip-ranges", &table.deny_ip_ranges)?,
            uri_schemes: each("san.uri-schemes", &table.uri_schemes, scheme)?,
            uri_hosts: suffixes("san.uri-hosts", &table.uri_hosts)?,
            email_domains: suffixes("san.email-domains", &table.email_domains)?,
        };
        for (key, is_set, kind, word) in [
            ("san.dns-suffixes", !limits.dns_suffixes.is_empty(), SanKind::Dns, "dns"),
            ("san.allow-wildcard", table.allow_wildcard, SanKind::Dns, "dns"),
            ("san.allow-underscore", table.allow_underscore, SanKind::Dns, "dns"),
            ("san.ip-ranges", !limits.ip_ranges.is_empty(), SanKind::Ip, "ip"),
            ("san.uri-schemes", !limits.uri_schemes.is_empty(), SanKind::Uri, "uri"),
            ("san.uri-hosts", !limits.uri_hosts.is_empty(), SanKind::Uri, "uri"),
            ("san.email-domains", !limits.email_domains.is_empty(), SanKind::Email, "email"),
        ] {
            if is_set && !table.allowed.contains(&kind) {
                return Err(ProfileError::SanLimitOfUnlistedKind { key, kind: word });
            }
        }
        for (key, allowed) in [
            ("san.dns-suffixes", &limits.dns_suffixes),
            ("san.uri-hosts", &limits.uri_hosts),
            ("san.email-domains", &limits.email_domains),
        ] {
            if let Some(suffix) = allowed.iter().find(|suffix| suffix.is_public()) {
                return Err(ProfileError::PublicSuffix { key, suffix: suffix.to_string() });
            }
        }
        Ok(limits)
    }

    /// Whether nothing limits names of this kind but their syntax. Denials are no such limit.
    pub(super) fn leaves_open(&self, kind: SanKind) -> bool {
        match kind {
            SanKind::Dns => self.dns_suffixes.is_empty(),
            SanKind::Email => self.email_domains.is_empty(),
            SanKind::Ip => self.ip_ranges.is_empty(),
            SanKind::Uri => self.uri_hosts.is_empty(),
        }
    }

    /// Checks one name: what is denied first, then what is allowed.
    ///
    /// # Errors
    /// [`PolicyViolation::SanDenied`] or [`PolicyViolation::SanNotAllowed`] with the key that decides.
    pub(super) fn check(&self, san: &San) -> Result<(), PolicyViolation> {
        let denied =
            |(key, denied)| Err(PolicyViolation::SanDenied { name: show(san), key, denied });
        match san {
            San::Dns(name) => {
                self.denied_host(name).map_or(Ok(()), denied)?;
                allow(san, "san.dns-suffixes", &self.dns_suffixes, |it| it.holds(name))
            }
            San::Ip(address) => {
                self.denied_address(*address).map_or(Ok(()), denied)?;
                allow(san, "san.ip-ranges", &self.ip_ranges, |it| it.contains(address))
            }
            San::Email(mailbox) => {
                let domain = mailbox.rsplit_once('@').map_or("", |(_, domain)| domain);
                self.denied_host(domain).map_or(Ok(()), denied)?;
                allow(san, "san.email-domains", &self.email_domains, |it| it.holds(domain))
            }
            San::Uri(uri) => {
                let host = uri_host(uri).unwrap_or_default();
                let address = host.trim_start_matches('[').trim_end_matches(']').parse().ok();
                match address {
                    Some(address) => self.denied_address(address).map_or(Ok(()), denied)?,
                    None => self.denied_host(host).map_or(Ok(()), denied)?,
                }
                let scheme = uri.split_once(':').map_or("", |(scheme, _)| scheme);
                allow(san, "san.uri-schemes", &self.uri_schemes, |it| {
                    it.eq_ignore_ascii_case(scheme)
                })?;
                // A URI without a host, or with an address for one, is in no domain: none ends with a number.
                allow(san, "san.uri-hosts", &self.uri_hosts, |it| it.holds(host))
            }
        }
    }

    /// Checks what in the subject some clients take for a host: a common name that looks like one.
    ///
    /// # Errors
    /// [`PolicyViolation::SanDenied`] when that host is denied.
    pub(super) fn check_subject(&self, subject: &DistinguishedName) -> Result<(), PolicyViolation> {
        for attribute in subject.as_name().iter().filter(|it| it.oid == rfc4519::COMMON_NAME) {
            let Some(text) = text_of(&attribute.value) else { continue };
            let denied = match text.parse() {
                Ok(address) => self.denied_address(address),
                Err(_) if looks_like_host(text.strip_prefix("*.").unwrap_or(text)) => {
                    self.denied_host(text)
                }
                Err(_) => None,
            };
            if let Some((key, denied)) = denied {
                let name = format!("CN={}", Escaped(text));
                return Err(PolicyViolation::SanDenied { name, key, denied });
            }
        }
        Ok(())
    }

    fn denied_host(&self, host: &str) -> Option<(&'static str, String)> {
        let denied = self.deny_dns_suffixes.iter().find(|suffix| suffix.touches(host))?;
        Some(("san.deny-dns-suffixes", denied.to_string()))
    }

    fn denied_address(&self, address: IpAddr) -> Option<(&'static str, String)> {
        // ::ffff:10.0.0.1 is 10.0.0.1 to whoever connects.
        let plain = address.to_canonical();
        let denied = self
            .deny_ip_ranges
            .iter()
            .find(|range| range.contains(&address) || range.contains(&plain))?;
        Some(("san.deny-ip-ranges", denied.to_string()))
    }
}

impl Suffix {
    fn new(text: &str) -> Option<Self> {
        let label = |label: &str| {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
            (1..=63).contains(&label.len())
                && label.bytes().all(allowed)
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let domain = text.strip_prefix('.').unwrap_or(text);
        // A name whose last label is a number is an address to resolvers.
        let last = domain.rsplit('.').next().unwrap_or_default();
        let is_domain = domain.len() <= 253
            && domain.split('.').all(label)
            && !last.bytes().all(|byte| byte.is_ascii_digit());
        is_domain.then(|| Self(text.to_ascii_lowercase()))
    }

    /// The domain without the leading dot.
    pub(super) fn domain(&self) -> &str {
        self.0.strip_prefix('.').unwrap_or(&self.0)
    }

    /// Whether all that `name` stands for is inside.
    pub(super) fn holds(&self, name: &str) -> bool {
        domain_within(name, &self.0)
    }

    /// Whether anything that `name` stands for is inside, or may be.
    fn touches(&self, name: &str) -> bool {
        domain_touches(name, &self.0)
    }

    /// Whether it is a suffix under which strangers register names, such as `com` or `co.uk`.
    fn is_public(&self) -> bool {
        let suffix = public_suffix(self.domain().as_bytes());
        suffix.is_some_and(|suffix| suffix.is_registry && suffix.bytes == self.domain().as_bytes())
    }
}

impl fmt::Display for Suffix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn allow<T: fmt::Display>(
    san: &San,
    key: &'static str,
    allowed: &[T],
    holds: impl Fn(&T) -> bool,
) -> Result<(), PolicyViolation> {
    if allowed.is_empty() || allowed.iter().any(holds) {
        return Ok(());
    }
    let allowed: Vec<String> = allowed.iter().map(ToString::to_string).collect();
    Err(PolicyViolation::SanNotAllowed { san: show(san), key, allowed: allowed.join(", ") })
}

fn suffixes(key: &'static str, texts: &[String]) -> Result<Vec<Suffix>, ProfileError> {
    each(key, texts, |text| {
        Suffix::new(text).ok_or("a domain such as example.com or .example.com, in ASCII, without *")
    })
}

fn networks(key: &'static str, texts: &[String]) -> Result<Vec<IpNet>, ProfileError> {
    each(key, texts, |text| {
        let network = text.parse().map_err(|_| "a network such as 10.0.0.0/8 or 2001:db8::/32")?;
        let network: IpNet = network;
        if network.addr() != network.network() {
            return Err("a network whose host bits are zero");
        }
        Ok(network)
    })
}

fn scheme(text: &str) -> Result<String, &'static str> {
    let good = text.starts_with(|first: char| first.is_ascii_lowercase())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+-.".contains(&b));
    if good { Ok(text.to_owned()) } else { Err("a URI scheme in lower case, such as spiffe") }
}

fn each<T: PartialEq>(
    key: &'static str,
    texts: &[String],
    read: impl Fn(&str) -> Result<T, &'static str>,
) -> Result<Vec<T>, ProfileError> {
    let mut found = Vec::new();
    for text in texts {
        let value = read(text).map_err(|expected| ProfileError::SanLimit {
            key,
            text: text.clone(),
            expected,
        })?;
        super::lists::push_new(&mut found, value, key, text)?;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(table: &str) -> SanLimits {
        let table = format!("allowed = [\"dns\", \"ip\", \"uri\", \"email\"]\n{table}");
        SanLimits::load(&toml::from_str(&table).unwrap()).unwrap()
    }

    fn code(limits: &SanLimits, san: &str) -> &'static str {
        limits.check(&san.parse().unwrap()).map_or_else(|violation| violation.code(), |()| "ok")
    }

    const OUT: &str = "policy.san-not-allowed";
    const DENIED: &str = "policy.san-denied";

    #[test]
    fn a_suffix_ends_at_a_label_and_a_leading_dot_leaves_the_domain_itself_out() {
        let limits = limits("dns-suffixes = [\"Example.com\", \".svc.cluster.local\"]");
        for (san, expected) in [
            ("dns:example.com", "ok"),
            ("dns:a.b.EXAMPLE.com", "ok"),
            ("dns:*.example.com", "ok"),
            ("dns:badexample.com", OUT),
            ("dns:example.com.evil.example", OUT),
            ("dns:com", OUT),
            ("dns:web.svc.cluster.local", "ok"),
            ("dns:*.svc.cluster.local", "ok"),
            ("dns:svc.cluster.local", OUT),
            ("dns:*.cluster.local", OUT),
            ("dns:xsvc.cluster.local", OUT),
            ("ip:192.0.2.1", "ok"),
        ] {
            assert_eq!(code(&limits, san), expected, "{san}");
        }
    }

    #[test]
    fn a_denied_domain_is_denied_under_every_kind_and_behind_wildcards() {
        let limits = limits(
            "dns-suffixes = [\"example.com\"]\ndeny-dns-suffixes = [\"secret.example.com\"]",
        );
        for (san, expected) in [
            ("dns:www.example.com", "ok"),
            ("dns:secret.example.com", DENIED),
            ("dns:a.SECRET.example.com", DENIED),
            ("dns:*.secret.example.com", DENIED),
            ("dns:*.example.com", DENIED),
            ("dns:notsecret.example.com", "ok"),
            ("uri:https://a.secret.example.com:8443/x", DENIED),
            ("uri:https://user@secret.example.com/", DENIED),
            ("uri:https://www.example.org/", "ok"),
            ("email:jane@secret.example.com", DENIED),
            ("email:secret.example.com@example.com", "ok"),
        ] {
            assert_eq!(code(&limits, san), expected, "{san}");
        }
        for (subject, denied) in [
            ("CN=secret.example.com", true),
            ("CN=*.example.com", true),
            ("CN=www.example.com", false),
            ("CN=secret", false),
            ("CN=my web.secret.example.com", false),
            ("O=secret.example.com,CN=web", false),
        ] {
            assert_eq!(
                limits.check_subject(&subject.parse().unwrap()).is_err(),
                denied,
                "{subject}"
            );
        }
    }

    #[test]
    fn networks_allow_and_deny_addresses_also_inside_uris() {
        let limits = limits(
            "ip-ranges = [\"10.0.0.0/8\", \"2001:db8::/32\"]\ndeny-ip-ranges = [\"10.9.0.0/16\"]",
        );
        for (san, expected) in [
            ("ip:10.1.2.3", "ok"),
            ("ip:2001:db8::1", "ok"),
            ("ip:192.0.2.1", OUT),
            ("ip:2001:db9::1", OUT),
            ("ip:10.9.1.1", DENIED),
            ("ip:::ffff:10.9.1.1", DENIED),
            ("uri:https://10.9.0.1/", DENIED),
            ("uri:https://192.0.2.1/", "ok"),
        ] {
            assert_eq!(code(&limits, san), expected, "{san}");
        }
        assert!(limits.check_subject(&"CN=10.9.0.1".parse().unwrap()).is_err());
    }

    #[test]
    fn uris_are_limited_by_scheme_and_host_and_mailboxes_by_domain() {
        let limits = limits(
            "uri-schemes = [\"spiffe\", \"https\"]\nuri-hosts = [\"example.com\"]\n\
             email-domains = [\".example.com\"]",
        );
        for (san, expected) in [
            ("uri:spiffe://example.com/web", "ok"),
            ("uri:HTTPS://a.example.com/", "ok"),
            ("uri:https://example.com@evil.example/", OUT),
            ("uri:https://evil.example/example.com", OUT),
            ("uri:https://10.0.0.1/", OUT),
            ("uri:http://example.com/", OUT),
            ("uri:urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6", OUT),
            ("email:a@b.example.com", "ok"),
            ("email:a@example.com", OUT),
            ("email:a@b.example.com@evil.example", OUT),
        ] {
            assert_eq!(code(&limits, san), expected, "{san}");
        }
        let no_host = self::limits("uri-schemes = [\"urn\"]");
        assert_eq!(code(&no_host, "uri:urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"), "ok");
    }

    #[test]
    fn a_limit_that_is_no_domain_network_or_scheme_or_too_wide_does_not_load() {
        let refusal = |table: &str| {
            let table = format!("allowed = [\"dns\", \"ip\", \"uri\", \"email\"]\n{table}");
            SanLimits::load(&toml::from_str(&table).unwrap()).unwrap_err()
        };
        for bad in [
            "",
            ".",
            "..a",
            "*.example.com",
            "a b.example",
            "b\u{fc}cher.example",
            "10.0.0.1",
            "0.1",
        ] {
            let error = refusal(&format!("dns-suffixes = [\"{bad}\"]"));
            assert!(matches!(error, ProfileError::SanLimit { .. }), "{bad:?}: {error}");
        }
        for bad in ["10.0.0.1/8", "10.0.0.0", "10.0.0.0/33", "example.com"] {
            let error = refusal(&format!("ip-ranges = [\"{bad}\"]"));
            assert!(matches!(error, ProfileError::SanLimit { .. }), "{bad:?}: {error}");
        }
        for bad in ["", "HTTPS", "https:", "1a", "a b"] {
            let error = refusal(&format!("uri-schemes = [\"{bad}\"]"));
            assert!(matches!(error, ProfileError::SanLimit { .. }), "{bad:?}: {error}");
        }
        for wide in ["com", "co.uk", ".com", "COM"] {
            let error = refusal(&format!("dns-suffixes = [\"{wide}\"]"));
            assert!(matches!(error, ProfileError::PublicSuffix { .. }), "{wide:?}: {error}");
            assert!(
                !limits(&format!("deny-dns-suffixes = [\"{wide}\"]")).deny_dns_suffixes.is_empty()
            );
        }
        let twice = refusal("dns-suffixes = [\"example.com\", \"EXAMPLE.com\"]");
        assert!(matches!(twice, ProfileError::Repeated { .. }), "{twice}");
        let only_ip =
            toml::from_str("allowed = [\"ip\"]\ndns-suffixes = [\"example.com\"]").unwrap();
        let error = SanLimits::load(&only_ip).unwrap_err();
        assert!(matches!(error, ProfileError::SanLimitOfUnlistedKind { .. }), "{error}");
    }
}
