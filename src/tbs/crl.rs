//! CRLs (RFC 5280 §5). Entries are encoded as they come, so that a list of a million costs its own
//! length and no more.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280;
use der::Encode as _;
use hex_literal::hex;

use super::content::{Content, ContentKind, CrlFacts, Facts, sealed::Sealed};
use crate::base::algorithm::SignatureAlgorithm;
use crate::base::clock::Timestamp;
use crate::base::element::{Element, Elements, header_len, push_header};
use crate::base::issuer_cert::{Authority, Identity, IssuerCert};
use crate::base::revocation::{Reason, RevokedEntry};

/// `version INTEGER 1`: v2 (RFC 5280 §5.1.2.1).
const VERSION_2: [u8; 3] = [0x02, 0x01, 0x01];

/// `TRUE`.
const TRUE: [u8; 3] = [0x01, 0x01, 0xff];

/// A reasonCode extension (RFC 5280 §5.3.1) up to the code itself, which is its last octet.
const REASON_CODE: [u8; 11] = hex!("30 0a 06 03 55 1d 15 04 03 0a 01");

/// What a CRL will say.
#[derive(Debug)]
pub struct CrlPlan {
    authority: Authority,
    /// cRLNumber (RFC 5280 §5.2.3).
    pub number: u64,
    /// thisUpdate.
    pub this_update: Timestamp,
    /// nextUpdate.
    pub next_update: Timestamp,
    /// BaseCRLNumber: makes it a delta CRL (RFC 5280 §5.2.4).
    pub base: Option<u64>,
    /// The issuing distribution point, if it is not the one CRL for everything.
    pub point: Option<IssuingPoint>,
    /// Where delta CRLs are found (RFC 5280 §5.2.6); not in a delta CRL.
    pub freshest: Option<String>,
    /// The last row of the audit chain whose revocations were considered.
    pub covers: u64,
    /// SHA-256 of the issuer's settings that it was made by.
    pub settings_sha256: [u8; 32],
    /// The revoked certificates.
    pub entries: EncodedEntries,
}

/// An IssuingDistributionPoint (RFC 5280 §5.2.5), as far as we make any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IssuingPoint {
    /// The URI that stands in the certificates.
    pub uri: Option<String>,
    /// onlyContainsUserCerts.
    pub only_user_certificates: bool,
    /// onlyContainsCACerts.
    pub only_ca_certificates: bool,
}

/// revokedCertificates, encoded entry by entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EncodedEntries {
    der: Vec<u8>,
    count: u64,
}

impl EncodedEntries {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an entry. A serial number that is not minimal DER is not repaired: lint finds it.
    ///
    /// # Errors
    /// [`der::Error`] when a time cannot be encoded or the list grows beyond DER's lengths.
    pub fn push(&mut self, entry: &RevokedEntry) -> der::Result<()> {
        let mut content = Vec::with_capacity(64);
        push_header(&mut content, 0x02, entry.serial.len())?;
        content.extend_from_slice(&entry.serial);
        entry.date.to_x509()?.encode_to_vec(&mut content)?;
        let mut extensions = Vec::new();
        if entry.reason != Reason::Unspecified {
            extensions.extend_from_slice(&REASON_CODE);
            extensions.push(entry.reason.code());
        }
        if let Some(date) = entry.invalidity {
            // A GeneralizedTime whatever the year (RFC 5280 §5.3.2).
            let time = der::asn1::GeneralizedTime::from_unix_duration(
                std::time::Duration::from_secs(date.as_unix()),
            )?;
            let value = time.to_der()?;
            push_extension(&mut extensions, rfc5280::ID_CE_INVALIDITY_DATE, false, &value)?;
        }
        if !extensions.is_empty() {
            push_header(&mut content, 0x30, extensions.len())?;
            content.extend_from_slice(&extensions);
        }
        push_header(&mut self.der, 0x30, content.len())?;
        self.der.extend_from_slice(&content);
        self.count += 1;
        Ok(())
    }

    /// Takes the list out, by ascending serial number: readers can search it, whoever compares two lists
    /// needs no memory for it, and in which order we revoked stays ours.
    fn take_ascending(&mut self) -> der::Result<Vec<u8>> {
        let der = std::mem::take(&mut self.der);
        let mut reader = Elements::new(&der)?;
        let mut entries = Vec::with_capacity(usize::try_from(self.count).unwrap_or_default());
        while !reader.is_finished() {
            let entry = Element::next(&mut reader)?;
            let serial = Element::next(&mut entry.children()?)?.content;
            // Nearly all comparisons end with the first octets.
            let first = serial.first_chunk().map_or(0, |octets| u64::from_be_bytes(*octets));
            entries.push((serial.len(), first, serial, entry.raw));
        }
        if entries.is_sorted() {
            return Ok(der);
        }
        entries.sort_unstable();
        let mut sorted = Vec::with_capacity(der.len());
        for (.., entry) in entries {
            sorted.extend_from_slice(entry);
        }
        Ok(sorted)
    }

    /// How many there are.
    pub fn len(&self) -> u64 {
        self.count
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl CrlPlan {
    /// An empty CRL of `issuer`, to be filled. Its number and times are the caller's to decide.
    pub fn new(
        issuer: std::sync::Arc<IssuerCert>,
        algorithm: SignatureAlgorithm,
        number: u64,
        (this_update, next_update): (Timestamp, Timestamp),
    ) -> Self {
        Self {
            authority: Authority { identity: Identity::Issuer(issuer), algorithm },
            number,
            this_update,
            next_update,
            base: None,
            point: None,
            freshest: None,
            covers: 0,
            settings_sha256: [0; 32],
            entries: EncodedEntries::new(),
        }
    }

    fn point_uri(&self) -> &str {
        self.point.as_ref().and_then(|point| point.uri.as_deref()).unwrap_or_default()
    }
}

impl Sealed for CrlPlan {}

impl Content for CrlPlan {
    fn authority(&self) -> &Authority {
        &self.authority
    }

    fn facts(&self) -> Facts<'_> {
        Facts {
            kind: ContentKind::Crl(CrlFacts {
                point: self.point_uri(),
                number: self.number,
                base: self.base,
                this_update: self.this_update,
                next_update: self.next_update,
                entries: self.entries.len(),
                covers: self.covers,
            }),
            profile: "crl",
            profile_sha256: self.settings_sha256,
            key_sha256: self.authority.spki().sha256(),
            request_sha256: None,
            subject: self.authority.subject().to_string(),
        }
    }
}

/// TBSCertList (RFC 5280 §5.1.2); takes the entries out of the plan.
pub(super) fn encode(plan: &mut CrlPlan) -> der::Result<Vec<u8>> {
    let extensions = extensions(plan)?;
    let mut time = Vec::with_capacity(36);
    plan.this_update.to_x509()?.encode_to_vec(&mut time)?;
    plan.next_update.to_x509()?.encode_to_vec(&mut time)?;
    let algorithm = plan.authority.algorithm.algorithm_identifier();
    let issuer = plan.authority.subject().as_der();
    let entries = plan.entries.take_ascending()?;
    // An empty list must be absent (RFC 5280 §5.1.2.6).
    let list = if entries.is_empty() { 0 } else { header_len(entries.len()) + entries.len() };
    let explicit = header_len(extensions.len()) + extensions.len();
    let content = VERSION_2.len()
        + algorithm.len()
        + issuer.len()
        + time.len()
        + list
        + header_len(explicit)
        + explicit;
    let mut der = Vec::with_capacity(header_len(content) + content);
    push_header(&mut der, 0x30, content)?;
    der.extend_from_slice(&VERSION_2);
    der.extend_from_slice(algorithm);
    der.extend_from_slice(issuer);
    der.extend_from_slice(&time);
    if !entries.is_empty() {
        push_header(&mut der, 0x30, entries.len())?;
        der.extend_from_slice(&entries);
    }
    push_header(&mut der, 0xa0, explicit)?;
    push_header(&mut der, 0x30, extensions.len())?;
    der.extend_from_slice(&extensions);
    Ok(der)
}

/// crlExtensions, without their list's header.
fn extensions(plan: &CrlPlan) -> der::Result<Vec<u8>> {
    let mut out = Vec::new();
    // The key identifier of this issuer's own certificate, not of the CA above it.
    let key_id = plan.authority.certificate().map(IssuerCert::key_id).unwrap_or_default();
    let value = sequence(&[&tlv(0x80, key_id)?])?;
    push_extension(&mut out, rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER, false, &value)?;
    push_extension(&mut out, rfc5280::ID_CE_CRL_NUMBER, false, &plan.number.to_der()?)?;
    if let Some(base) = plan.base {
        let base = base.to_der()?;
        push_extension(&mut out, rfc5280::ID_CE_DELTA_CRL_INDICATOR, true, &base)?;
    }
    if let Some(point) = &plan.point {
        let mut parts = Vec::new();
        if let Some(uri) = &point.uri {
            parts.push(tlv(0xa0, &full_name(uri)?)?);
        }
        if point.only_user_certificates {
            parts.push(tlv(0x81, &TRUE[2..])?);
        }
        if point.only_ca_certificates {
            parts.push(tlv(0x82, &TRUE[2..])?);
        }
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        let value = sequence(&parts)?;
        push_extension(&mut out, rfc5280::ID_CE_ISSUING_DISTRIBUTION_POINT, true, &value)?;
    }
    if let Some(uri) = plan.freshest.as_ref().filter(|_| plan.base.is_none()) {
        let value = sequence(&[&sequence(&[&tlv(0xa0, &full_name(uri)?)?])?])?;
        push_extension(&mut out, rfc5280::ID_CE_FRESHEST_CRL, false, &value)?;
    }
    Ok(out)
}

/// `DistributionPointName: fullName [0] { uniformResourceIdentifier [6] }`.
fn full_name(uri: &str) -> der::Result<Vec<u8>> {
    tlv(0xa0, &tlv(0x86, uri.as_bytes())?)
}

fn sequence(parts: &[&[u8]]) -> der::Result<Vec<u8>> {
    tlv(0x30, &parts.concat())
}

fn tlv(identifier: u8, content: &[u8]) -> der::Result<Vec<u8>> {
    let mut out = Vec::with_capacity(header_len(content.len()) + content.len());
    push_header(&mut out, identifier, content.len())?;
    out.extend_from_slice(content);
    Ok(out)
}

fn push_extension(
    out: &mut Vec<u8>,
    oid: ObjectIdentifier,
    critical: bool,
    value: &[u8],
) -> der::Result<()> {
    let mut content = tlv(0x06, oid.as_bytes())?;
    if critical {
        content.extend_from_slice(&TRUE);
    }
    content.extend_from_slice(&tlv(0x04, value)?);
    out.extend_from_slice(&tlv(0x30, &content)?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_listed_by_ascending_number_whatever_the_order_they_came_in() {
        let serials: [&[u8]; 4] = [&[0x7f, 2], &[5], &[0x01, 0xff], &[0x7f, 1]];
        let mut entries = EncodedEntries::new();
        for serial in serials {
            let entry = RevokedEntry {
                serial: serial.to_vec(),
                date: Timestamp::from_unix(1_767_225_600),
                reason: Reason::KeyCompromise,
                invalidity: None,
            };
            entries.push(&entry).unwrap();
        }
        let whole = entries.der.len();
        let list = entries.take_ascending().unwrap();
        assert_eq!((list.len(), entries.len()), (whole, 4));
        let mut reader = Elements::new(&list).unwrap();
        let mut found = Vec::new();
        while !reader.is_finished() {
            let entry = Element::next(&mut reader).unwrap();
            found.push(Element::next(&mut entry.children().unwrap()).unwrap().content.to_vec());
        }
        assert_eq!(found, [&[5][..], &[0x01, 0xff], &[0x7f, 1], &[0x7f, 2]]);
    }
}
