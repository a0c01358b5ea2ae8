//! A CRL of anybody's as it is read: strict DER, borrowed, its entries one at a time (RFC 5280 §5).

use std::cmp::Ordering;
use std::fmt;

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280;
use der::{Decode as _, Tag, TagNumber};
use num_bigint::BigInt;
use x509_cert::ext::pkix::AuthorityKeyIdentifier;
use x509_cert::ext::pkix::crl::CrlDistributionPoints;
use x509_cert::ext::pkix::crl::dp::IssuingDistributionPoint;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName};

use super::ascending::ascending;
use super::clock::Timestamp;
use super::element::{Element, Elements};
use super::name::{DistinguishedName, NameError};

mod entry;

pub use entry::{CrlEntry, Entries, EntryKey, FieldError};
use entry::{Extension, integer, once, time};

/// A CRL whose every field and entry can be read. It borrows the bytes; its own size does not depend on
/// the number of entries. Nothing is said about its signature.
#[derive(Clone, Debug)]
pub struct Crl<'a> {
    der: &'a [u8],
    tbs: &'a [u8],
    version: u8,
    algorithm: &'a [u8],
    signed_algorithm: &'a [u8],
    signature: &'a [u8],
    issuer: DistinguishedName,
    this_update: Timestamp,
    next_update: Option<Timestamp>,
    entries: Entries<'a>,
    entry_count: u64,
    number: Option<CrlNumber<'a>>,
    base: Option<CrlNumber<'a>>,
    key_id: Option<Vec<u8>>,
    scope: Option<Scope>,
    scope_der: Option<&'a [u8]>,
    freshest: Vec<String>,
}

/// A CRL as far as it says which one it is. Whether its entries can be read is not known.
#[derive(Clone, Debug)]
pub struct CrlOutline<'a>(Crl<'a>);

/// A CRL number: an INTEGER of any size (§5.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CrlNumber<'a>(&'a [u8]);

/// What an issuingDistributionPoint says a CRL is about (§5.2.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The URIs of the distribution point.
    pub uris: Vec<String>,
    /// onlyContainsUserCerts.
    pub only_user_certificates: bool,
    /// onlyContainsCACerts.
    pub only_ca_certificates: bool,
    /// onlyContainsAttributeCerts.
    pub only_attribute_certificates: bool,
    /// Whether it is for some reasons only.
    pub only_some_reasons: bool,
    /// indirectCRL: other issuers' certificates may be in it.
    pub is_indirect: bool,
}

/// Why bytes are no CRL.
#[derive(Debug, thiserror::Error)]
pub enum CrlError {
    /// The outline is not that of a CRL in DER.
    #[error("not a DER CRL")]
    Encoding(#[source] der::Error),
    /// A version that RFC 5280 §5.1.2.1 does not have.
    #[error("the version field is {}, expected v2 (1) or none", hex::encode(.0))]
    Version(Vec<u8>),
    /// The issuer's name.
    #[error("the issuer of the CRL cannot be read")]
    Issuer(#[source] NameError),
    /// thisUpdate or nextUpdate.
    #[error("{field} is no time")]
    Time {
        /// Which.
        field: &'static str,
        /// Why.
        #[source]
        source: der::Error,
    },
    /// An entry.
    #[error("entry {number} of the CRL cannot be read")]
    Entry {
        /// Counted from 1.
        number: u64,
        /// Why.
        #[source]
        source: FieldError,
    },
    /// An extension of the CRL.
    #[error("the CRL extension {oid} cannot be read")]
    Extension {
        /// Which.
        oid: ObjectIdentifier,
        /// Why.
        #[source]
        source: FieldError,
    },
}

impl<'a> CrlOutline<'a> {
    /// Reads all of a CRL but its entries.
    ///
    /// # Errors
    /// [`CrlError`] as for [`Crl::from_der`].
    pub fn from_der(der: &'a [u8]) -> Result<Self, CrlError> {
        Crl::without_entries(der).map(Self)
    }

    /// The whole CRL.
    pub fn as_der(&self) -> &'a [u8] {
        self.0.der
    }

    /// [`Crl::issuer`].
    pub fn issuer(&self) -> &DistinguishedName {
        &self.0.issuer
    }

    /// [`Crl::number`].
    pub fn number(&self) -> Option<CrlNumber<'a>> {
        self.0.number()
    }

    /// [`Crl::base`].
    pub fn base(&self) -> Option<CrlNumber<'a>> {
        self.0.base()
    }

    /// [`Crl::scope`].
    pub fn scope(&self) -> Option<&Scope> {
        self.0.scope()
    }

    /// [`Crl::same_series`].
    pub fn same_series(&self, other: &CrlOutline<'_>) -> bool {
        self.0.same_series(&other.0)
    }
}

impl<'a> Crl<'a> {
    /// Reads a whole CRL, in one pass.
    ///
    /// # Errors
    /// [`CrlError`] when any of it is not strict DER, follows it, or is not what RFC 5280 §5 has there.
    pub fn from_der(der: &'a [u8]) -> Result<Self, CrlError> {
        let mut crl = Self::without_entries(der)?;
        crl.read_entries()?;
        Ok(crl)
    }

    fn without_entries(der: &'a [u8]) -> Result<Self, CrlError> {
        let encoding = CrlError::Encoding;
        let mut outer =
            Element::only(der, Tag::Sequence).and_then(|crl| crl.children()).map_err(encoding)?;
        let tbs = Element::expect(&mut outer, Tag::Sequence).map_err(encoding)?;
        let algorithm = Element::expect(&mut outer, Tag::Sequence).map_err(encoding)?.raw;
        let signature =
            Element::next(&mut outer).and_then(|bits| bits.whole_octets()).map_err(encoding)?;
        outer.finish().map_err(encoding)?;

        let mut fields = tbs.children().map_err(encoding)?;
        let mut next = || Element::next(&mut fields).map_err(encoding);
        let mut field = next()?;
        let mut version = 1;
        if field.tag == Tag::Integer {
            // An INTEGER's 1 is version 2.
            if field.content != [1] {
                return Err(CrlError::Version(field.content.to_vec()));
            }
            version = 2;
            field = next()?;
        }
        field.tag.assert_eq(Tag::Sequence).map_err(encoding)?;
        let signed_algorithm = field.raw;
        let issuer = DistinguishedName::from_der(next()?.raw).map_err(CrlError::Issuer)?;
        let this_update =
            time(next()?).map_err(|source| CrlError::Time { field: "thisUpdate", source })?;
        let mut crl = Self {
            der,
            tbs: tbs.raw,
            version,
            algorithm,
            signed_algorithm,
            signature,
            issuer,
            this_update,
            next_update: None,
            entries: Entries::new(Elements::new(&[]).map_err(encoding)?),
            entry_count: 0,
            number: None,
            base: None,
            key_id: None,
            scope: None,
            scope_der: None,
            freshest: Vec::new(),
        };
        crl.read_optional(fields)?;
        Ok(crl)
    }

    /// nextUpdate, revokedCertificates and crlExtensions, each optional, in this order.
    fn read_optional(&mut self, mut fields: Elements<'a>) -> Result<(), CrlError> {
        let mut last = 0;
        while !fields.is_finished() {
            let field = Element::next(&mut fields).map_err(CrlError::Encoding)?;
            let place = match field.tag {
                Tag::UtcTime | Tag::GeneralizedTime => 1,
                Tag::Sequence => 2,
                Tag::ContextSpecific { constructed: true, number: TagNumber(0) } => 3,
                _ => 0,
            };
            if place <= last {
                return Err(CrlError::Encoding(field.tag.unexpected_error(None).into()));
            }
            last = place;
            match place {
                1 => {
                    let time = time(field)
                        .map_err(|source| CrlError::Time { field: "nextUpdate", source })?;
                    self.next_update = Some(time);
                }
                2 => self.entries = Entries::new(field.children().map_err(CrlError::Encoding)?),
                _ => self.read_extensions(field)?,
            }
        }
        Ok(())
    }

    /// Goes through all entries once, so that whoever walks over them meets only what can be read.
    fn read_entries(&mut self) -> Result<(), CrlError> {
        let mut entries = self.entries.clone();
        loop {
            let number = self.entry_count + 1;
            match entries.read().map_err(|source| CrlError::Entry { number, source })? {
                Some(_) => self.entry_count = number,
                None => return Ok(()),
            }
        }
    }

    fn read_extensions(&mut self, field: Element<'a>) -> Result<(), CrlError> {
        let mut list = Element::only(field.content, Tag::Sequence)
            .and_then(|list| list.children())
            .map_err(CrlError::Encoding)?;
        let mut seen_freshest = None;
        while !list.is_finished() {
            let Extension { oid, value } =
                Extension::read(&mut list).map_err(CrlError::Encoding)?;
            self.read_extension(oid, value, &mut seen_freshest)
                .map_err(|source| CrlError::Extension { oid, source })?;
        }
        Ok(())
    }

    fn read_extension(
        &mut self,
        oid: ObjectIdentifier,
        value: &'a [u8],
        seen_freshest: &mut Option<()>,
    ) -> Result<(), FieldError> {
        match oid {
            rfc5280::ID_CE_CRL_NUMBER => once(&mut self.number, CrlNumber::read(value)?, oid),
            rfc5280::ID_CE_DELTA_CRL_INDICATOR => {
                once(&mut self.base, CrlNumber::read(value)?, oid)
            }
            rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER => {
                let identifier = AuthorityKeyIdentifier::from_der(value)?.key_identifier;
                let octets = identifier.map(|octets| octets.as_bytes().to_vec());
                octets.map_or(Ok(()), |octets| once(&mut self.key_id, octets, oid))
            }
            rfc5280::ID_CE_ISSUING_DISTRIBUTION_POINT => {
                once(&mut self.scope_der, value, oid)?;
                once(&mut self.scope, Scope::read(value)?, oid)
            }
            rfc5280::ID_CE_FRESHEST_CRL => {
                once(seen_freshest, (), oid)?;
                let points = CrlDistributionPoints::from_der(value)?.0;
                self.freshest =
                    points.iter().flat_map(|point| uris(&point.distribution_point)).collect();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The whole CRL.
    pub fn as_der(&self) -> &'a [u8] {
        self.der
    }

    /// The TBSCertList, which is what is signed.
    pub fn tbs(&self) -> &'a [u8] {
        self.tbs
    }

    /// 1 or 2.
    pub fn version(&self) -> u8 {
        self.version
    }

    /// The AlgorithmIdentifier beside the signature, DER.
    pub fn algorithm(&self) -> &'a [u8] {
        self.algorithm
    }

    /// The AlgorithmIdentifier among what is signed, which must be the same (§5.1.1.2).
    pub fn signed_algorithm(&self) -> &'a [u8] {
        self.signed_algorithm
    }

    /// The signature.
    pub fn signature(&self) -> &'a [u8] {
        self.signature
    }

    /// Who issued it.
    pub fn issuer(&self) -> &DistinguishedName {
        &self.issuer
    }

    /// When it was issued.
    pub fn this_update(&self) -> Timestamp {
        self.this_update
    }

    /// When the next one will be there at the latest; RFC 5280 §5.1.2.5 wants it.
    pub fn next_update(&self) -> Option<Timestamp> {
        self.next_update
    }

    /// How many entries there are.
    pub fn entry_count(&self) -> u64 {
        self.entry_count
    }

    /// The entries in the order of the CRL, read as they are asked for.
    pub fn entries(&self) -> Entries<'a> {
        self.entries.clone()
    }

    /// The entries in ascending order of [`CrlEntry::key`], with a bounded number of them in memory.
    pub fn ascending(&self) -> impl Iterator<Item = (EntryKey<'a>, CrlEntry<'a>)> + use<'a> {
        let entries = self.entries.clone();
        ascending(move || entries.clone().map(|entry| (entry.key(), entry)))
    }

    /// The CRL number; RFC 5280 §5.2.3 wants one.
    pub fn number(&self) -> Option<CrlNumber<'a>> {
        self.number
    }

    /// The number of the complete CRL that a delta CRL adds to (§5.2.4); none for a complete CRL.
    pub fn base(&self) -> Option<CrlNumber<'a>> {
        self.base
    }

    /// keyIdentifier of the authority key identifier (§5.2.1).
    pub fn key_id(&self) -> Option<&[u8]> {
        self.key_id.as_deref()
    }

    /// What it is about; none for all certificates of its issuer.
    pub fn scope(&self) -> Option<&Scope> {
        self.scope.as_ref()
    }

    /// Where its delta CRLs are (§5.2.6): the URIs.
    pub fn freshest(&self) -> &[String] {
        &self.freshest
    }

    /// Whether both are about the same certificates: same issuer, key identifier and issuing
    /// distribution point, to the byte, and both complete or both deltas. Such CRLs follow each other
    /// by number.
    pub fn same_series(&self, other: &Crl<'_>) -> bool {
        self.issuer.as_der() == other.issuer.as_der()
            && self.key_id == other.key_id
            && self.scope_der == other.scope_der
            && self.base.is_some() == other.base.is_some()
    }
}

impl<'a> CrlNumber<'a> {
    fn read(value: &'a [u8]) -> der::Result<Self> {
        integer(Element::only(value, Tag::Integer)?).map(Self)
    }

    /// The number, when 64 bits hold it.
    pub fn as_u64(self) -> Option<u64> {
        u64::try_from(self.value()).ok()
    }

    fn value(self) -> BigInt {
        BigInt::from_signed_bytes_be(self.0)
    }
}

impl Ord for CrlNumber<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.value().cmp(&other.value())
    }
}

impl PartialOrd for CrlNumber<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Decimal.
impl fmt::Display for CrlNumber<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value().fmt(f)
    }
}

impl Scope {
    fn read(value: &[u8]) -> der::Result<Self> {
        let point = IssuingDistributionPoint::from_der(value)?;
        Ok(Self {
            uris: uris(&point.distribution_point).collect(),
            only_user_certificates: point.only_contains_user_certs,
            only_ca_certificates: point.only_contains_ca_certs,
            only_attribute_certificates: point.only_contains_attribute_certs,
            only_some_reasons: point.only_some_reasons.is_some(),
            is_indirect: point.indirect_crl,
        })
    }
}

/// The URIs of a distribution point; other names are passed over.
pub(crate) fn uris(name: &Option<DistributionPointName>) -> impl Iterator<Item = String> {
    let names = match name {
        Some(DistributionPointName::FullName(names)) => names.as_slice(),
        _ => &[],
    };
    names.iter().filter_map(|name| match name {
        GeneralName::UniformResourceIdentifier(uri) => Some(uri.to_string()),
        _ => None,
    })
}

#[cfg(test)]
mod tests;
