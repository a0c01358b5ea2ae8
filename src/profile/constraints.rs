//! The issuer's name constraints (RFC 5280 §4.2.1.10), applied before anything is signed: no verifier
//! would accept what violates them.

use std::fmt;
use std::net::IpAddr;

use const_oid::db::{rfc3280, rfc4519};
use x509_cert::ext::pkix::NameConstraints;
use x509_cert::ext::pkix::constraints::name::GeneralSubtree;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::name::{Name, RelativeDistinguishedName};

use super::PolicyViolation;
use super::sans::uri_host;
use super::subject::text_of;
use crate::base::name::DistinguishedName;
use crate::base::san::San;
use crate::base::text::Escaped;

/// Checks every name that verifiers compare with constraints: subject alternative names, the
/// subject itself, mailboxes in it, and a host name in CN when there is no dNSName (OpenSSL does).
///
/// # Errors
/// [`PolicyViolation`] names what is not permitted or excluded, or a constraint we cannot apply.
pub(super) fn check(
    constraints: &NameConstraints,
    subject: &DistinguishedName,
    sans: &[San],
) -> Result<(), PolicyViolation> {
    let permitted = constraints.permitted_subtrees.as_deref().unwrap_or_default();
    let excluded = constraints.excluded_subtrees.as_deref().unwrap_or_default();
    for subtree in permitted.iter().chain(excluded) {
        require_applicable(subtree)?;
    }
    for name in names(subject, sans) {
        if let Some(subtree) = excluded.iter().find(|subtree| name.touches(&subtree.base)) {
            return Err(PolicyViolation::Excluded {
                name: name.to_string(),
                excluded: show(&subtree.base),
            });
        }
        let mut of_kind =
            permitted.iter().filter(|subtree| name.is_kind_of(&subtree.base)).peekable();
        if of_kind.peek().is_some() && !of_kind.any(|subtree| name.is_within(&subtree.base)) {
            let of_kind = permitted.iter().filter(|subtree| name.is_kind_of(&subtree.base));
            let permitted: Vec<String> = of_kind.map(|subtree| show(&subtree.base)).collect();
            return Err(PolicyViolation::NotPermitted {
                name: name.to_string(),
                permitted: permitted.join(", "),
            });
        }
    }
    Ok(())
}

/// A name of the certificate to be, as constraints see it.
enum Constrained<'a> {
    Dns(&'a str),
    Email(&'a str),
    Uri(&'a str),
    Ip(IpAddr),
    Directory(&'a DistinguishedName),
}

fn names<'a>(subject: &'a DistinguishedName, sans: &'a [San]) -> Vec<Constrained<'a>> {
    let mut names: Vec<Constrained<'a>> = sans
        .iter()
        .map(|san| match san {
            San::Dns(name) => Constrained::Dns(name),
            San::Email(mailbox) => Constrained::Email(mailbox),
            San::Uri(uri) => Constrained::Uri(uri),
            San::Ip(address) => Constrained::Ip(*address),
        })
        .collect();
    let has_dns = sans.iter().any(|san| matches!(san, San::Dns(_)));
    for attribute in subject.as_name().iter() {
        let Some(text) = text_of(&attribute.value) else { continue };
        if attribute.oid == rfc3280::EMAIL_ADDRESS {
            names.push(Constrained::Email(text));
        }
        if attribute.oid == rfc4519::COMMON_NAME && !has_dns && looks_like_host(text) {
            names.push(Constrained::Dns(text));
        }
    }
    if subject.as_name().iter_rdn().next().is_some() {
        names.push(Constrained::Directory(subject));
    }
    names
}

pub(super) fn looks_like_host(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    text.contains('.') && text.parse::<IpAddr>().is_err() && text.split('.').all(label)
}

impl Constrained<'_> {
    fn is_kind_of(&self, base: &GeneralName) -> bool {
        matches!(
            (self, base),
            (Self::Dns(_), GeneralName::DnsName(_))
                | (Self::Email(_), GeneralName::Rfc822Name(_))
                | (Self::Uri(_), GeneralName::UniformResourceIdentifier(_))
                | (Self::Ip(_), GeneralName::IpAddress(_))
                | (Self::Directory(_), GeneralName::DirectoryName(_))
        )
    }

    /// Whether all that the name stands for lies in the subtree.
    fn is_within(&self, base: &GeneralName) -> bool {
        match (self, base) {
            (Self::Dns(name), GeneralName::DnsName(base)) => {
                // A wildcard is within where its own letters are: below its parent.
                domain_within(name, base.as_str())
            }
            (Self::Email(mailbox), GeneralName::Rfc822Name(base)) => {
                mailbox_within(mailbox, base.as_str())
            }
            (Self::Uri(uri), GeneralName::UniformResourceIdentifier(base)) => {
                host_of(uri).is_some_and(|host| host_within(host, base.as_str()))
            }
            (Self::Ip(address), GeneralName::IpAddress(base)) => {
                address_within(*address, base.as_bytes())
            }
            (Self::Directory(subject), GeneralName::DirectoryName(base)) => {
                directory_within(subject.as_name(), base)
            }
            _ => false,
        }
    }

    /// Whether anything that the name stands for may lie in the subtree: excluded when in doubt.
    fn touches(&self, base: &GeneralName) -> bool {
        if self.is_within(base) {
            return true;
        }
        match (self, base) {
            (Self::Dns(name), GeneralName::DnsName(base)) => domain_touches(name, base.as_str()),
            // RFC 5280: a URI without a host name must not pass a host constraint.
            (Self::Uri(uri), GeneralName::UniformResourceIdentifier(_)) => host_of(uri).is_none(),
            _ => false,
        }
    }
}

/// For messages.
impl fmt::Display for Constrained<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(name) => write!(f, "dns:{}", Escaped(name)),
            Self::Email(mailbox) => write!(f, "email:{}", Escaped(mailbox)),
            Self::Uri(uri) => write!(f, "uri:{}", Escaped(uri)),
            Self::Ip(address) => write!(f, "ip:{address}"),
            Self::Directory(subject) => write!(f, "subject {subject}"),
        }
    }
}

/// `example.com` covers itself and what ends with `.example.com`; `.example.com` only the latter;
/// the empty constraint covers every name.
pub(super) fn domain_within(name: &str, base: &str) -> bool {
    if base.is_empty() {
        return true;
    }
    let suffix = base.strip_prefix('.').unwrap_or(base);
    if name.eq_ignore_ascii_case(suffix) {
        return !base.starts_with('.');
    }
    let Some(cut) = name.len().checked_sub(suffix.len() + 1) else { return false };
    name.is_char_boundary(cut)
        && name.as_bytes().get(cut) == Some(&b'.')
        && name.get(cut + 1..).is_some_and(|tail| tail.eq_ignore_ascii_case(suffix))
}

/// Whether anything that `name` stands for is within `base`, or may be: `*.example.com` stands for
/// `host.example.com` too.
pub(super) fn domain_touches(name: &str, base: &str) -> bool {
    let base_domain = base.trim_start_matches('.');
    domain_within(name, base)
        || name.strip_prefix("*.").is_some_and(|parent| domain_within(base_domain, parent))
}

/// For hosts of mailboxes and URIs: `.example.com` covers what is below, `example.com` that host alone.
fn host_within(host: &str, base: &str) -> bool {
    if base.starts_with('.') { domain_within(host, base) } else { host.eq_ignore_ascii_case(base) }
}

fn mailbox_within(mailbox: &str, base: &str) -> bool {
    let Some((local, host)) = mailbox.rsplit_once('@') else { return false };
    match base.rsplit_once('@') {
        Some((base_local, base_host)) => {
            local == base_local && host.eq_ignore_ascii_case(base_host)
        }
        None => host_within(host, base),
    }
}

/// The host of a URI when it is a name: constraints do not apply to addresses.
fn host_of(uri: &str) -> Option<&str> {
    let host = uri_host(uri)?;
    let is_address = host.starts_with('[') || host.parse::<IpAddr>().is_ok();
    (!host.is_empty() && !is_address).then_some(host)
}

/// `base` is an address followed by a mask of the same length.
fn address_within(address: IpAddr, base: &[u8]) -> bool {
    let octets = match address {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    };
    if base.len() != 2 * octets.len() {
        return false;
    }
    let (network, mask) = base.split_at(octets.len());
    octets
        .iter()
        .zip(network)
        .zip(mask)
        .all(|((octet, network), mask)| octet & mask == network & mask)
}

/// Whether the RDNs of `base` are the first of `subject`, ignoring case and kind of string.
fn directory_within(subject: &Name, base: &Name) -> bool {
    let mut subject = subject.iter_rdn();
    base.iter_rdn().all(|rdn| subject.next().is_some_and(|found| same_rdn(found, rdn)))
}

fn same_rdn(a: &RelativeDistinguishedName, b: &RelativeDistinguishedName) -> bool {
    let (a, b) = (a.as_ref(), b.as_ref());
    let same = |x: &x509_cert::attr::AttributeTypeAndValue,
                y: &x509_cert::attr::AttributeTypeAndValue| {
        x.oid == y.oid
            && match (text_of(&x.value), text_of(&y.value)) {
                (Some(x), Some(y)) => x.to_lowercase() == y.to_lowercase(),
                _ => x.value == y.value,
            }
    };
    a.len() == b.len() && a.iter().all(|x| b.iter().any(|y| same(x, y)))
}

/// RFC 5280 wants a verifier to refuse what it cannot apply, so we must not sign under it.
fn require_applicable(subtree: &GeneralSubtree) -> Result<(), PolicyViolation> {
    if subtree.minimum != 0 || subtree.maximum.is_some() {
        return Err(PolicyViolation::ConstraintKind { kind: "a minimum or maximum distance" });
    }
    let kind = match &subtree.base {
        GeneralName::OtherName(_) => "an otherName",
        GeneralName::EdiPartyName(_) => "an ediPartyName",
        GeneralName::RegisteredId(_) => "a registeredID",
        GeneralName::IpAddress(octets) if !matches!(octets.as_bytes().len(), 8 | 32) => {
            "an iPAddress that is no address with a mask"
        }
        _ => return Ok(()),
    };
    Err(PolicyViolation::ConstraintKind { kind })
}

fn show(base: &GeneralName) -> String {
    let octets = |octets: &[u8]| match octets.len() {
        8 => <[u8; 4]>::try_from(&octets[..4])
            .map_or_else(|_| hex::encode(octets), |a| masked(IpAddr::from(a), &octets[4..])),
        32 => <[u8; 16]>::try_from(&octets[..16])
            .map_or_else(|_| hex::encode(octets), |a| masked(IpAddr::from(a), &octets[16..])),
        _ => hex::encode(octets),
    };
    match base {
        GeneralName::DnsName(text) => format!("dns:{}", Escaped(text.as_str())),
        GeneralName::Rfc822Name(text) => format!("email:{}", Escaped(text.as_str())),
        GeneralName::UniformResourceIdentifier(text) => format!("uri:{}", Escaped(text.as_str())),
        GeneralName::IpAddress(value) => format!("ip:{}", octets(value.as_bytes())),
        GeneralName::DirectoryName(name) => format!("subject {}", Escaped(&name.to_string())),
        other => Escaped(&format!("{other:?}")).to_string(),
    }
}

fn masked(address: IpAddr, mask: &[u8]) -> String {
    let bits: u32 = mask.iter().map(|octet| octet.leading_ones()).sum();
    format!("{address}/{bits}")
}

#[cfg(test)]
mod tests {
    use const_oid::ObjectIdentifier;
    use der::Decode as _;
    use der::asn1::OctetString;
    use hex_literal::hex;

    use super::*;
    use crate::profile::subtrees::name_constraints;

    fn verdict(
        permitted: &[&str],
        excluded: &[&str],
        subject: &str,
        sans: &[&str],
    ) -> &'static str {
        let owned =
            |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let constraints = name_constraints(&owned(permitted), &owned(excluded)).unwrap().unwrap();
        let sans: Vec<San> = sans.iter().map(|text| text.parse().unwrap()).collect();
        match check(&constraints, &subject.parse().unwrap(), &sans) {
            Ok(()) => "ok",
            Err(violation) => violation.code(),
        }
    }

    #[test]
    fn a_permitted_domain_covers_itself_and_what_is_below_and_nothing_that_only_ends_alike() {
        let dns = |name: &str| verdict(&["dns:example.com"], &[], "CN=x", &[name]);
        assert_eq!(dns("dns:example.com"), "ok");
        assert_eq!(dns("dns:a.b.EXAMPLE.com"), "ok");
        assert_eq!(dns("dns:*.example.com"), "ok");
        assert_eq!(dns("dns:badexample.com"), "policy.not-permitted");
        assert_eq!(dns("dns:example.com.evil.example"), "policy.not-permitted");
        assert_eq!(dns("ip:10.0.0.1"), "ok");
    }

    #[test]
    fn a_wildcard_that_could_stand_for_an_excluded_host_is_refused() {
        let dns = |name: &str| verdict(&[], &["dns:secret.example.com"], "CN=x", &[name]);
        assert_eq!(dns("dns:*.example.com"), "policy.excluded");
        assert_eq!(dns("dns:a.secret.example.com"), "policy.excluded");
        assert_eq!(dns("dns:public.example.com"), "ok");
        assert_eq!(dns("dns:*.example.org"), "ok");
    }

    #[test]
    fn addresses_are_compared_under_the_mask_of_their_family() {
        let ip = |name: &str| {
            verdict(&["ip:10.0.0.0/8", "ip:2001:db8::/32"], &["ip:10.9.0.0/16"], "CN=x", &[name])
        };
        assert_eq!(ip("ip:10.1.2.3"), "ok");
        assert_eq!(ip("ip:2001:db8::7"), "ok");
        assert_eq!(ip("ip:10.9.1.1"), "policy.excluded");
        assert_eq!(ip("ip:192.0.2.1"), "policy.not-permitted");
        assert_eq!(ip("ip:2001:db9::1"), "policy.not-permitted");
    }

    #[test]
    fn mailboxes_and_uris_follow_their_host() {
        let one = |constraint: &str, name: &str| verdict(&[constraint], &[], "CN=x", &[name]);
        assert_eq!(one("email:example.com", "email:a@example.com"), "ok");
        assert_eq!(one("email:example.com", "email:a@b.example.com"), "policy.not-permitted");
        assert_eq!(one("email:.example.com", "email:a@b.example.com"), "ok");
        assert_eq!(one("email:a@example.com", "email:b@example.com"), "policy.not-permitted");
        assert_eq!(one("uri:.example.com", "uri:https://a.example.com/x"), "ok");
        assert_eq!(one("uri:.example.com", "uri:https://example.com/x"), "policy.not-permitted");
        assert_eq!(one("uri:example.com", "uri:urn:a:b"), "policy.not-permitted");
        assert_eq!(verdict(&[], &["uri:example.com"], "CN=x", &["uri:urn:a:b"]), "policy.excluded");
    }

    #[test]
    fn a_uri_without_a_host_name_passes_no_constraint_on_hosts() {
        for uri in [
            "uri:https://10.0.0.1/x",
            "uri:https://[2001:db8::1]:8443/x",
            "uri:file:///etc/x",
            "uri:urn:a:b",
        ] {
            let host = &["uri:example.com"];
            assert_eq!(verdict(&[], host, "CN=x", &[uri]), "policy.excluded", "{uri}");
            assert_eq!(verdict(host, &[], "CN=x", &[uri]), "policy.not-permitted", "{uri}");
        }
    }

    #[test]
    fn a_host_name_has_a_dot_and_labels_of_letters_digits_and_hyphens() {
        for host in ["a.example", "A-1.b-2.example", "1.2.3.4.example"] {
            assert!(looks_like_host(host), "{host}");
        }
        for other in ["", "localhost", "a..example", ".example", "a b.example", "10.0.0.1", "a/b.c"]
        {
            assert!(!looks_like_host(other), "{other}");
        }
    }

    fn code(constraints: &NameConstraints, subject: &str) -> &'static str {
        check(constraints, &subject.parse().unwrap(), &[])
            .map_or_else(|violation| violation.code(), |()| "ok")
    }

    #[test]
    fn a_constraint_that_cannot_be_applied_permits_nothing() {
        let dns = || GeneralName::DnsName("example.com".to_owned().try_into().unwrap());
        let octets = |octets: &[u8]| GeneralName::IpAddress(OctetString::new(octets).unwrap());
        let oid = ObjectIdentifier::new_unwrap("1.2.3.4");
        let other = hex!("a009 0603 2a0304 a002 0500");
        let edi = hex!("a505 a103 0c01 61");
        let plain = |base| GeneralSubtree { base, minimum: 0, maximum: None };
        for (subtree, expected) in [
            (plain(dns()), "ok"),
            (plain(octets(&[10, 0, 0, 0, 255, 0, 0, 0])), "ok"),
            (plain(octets(&[10, 0, 0, 0])), "policy.constraint-kind"),
            (plain(octets(&[0; 16])), "policy.constraint-kind"),
            (plain(GeneralName::from_der(&other).unwrap()), "policy.constraint-kind"),
            (plain(GeneralName::from_der(&edi).unwrap()), "policy.constraint-kind"),
            (plain(GeneralName::RegisteredId(oid)), "policy.constraint-kind"),
            (GeneralSubtree { base: dns(), minimum: 1, maximum: None }, "policy.constraint-kind"),
            (
                GeneralSubtree { base: dns(), minimum: 0, maximum: Some(1) },
                "policy.constraint-kind",
            ),
        ] {
            let subtrees = Some(vec![subtree]);
            let (permitted_subtrees, excluded_subtrees) = (subtrees.clone(), subtrees);
            let permitted = NameConstraints { permitted_subtrees, excluded_subtrees: None };
            assert_eq!(code(&permitted, "CN=x"), expected, "{permitted:?}");
            let excluded = NameConstraints { permitted_subtrees: None, excluded_subtrees };
            assert_eq!(code(&excluded, "CN=x"), expected, "{excluded:?}");
        }
    }

    #[test]
    fn values_that_are_no_text_are_the_same_octet_for_octet() {
        // O as a TeletexString of one octet.
        let name = |octet: u8| {
            let begin = hex!("300c 310a 3008 0603 55040a 1401");
            Name::from_der(&[&begin[..], &[octet]].concat()).unwrap()
        };
        assert!(directory_within(&name(b'a'), &name(b'a')));
        assert!(!directory_within(&name(b'a'), &name(b'b')));
        assert!(!directory_within(&name(b'a'), &name(b'A')));
    }

    #[test]
    fn a_refusal_shows_the_subtree() {
        for (constraint, name) in [
            ("dns:example.com", "dns:evil.example"),
            ("email:example.com", "email:a@evil.example"),
            ("uri:example.com", "uri:https://evil.example/"),
            ("ip:10.0.0.0/9", "ip:192.0.2.1"),
            ("ip:2001:db8::/33", "ip:2001:db9::1"),
        ] {
            let constraints = name_constraints(&[constraint.to_owned()], &[]).unwrap().unwrap();
            let sans = [name.parse().unwrap()];
            let error = check(&constraints, &"CN=x".parse().unwrap(), &sans).unwrap_err();
            let shown = error.to_string();
            assert!(shown.contains(constraint) && shown.contains(name), "{shown}");
        }
        let base = GeneralName::DirectoryName("O=A\u{e9},C=CH".parse().unwrap());
        assert_eq!(show(&base), "subject O=A\u{e9},C=CH");
    }

    #[test]
    fn mailboxes_and_host_names_in_the_subject_are_constrained_too() {
        let dns = &["dns:example.com"];
        assert_eq!(verdict(dns, &[], "CN=evil.example", &[]), "policy.not-permitted");
        assert_eq!(verdict(dns, &[], "CN=evil.example", &["dns:a.example.com"]), "ok");
        assert_eq!(verdict(dns, &[], "CN=kubernetes-admin", &[]), "ok");
        let email = &["email:example.com"];
        assert_eq!(
            verdict(email, &[], "emailAddress=a@evil.example,CN=x", &[]),
            "policy.not-permitted"
        );
    }
    fn subject_under(permitted: &[&str], excluded: &[&str], subject: &str) -> &'static str {
        let subtrees = |names: &[&str]| {
            let subtree = |name: &&str| {
                let name: DistinguishedName = name.parse().unwrap();
                let base = GeneralName::DirectoryName(name.as_name().clone());
                GeneralSubtree { base, minimum: 0, maximum: None }
            };
            let all: Vec<GeneralSubtree> = names.iter().map(subtree).collect();
            (!all.is_empty()).then_some(all)
        };
        let constraints = NameConstraints {
            permitted_subtrees: subtrees(permitted),
            excluded_subtrees: subtrees(excluded),
        };
        match check(&constraints, &subject.parse().unwrap(), &[]) {
            Ok(()) => "ok",
            Err(violation) => violation.code(),
        }
    }

    #[test]
    fn a_subject_begins_with_the_rdns_of_a_permitted_subtree_and_with_those_of_no_excluded_one() {
        // RFC 4514 text begins with the last RDN.
        let permitted = |subject: &str| subject_under(&["O=Example,C=CH"], &[], subject);
        assert_eq!(permitted("CN=a,O=Example,C=CH"), "ok");
        assert_eq!(permitted("O=EXAMPLE,C=CH"), "ok");
        assert_eq!(permitted("CN=a,O=Example,C=DE"), "policy.not-permitted");
        assert_eq!(permitted("CN=a,O=Examples,C=CH"), "policy.not-permitted");
        assert_eq!(permitted("CN=a,C=CH"), "policy.not-permitted");
        assert_eq!(permitted("CN=a,OU=x+O=Example,C=CH"), "policy.not-permitted");
        let excluded = |subject: &str| subject_under(&[], &["O=Example,C=CH"], subject);
        assert_eq!(excluded("CN=a,O=example,C=CH"), "policy.excluded");
        assert_eq!(excluded("CN=a,O=Other,C=CH"), "ok");
        assert_eq!(excluded("O=Example,CN=a,C=CH"), "ok");
    }
}
