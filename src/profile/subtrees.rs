//! The name constraints that a CA profile gives its certificates, from the words of its file.

use der::asn1::{Ia5String, OctetString};
use ipnet::IpNet;
use x509_cert::ext::pkix::NameConstraints;
use x509_cert::ext::pkix::constraints::name::GeneralSubtree;
use x509_cert::ext::pkix::name::GeneralName;

use super::ProfileError;

/// The nameConstraints extension from the words of a file, or none when there are none.
///
/// # Errors
/// [`ProfileError`] when a text is no constraint.
pub(super) fn name_constraints(
    permitted: &[String],
    excluded: &[String],
) -> Result<Option<NameConstraints>, ProfileError> {
    let subtrees = |key, texts: &[String]| -> Result<_, ProfileError> {
        let subtrees: Result<Vec<GeneralSubtree>, _> =
            texts.iter().map(|text| subtree(key, text)).collect();
        Ok(Some(subtrees?).filter(|subtrees| !subtrees.is_empty()))
    };
    let constraints = NameConstraints {
        permitted_subtrees: subtrees("ca.permitted", permitted)?,
        excluded_subtrees: subtrees("ca.excluded", excluded)?,
    };
    let empty = constraints.permitted_subtrees.is_none() && constraints.excluded_subtrees.is_none();
    Ok((!empty).then_some(constraints))
}

fn subtree(key: &'static str, text: &str) -> Result<GeneralSubtree, ProfileError> {
    let fail = |expected| ProfileError::NameConstraint { key, text: text.to_owned(), expected };
    let (kind, value) = text
        .split_once(':')
        .ok_or_else(|| fail("dns:DOMAIN, ip:ADDRESS/BITS, email:DOMAIN or uri:DOMAIN"))?;
    let domain = "a domain such as example.com or .example.com";
    let ia5 = |value: &str| Ia5String::new(value).map_err(|_| fail(domain));
    let is_domain = |value: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        !value.is_empty() && value.bytes().all(allowed) && !value.contains("..")
    };
    let base = match kind {
        "dns" if is_domain(value) => GeneralName::DnsName(ia5(value)?),
        "uri" if is_domain(value) => GeneralName::UniformResourceIdentifier(ia5(value)?),
        "email" if is_domain(value.rsplit_once('@').map_or(value, |(_, host)| host)) => {
            GeneralName::Rfc822Name(ia5(value)?)
        }
        "ip" => {
            let network: IpNet =
                value.parse().map_err(|_| fail("a network such as 10.0.0.0/8 or 2001:db8::/32"))?;
            if network.addr() != network.network() {
                return Err(fail("a network whose host bits are zero"));
            }
            GeneralName::IpAddress(network_octets(&network).map_err(ProfileError::Encoding)?)
        }
        "dns" | "uri" | "email" => return Err(fail(domain)),
        _ => return Err(fail("dns:DOMAIN, ip:ADDRESS/BITS, email:DOMAIN or uri:DOMAIN")),
    };
    Ok(GeneralSubtree { base, minimum: 0, maximum: None })
}

fn network_octets(network: &IpNet) -> der::Result<OctetString> {
    let octets = match network {
        IpNet::V4(v4) => [v4.network().octets(), v4.netmask().octets()].concat(),
        IpNet::V6(v6) => [v6.network().octets(), v6.netmask().octets()].concat(),
    };
    OctetString::new(octets)
}
