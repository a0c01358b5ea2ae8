//! The values of a cluster file: versions, durations, hosts, endpoints, subnets.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

use crate::base::san::San;

/// A concrete Kubernetes version. Pre-releases come before their release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// First number.
    pub major: u16,
    /// Second number.
    pub minor: u16,
    /// Third number.
    pub patch: u16,
    /// False for `-alpha`, `-beta` and `-rc`.
    pub released: bool,
}

impl Version {
    /// A release.
    pub const fn new(major: u16, minor: u16, patch: u16) -> Self {
        Self { major, minor, patch, released: true }
    }

    /// Reads `1.36.0`, `v1.36.2`, `v1.37.0-rc.1`, `v1.34.1+k3s1`. Labels such as `stable-1` name no
    /// version and give none.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let text = text.split_once('+').map_or(text, |(version, _build)| version);
        let (numbers, released) = match text.split_once('-') {
            Some((numbers, label)) if !label.is_empty() => (numbers, false),
            Some(_) => return None,
            None => (text, true),
        };
        let mut parts = numbers.split('.').map(number);
        let version =
            Self { major: parts.next()??, minor: parts.next()??, patch: parts.next()??, released };
        parts.next().is_none().then_some(version)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if self.released { Ok(()) } else { f.write_str(" (pre-release)") }
    }
}

/// Decimal digits without a leading zero.
fn number(text: &str) -> Option<u16> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let canonical = text == "0" || !text.starts_with('0');
    if plain && canonical { text.parse().ok() } else { None }
}

/// Seconds of a duration in Go's form: `8760h0m0s`, `1h30m`, `1.5h`. None for a negative or zero
/// duration, a missing unit, or less than a second.
pub(super) fn go_duration(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut nanoseconds: u128 = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (value, tail) = rest.split_at(digits);
        let unit_end = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, after) = tail.split_at(unit_end);
        let factor: u128 = match unit {
            "ns" => 1,
            "us" | "µs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        nanoseconds = nanoseconds.checked_add(scaled(value, factor)?)?;
        rest = after;
    }
    let seconds = u64::try_from(nanoseconds / 1_000_000_000).ok()?;
    (seconds > 0).then_some(seconds)
}

/// `value`, a decimal number with at most nine decimals, times `factor`.
fn scaled(value: &str, factor: u128) -> Option<u128> {
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.len() > 9 {
        return None;
    }
    let parse =
        |digits: &str| if digits.is_empty() { Some(0) } else { digits.parse::<u128>().ok() };
    let unit = 10_u128.pow(u32::try_from(fraction.len()).ok()?);
    let whole = parse(whole)?.checked_mul(factor)?;
    whole.checked_add(parse(fraction)?.checked_mul(factor)? / unit)
}

/// A name or an address by which something is reached.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Host {
    /// A DNS name, lower case.
    Name(String),
    /// An IP address.
    Address(IpAddr),
}

impl Host {
    /// Reads an address or an RFC 1123 subdomain; with `wildcard`, also `*.` before one.
    pub fn parse(text: &str, wildcard: bool) -> Option<Self> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return (!address.is_unspecified()).then_some(Self::Address(address));
        }
        let subdomain = if wildcard { text.strip_prefix("*.").unwrap_or(text) } else { text };
        // A mistyped address such as 10.0.0.300 is a subdomain by its letters; it is none by intent.
        let numeric = subdomain.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        (is_subdomain(subdomain) && !numeric).then(|| Self::Name(text.to_owned()))
    }

    /// Its subject alternative name.
    pub fn san(&self) -> San {
        match self {
            Self::Name(name) => San::Dns(name.clone()),
            Self::Address(address) => San::Ip(*address),
        }
    }
}

/// In the form that URLs take: IPv6 addresses in brackets.
impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Address(IpAddr::V4(address)) => address.fmt(f),
            Self::Address(IpAddr::V6(address)) => write!(f, "[{address}]"),
        }
    }
}

/// A host, perhaps with a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Where.
    pub host: Host,
    /// Which TCP port.
    pub port: Option<u16>,
}

impl Endpoint {
    /// Reads `HOST`, `HOST:PORT`, `[IPV6]:PORT`, or a bare IPv6 address.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(host) = Host::parse(text, false) {
            return Some(Self { host, port: None });
        }
        let (host, port) = match text.strip_prefix('[') {
            Some(bracketed) => {
                let (address, rest) = bracketed.split_once(']')?;
                let host = Host::parse(address, false)?;
                if !matches!(host, Host::Address(IpAddr::V6(_))) {
                    return None;
                }
                match rest {
                    "" => return Some(Self { host, port: None }),
                    rest => (host, rest.strip_prefix(':')?),
                }
            }
            None => {
                let (host, port) = text.rsplit_once(':')?;
                (Host::parse(host, false).filter(|_| !host.contains(':'))?, port)
            }
        };
        let port = number(port).filter(|port| *port > 0)?;
        Some(Self { host, port: Some(port) })
    }

    /// `https://HOST:PORT`, with `default_port` when it has none.
    pub fn url(&self, default_port: u16) -> String {
        format!("https://{}:{}", self.host, self.port.unwrap_or(default_port))
    }
}

/// Whether `text` is an RFC 1123 subdomain in lower case: labels of at most 63 letters, digits and
/// inner hyphens, 253 characters at most. Such a name is also safe as a folder's name.
pub(super) fn is_subdomain(text: &str) -> bool {
    let label = |label: &str| {
        let edge = |byte: Option<&u8>| {
            byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        let bytes = label.as_bytes();
        bytes.len() <= 63
            && edge(bytes.first())
            && edge(bytes.last())
            && bytes
                .iter()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-')
    };
    text.len() <= 253 && text.split('.').all(label)
}

/// The address of the `kubernetes` service: the first after the network's own, in a subnet that has
/// room for kubeadm's minimum of ten.
pub(super) fn service_address(subnet: IpNet) -> Option<IpAddr> {
    if subnet.max_prefix_len() - subnet.prefix_len() < 4 {
        return None;
    }
    Some(match subnet.network() {
        IpAddr::V4(network) => IpAddr::V4((u32::from(network) + 1).into()),
        IpAddr::V6(network) => IpAddr::V6((u128::from(network) + 1).into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_concrete_and_ordered() {
        assert_eq!(Version::parse("1.36.0"), Some(Version::new(1, 36, 0)));
        assert_eq!(Version::parse("v1.34.10+k3s1"), Some(Version::new(1, 34, 10)));
        assert!(Version::parse("v1.37.0-rc.1").unwrap() < Version::new(1, 37, 0));
        for label in ["stable-1", "latest", "1.36", "v1.36", "1.36.0.1", "1.036.0", "ci/latest", ""]
        {
            assert_eq!(Version::parse(label), None, "{label}");
        }
    }

    #[test]
    fn durations_are_those_of_go() {
        assert_eq!(go_duration("8760h0m0s"), Some(365 * 86_400));
        assert_eq!(go_duration("1h30m"), Some(5_400));
        assert_eq!(go_duration("1.5h"), Some(5_400));
        assert_eq!(go_duration("90000ms"), Some(90));
        for wrong in ["", "0", "0s", "365d", "12", "-1h", "1h2", "h", ".h", "999ms"] {
            assert_eq!(go_duration(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn endpoints_are_read_with_and_without_port_and_brackets() {
        let url = |text| Endpoint::parse(text).map(|endpoint| endpoint.url(6443));
        assert_eq!(url("api.example.com").unwrap(), "https://api.example.com:6443");
        assert_eq!(url("api.example.com:443").unwrap(), "https://api.example.com:443");
        assert_eq!(url("192.0.2.1:8443").unwrap(), "https://192.0.2.1:8443");
        assert_eq!(url("[2001:db8::1]:8443").unwrap(), "https://[2001:db8::1]:8443");
        assert_eq!(url("2001:db8::1").unwrap(), "https://[2001:db8::1]:6443");
        for wrong in [
            "https://api.example.com",
            "api.example.com:",
            "api.example.com:0",
            "api.example.com:70000",
            "[192.0.2.1]:1",
            "10.0.0.300:6443",
            "Api.example.com",
            "0.0.0.0",
        ] {
            assert_eq!(url(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_service_address_is_the_first_of_the_masked_subnet() {
        let first = |text: &str| service_address(text.parse().unwrap());
        assert_eq!(first("10.96.0.0/12"), Some("10.96.0.1".parse().unwrap()));
        assert_eq!(first("10.32.0.7/24"), Some("10.32.0.1".parse().unwrap()));
        assert_eq!(first("2001:db8:1::/112"), Some("2001:db8:1::1".parse().unwrap()));
        assert_eq!(first("10.0.0.0/29"), None);
    }

    #[test]
    fn a_subdomain_can_be_a_folder() {
        for good in ["cp1", "cp1.example.com", "10-0-0-1.example.com"] {
            assert!(is_subdomain(good), "{good}");
        }
        for bad in ["", ".", "..", "../etc", "a/b", "CP1", "-a", "a-", "a..b", "a_b", "ä"] {
            assert!(!is_subdomain(bad), "{bad}");
        }
    }
}
