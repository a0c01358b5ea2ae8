//! What can be wrong with one attribute of a subject, or with one alternative name.

use der::Tag;

use crate::base::attribute::Syntax;
use crate::base::text::Quoted;

/// Why an attribute of a subject is refused, whatever the profile says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    /// A string type that the attribute does not have.
    #[error("is a {found}, expected {}", .expected.words())]
    StringType {
        /// Its tag.
        found: Tag,
        /// What the attribute may have.
        expected: Syntax,
    },
    /// A UTF8String that is not UTF-8.
    #[error("is not UTF-8")]
    Utf8,
    /// Octets that the string type does not have.
    #[error("has characters that a {0} does not have")]
    Characters(Tag),
    /// A country that is not two letters.
    #[error("is not the two letters of a country")]
    Country,
    /// A control character.
    #[error("has the control character U+{:04X}", u32::from(*.0))]
    Control(char),
    /// A character that changes the direction of text.
    #[error("has U+{:04X}, which changes the direction of the text", u32::from(*.0))]
    Bidi(char),
    /// A character that nobody sees.
    #[error("has the invisible character U+{:04X}", u32::from(*.0))]
    Invisible(char),
    /// Not in Unicode's composed form.
    #[error("is not in normalization form C")]
    NotNfc,
    /// A word with letters of several scripts.
    #[error("has the word {found} with letters of several scripts", found = Quoted(.0))]
    MixedScript(String),
    /// Nothing.
    #[error("is empty")]
    Empty,
    /// White space at either end.
    #[error("begins or ends with white space")]
    OuterSpace,
    /// Longer than the upper bound.
    #[error("has {found} characters, at most {most} are allowed")]
    TooLong {
        /// How many.
        found: usize,
        /// The bound.
        most: usize,
    },
    /// One type of attribute twice in one RDN.
    #[error("is there twice in one relative distinguished name, which has each type once")]
    Duplicate,
}

impl NameFault {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::StringType { .. } => "request.name.string-type",
            Self::Utf8 => "request.name.utf8",
            Self::Characters(_) | Self::Country => "request.name.characters",
            Self::Control(_) => "request.name.control",
            Self::Bidi(_) => "request.name.bidi",
            Self::Invisible(_) => "request.name.invisible",
            Self::NotNfc => "request.name.not-nfc",
            Self::MixedScript(_) => "request.name.mixed-script",
            Self::Empty => "request.name.empty",
            Self::OuterSpace => "request.name.outer-space",
            Self::TooLong { .. } => "request.name.too-long",
            Self::Duplicate => "request.name.duplicate",
        }
    }

    /// The clause that forbids it.
    pub fn clause(&self) -> &'static str {
        match self {
            Self::StringType { .. } | Self::Country | Self::Empty | Self::TooLong { .. } => {
                "RFC 5280 appendix A.1"
            }
            Self::Utf8 => "RFC 3629 §4",
            Self::Characters(_) => "X.680 §41",
            Self::Control(_) => "RFC 4518 §2.2",
            Self::Bidi(_) => "UAX #9 §2",
            Self::Invisible(_) => "RFC 4518 §2.2",
            Self::NotNfc => "RFC 5280 §7.1, UAX #15",
            Self::MixedScript(_) => "UTS #39 §5.2",
            Self::OuterSpace => "RFC 4518 §2.6.1",
            Self::Duplicate => "X.501 §9.3",
        }
    }
}

/// Why a subject alternative name is refused, whatever the profile says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SanFault {
    /// Too long as a whole.
    #[error("it has {0} characters, at most 253 are allowed")]
    DnsLength(usize),
    /// A label that is too long.
    #[error("a label has {0} characters, at most 63 are allowed")]
    DnsLabelLength(usize),
    /// Nothing between two dots, or nothing at all.
    #[error("it is empty or has an empty label")]
    DnsEmptyLabel,
    /// The dot of the root.
    #[error("it ends with a dot")]
    DnsTrailingDot,
    /// Other characters than those of host names.
    #[error("it has characters other than letters, digits, hyphens and dots")]
    DnsCharacters,
    /// A hyphen where none may be.
    #[error("a label begins or ends with a hyphen")]
    DnsHyphen,
    /// Reserved for encodings to come.
    #[error("the label {0} has hyphens in third and fourth place and is no A-label (xn--)")]
    DnsReservedLdh(String),
    /// An address.
    #[error("it is read as the IP address {0}; ask for it as an iPAddress")]
    DnsIpAddress(std::net::IpAddr),
    /// A last label that is a number.
    #[error("its last label is a number, so that resolvers read it as an address")]
    DnsNumericTld,
    /// An asterisk elsewhere than alone in front of at least two labels.
    #[error("a wildcard is one asterisk as the leftmost label, with at least two labels behind it")]
    DnsWildcardPosition,
    /// All names of a registry.
    #[error("the wildcard is directly under the public suffix {0}")]
    DnsWildcardPublicSuffix(String),
    /// An A-label that is not what its own Unicode form encodes to.
    #[error("the label {0} is not the lower-case A-label of a valid U-label")]
    DnsALabel(String),
    /// Letters of several scripts in one label.
    #[error("the label {0} mixes letters of several scripts")]
    DnsMixedScript(String),
    /// All zeros.
    #[error("the unspecified address names no host")]
    IpUnspecified,
    /// A group.
    #[error("a multicast address names no host")]
    IpMulticast,
    /// An IPv4 address in the form of an IPv6 one.
    #[error("it is the IPv4 address {0} written as IPv6; ask for that")]
    IpMapped(std::net::Ipv4Addr),
    /// No mailbox.
    #[error("{0}")]
    Email(&'static str),
    /// No absolute URI.
    #[error("{0}")]
    Uri(&'static str),
}

impl SanFault {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::DnsLength(_) => "request.dns.length",
            Self::DnsLabelLength(_) => "request.dns.label-length",
            Self::DnsEmptyLabel => "request.dns.empty-label",
            Self::DnsTrailingDot => "request.dns.trailing-dot",
            Self::DnsCharacters => "request.dns.characters",
            Self::DnsHyphen => "request.dns.hyphen",
            Self::DnsReservedLdh(_) => "request.dns.reserved-ldh",
            Self::DnsIpAddress(_) => "request.dns.ip-address",
            Self::DnsNumericTld => "request.dns.numeric-tld",
            Self::DnsWildcardPosition => "request.dns.wildcard-position",
            Self::DnsWildcardPublicSuffix(_) => "request.dns.wildcard-public-suffix",
            Self::DnsALabel(_) => "request.dns.a-label",
            Self::DnsMixedScript(_) => "request.dns.mixed-script",
            Self::IpUnspecified => "request.ip.unspecified",
            Self::IpMulticast => "request.ip.multicast",
            Self::IpMapped(_) => "request.ip.mapped",
            Self::Email(_) => "request.email.syntax",
            Self::Uri(_) => "request.uri.syntax",
        }
    }

    /// The clause that forbids it.
    pub fn clause(&self) -> &'static str {
        match self {
            Self::DnsLength(_) | Self::DnsLabelLength(_) | Self::DnsEmptyLabel => "RFC 1035 §2.3.4",
            Self::DnsTrailingDot => "RFC 5280 §4.2.1.6, RFC 1034 §3.5",
            Self::DnsCharacters | Self::DnsHyphen => "RFC 1034 §3.5, RFC 1123 §2.1",
            Self::DnsReservedLdh(_) => "RFC 5890 §2.3.1",
            Self::DnsIpAddress(_) => "RFC 5280 §4.2.1.6",
            Self::DnsNumericTld => "RFC 1123 §2.1, RFC 3696 §2",
            Self::DnsWildcardPosition => "RFC 9525 §6.3",
            Self::DnsWildcardPublicSuffix(_) => "CA/Browser Forum BR 3.2.2.6",
            Self::DnsALabel(_) => "RFC 5890 §2.3.2.1, UTS #46 §4",
            Self::DnsMixedScript(_) => "UTS #39 §5.2",
            Self::IpUnspecified => "RFC 4291 §2.5.2, RFC 1122 §3.2.1.3",
            Self::IpMulticast => "RFC 4291 §2.7, RFC 1112 §4",
            Self::IpMapped(_) => "RFC 4291 §2.5.5.2",
            Self::Email(_) => "RFC 5280 §4.2.1.6, RFC 2821 §4.1.2",
            Self::Uri(_) => "RFC 5280 §4.2.1.6, RFC 3986 §4.3",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cites_a_document(clause: &str) -> bool {
        ["RFC ", "X.", "UAX #", "UTS #", "CA/Browser Forum BR "]
            .iter()
            .any(|document| clause.starts_with(document))
    }

    #[test]
    fn each_fault_of_a_subject_cites_a_document() {
        for fault in [
            NameFault::StringType { found: Tag::Null, expected: Syntax::Directory },
            NameFault::Utf8,
            NameFault::Characters(Tag::Ia5String),
            NameFault::Country,
            NameFault::Control('\0'),
            NameFault::Bidi('\u{202e}'),
            NameFault::Invisible('\u{200b}'),
            NameFault::NotNfc,
            NameFault::MixedScript(String::new()),
            NameFault::Empty,
            NameFault::OuterSpace,
            NameFault::TooLong { found: 2, most: 1 },
            NameFault::Duplicate,
        ] {
            assert!(cites_a_document(fault.clause()), "{fault}");
        }
    }

    #[test]
    fn each_fault_of_an_alternative_name_cites_a_document() {
        for fault in [
            SanFault::DnsLength(254),
            SanFault::DnsLabelLength(64),
            SanFault::DnsEmptyLabel,
            SanFault::DnsTrailingDot,
            SanFault::DnsCharacters,
            SanFault::DnsHyphen,
            SanFault::DnsReservedLdh(String::new()),
            SanFault::DnsIpAddress([10, 0, 0, 1].into()),
            SanFault::DnsNumericTld,
            SanFault::DnsWildcardPosition,
            SanFault::DnsWildcardPublicSuffix(String::new()),
            SanFault::DnsALabel(String::new()),
            SanFault::DnsMixedScript(String::new()),
            SanFault::IpUnspecified,
            SanFault::IpMulticast,
            SanFault::IpMapped([10, 0, 0, 1].into()),
            SanFault::Email(""),
            SanFault::Uri(""),
        ] {
            assert!(cites_a_document(fault.clause()), "{fault}");
        }
    }
}
