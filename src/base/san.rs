//! Subject alternative names of the four kinds we issue (RFC 5280 §4.2.1.6).

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use super::text::Quoted;
use der::asn1::Ia5String;
use der::asn1::OctetString;
use x509_cert::ext::pkix::name::GeneralName;

/// One subject alternative name. Its order is its DER order of kinds, then by value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum San {
    /// rfc822Name: a mailbox `local@domain`.
    Email(String),
    /// dNSName, in ASCII.
    Dns(String),
    /// uniformResourceIdentifier, absolute.
    Uri(String),
    /// iPAddress.
    Ip(IpAddr),
}

/// Why a text is no subject alternative name.
#[derive(Debug, thiserror::Error)]
pub enum SanError {
    /// No `kind:` in front.
    #[error("{found} has no kind, expected dns:NAME, ip:ADDRESS, uri:URI or email:MAILBOX", found = Quoted(.0))]
    NoKind(String),
    /// A kind we do not issue.
    #[error("unknown kind {found}, expected dns, ip, uri or email", found = Quoted(.0))]
    Kind(String),
    /// Not an IPv4 or IPv6 address.
    #[error("{found} is not an IPv4 or IPv6 address", found = Quoted(.0))]
    Ip(String),
    /// A value outside ASCII, or empty.
    #[error("{found} is empty or has characters outside printable ASCII", found = Quoted(.0))]
    NotAscii(String),
    /// The DER library refused it.
    #[error("the name cannot be encoded")]
    Encoding(#[source] der::Error),
}

impl San {
    /// The ASN.1 form.
    ///
    /// # Errors
    /// [`SanError::Encoding`] when the text is not an IA5String.
    pub fn to_general_name(&self) -> Result<GeneralName, SanError> {
        let ia5 = |text: &str| Ia5String::new(text).map_err(SanError::Encoding);
        Ok(match self {
            Self::Email(mailbox) => GeneralName::Rfc822Name(ia5(mailbox)?),
            Self::Dns(name) => GeneralName::DnsName(ia5(name)?),
            Self::Uri(uri) => GeneralName::UniformResourceIdentifier(ia5(uri)?),
            Self::Ip(address) => {
                let octets = match address {
                    IpAddr::V4(v4) => v4.octets().to_vec(),
                    IpAddr::V6(v6) => v6.octets().to_vec(),
                };
                GeneralName::IpAddress(OctetString::new(octets).map_err(SanError::Encoding)?)
            }
        })
    }

    /// Reads the ASN.1 form; none for a kind that we do not issue, or an address of another length.
    pub fn from_general_name(name: &GeneralName) -> Option<Self> {
        match name {
            GeneralName::DnsName(text) => Some(Self::Dns(text.to_string())),
            GeneralName::Rfc822Name(text) => Some(Self::Email(text.to_string())),
            GeneralName::UniformResourceIdentifier(text) => Some(Self::Uri(text.to_string())),
            GeneralName::IpAddress(octets) => {
                let octets = octets.as_bytes();
                let v4 = <[u8; 4]>::try_from(octets).map(IpAddr::from);
                let v6 = <[u8; 16]>::try_from(octets).map(IpAddr::from);
                v4.or(v6).ok().map(Self::Ip)
            }
            _ => None,
        }
    }

    /// Whether this is what a person calls `name`, without its kind. DNS names and the domains of
    /// mailboxes ignore case, as in [`San::is_same_name`].
    pub fn is_called(&self, name: &str) -> bool {
        let same = |make: fn(String) -> Self| self.is_same_name(&make(name.to_owned()));
        match self {
            Self::Email(_) => same(Self::Email),
            Self::Dns(_) => same(Self::Dns),
            Self::Uri(_) => same(Self::Uri),
            Self::Ip(address) => name.parse::<IpAddr>().is_ok_and(|named| named == *address),
        }
    }

    /// The word for its kind: `dns`, `ip`, `uri`, `email`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Email(_) => "email",
            Self::Dns(_) => "dns",
            Self::Uri(_) => "uri",
            Self::Ip(_) => "ip",
        }
    }

    /// Whether both mean the same: DNS names and the domains of mailboxes ignore case
    /// (RFC 5280 §7.2, §7.5), everything else is compared as it is.
    pub fn is_same_name(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Dns(a), Self::Dns(b)) => a.eq_ignore_ascii_case(b),
            (Self::Email(a), Self::Email(b)) => match (a.rsplit_once('@'), b.rsplit_once('@')) {
                (Some((local_a, domain_a)), Some((local_b, domain_b))) => {
                    local_a == local_b && domain_a.eq_ignore_ascii_case(domain_b)
                }
                _ => a == b,
            },
            _ => self == other,
        }
    }
}

/// `kind:value`, the form [`FromStr`] reads.
impl fmt::Display for San {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Email(value) | Self::Dns(value) | Self::Uri(value) => {
                write!(f, "{}:{value}", self.kind())
            }
            Self::Ip(address) => write!(f, "ip:{address}"),
        }
    }
}

impl FromStr for San {
    type Err = SanError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, value) =
            text.split_once(':').ok_or_else(|| SanError::NoKind(text.to_owned()))?;
        if kind == "ip" {
            return value.parse().map(Self::Ip).map_err(|_| SanError::Ip(value.to_owned()));
        }
        if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(SanError::NotAscii(value.to_owned()));
        }
        let value = value.to_owned();
        match kind {
            "dns" => Ok(Self::Dns(value)),
            "uri" => Ok(Self::Uri(value)),
            "email" => Ok(Self::Email(value)),
            _ => Err(SanError::Kind(kind.to_owned())),
        }
    }
}
