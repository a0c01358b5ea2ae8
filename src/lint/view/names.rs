//! What rules ask of a certificate's names and purposes.

use std::borrow::Cow;

use const_oid::ObjectIdentifier;
use const_oid::db::{rfc4519, rfc5280};
use der::Tag;

use super::extensions::children;
use super::{AttributeView, CertificateView, context};
use crate::base::element::Element;

/// Context tags of GeneralName (RFC 5280 §4.2.1.6).
pub(in crate::lint) const EMAIL: u32 = 1;
pub(in crate::lint) const DNS: u32 = 2;
pub(in crate::lint) const DIRECTORY: u32 = 4;
pub(in crate::lint) const URI: u32 = 6;
pub(in crate::lint) const IP: u32 = 7;

impl<'a> CertificateView<'a> {
    /// The attributes of subject and issuer, with the name of the field.
    pub(in crate::lint) fn all_attributes(
        &self,
    ) -> impl Iterator<Item = (&'static str, &AttributeView<'a>)> {
        let issuer = self.issuer_attributes.iter().map(|attribute| ("issuer", attribute));
        self.attributes.iter().map(|attribute| ("subject", attribute)).chain(issuer)
    }

    /// How many seconds it is valid, both ends included (RFC 5280 §4.1.2.5).
    pub(in crate::lint) fn lifetime(&self) -> Option<u64> {
        let (from, until) = (self.not_before.instant?, self.not_after.instant?);
        until.as_unix().checked_sub(from.as_unix()).map(|seconds| seconds + 1)
    }

    /// The dNSNames as text, with replacement characters where they are none.
    pub(in crate::lint) fn dns_names(&self) -> impl Iterator<Item = Cow<'a, str>> {
        self.dns.iter().cloned()
    }

    /// The common names as text.
    pub(in crate::lint) fn common_names(&self) -> Vec<String> {
        let names = self.attributes_of(rfc4519::COMMON_NAME);
        names.map(|name| name.text().into_owned()).collect()
    }

    /// The organizations as text, which are groups to Kubernetes.
    pub(in crate::lint) fn organizations(&self) -> Vec<String> {
        let groups = self.attributes_of(rfc4519::ORGANIZATION_NAME);
        groups.map(|group| group.text().into_owned()).collect()
    }

    /// Whether the extended key usages hold this one.
    pub(in crate::lint) fn is_for(&self, purpose: ObjectIdentifier) -> bool {
        self.extended_key_usage.contains(&purpose)
    }

    /// Whether this is the certificate of a TLS server.
    pub(in crate::lint) fn is_server(&self) -> bool {
        self.is_leaf() && self.is_for(rfc5280::ID_KP_SERVER_AUTH)
    }

    /// Whether this is the certificate of a TLS client.
    pub(in crate::lint) fn is_client(&self) -> bool {
        self.is_leaf() && self.is_for(rfc5280::ID_KP_CLIENT_AUTH)
    }
}

/// Octets as text, with replacement characters where they are none.
pub(in crate::lint) fn text(octets: &[u8]) -> Cow<'_, str> {
    // What is text is nearly all, and known for it many octets at a time.
    str::from_utf8(octets).map_or_else(|_| String::from_utf8_lossy(octets), Cow::Borrowed)
}

/// How many RDNs a complete Name has that hold no attribute.
pub(in crate::lint) fn empty_rdns(name: &[u8]) -> usize {
    let rdns = Element::only(name, Tag::Sequence).and_then(children).unwrap_or_default();
    rdns.iter().filter(|rdn| rdn.content.is_empty()).count()
}

/// The context tag of a general name.
pub(in crate::lint) fn kind(name: &Element<'_>) -> Option<u32> {
    context(name.tag)
}

/// The bits of a number, from the content of its INTEGER.
pub(in crate::lint) fn bits(integer: &[u8]) -> usize {
    let zeros = integer.iter().take_while(|octet| **octet == 0).count();
    let significant = integer.get(zeros..).unwrap_or_default();
    significant.first().map_or(0, |first| {
        significant.len() * 8 - usize::try_from(first.leading_zeros()).unwrap_or_default()
    })
}
