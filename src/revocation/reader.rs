//! What holds for a CRL that somebody hands over: who signed it, whether it is in force, and whether it
//! may take the place of an earlier one.

use super::compare::Succession;
use crate::base::algorithm::SignatureAlgorithm;
use crate::base::clock::Timestamp;
use crate::base::crl::{Crl, CrlError};
use crate::base::crypto::{SignatureCheckError, verify_signature};
use crate::base::issuer_cert::IssuerCert;
use crate::base::name::DistinguishedName;
use crate::base::pem::{self, PemError};

/// The bytes of one CRL, out of a file of DER or of one PEM block.
#[derive(Clone, Debug)]
pub struct CrlFile {
    der: Vec<u8>,
}

/// What is wrong with a CRL, so that nobody should rely on it.
#[derive(Debug, thiserror::Error)]
pub enum CrlFault {
    /// Another issuer's.
    #[error(
        "the issuer is {found}, expected the subject of the issuer's certificate to the byte, {expected}"
    )]
    Issuer {
        /// In the CRL.
        found: DistinguishedName,
        /// In the certificate.
        expected: DistinguishedName,
    },
    /// Another key's.
    #[error("the authority key identifier is {}, the issuer's certificate has {}", .found.as_ref().map_or("missing".to_owned(), hex::encode), hex::encode(.expected))]
    KeyId {
        /// In the CRL.
        found: Option<Vec<u8>>,
        /// In the certificate.
        expected: Vec<u8>,
    },
    /// The issuer's certificate is not for CRLs.
    #[error("the issuer's certificate lacks keyUsage cRLSign")]
    NoCrlSign,
    /// Two algorithms.
    #[error("the signature algorithm is {} inside and {} outside (DER)", hex::encode(.signed), hex::encode(.outer))]
    Algorithms {
        /// Among what is signed.
        signed: Vec<u8>,
        /// Beside the signature.
        outer: Vec<u8>,
    },
    /// An algorithm that we do not know, or a weak one.
    #[error("the signature algorithm {} (DER) is not supported", hex::encode(.0))]
    Algorithm(Vec<u8>),
    /// The signature.
    #[error("the signature is not the issuer's: {0}")]
    Signature(SignatureCheckError),
    /// Issued in the future.
    #[error("thisUpdate is {this_update}, and it is {at} only")]
    NotYet {
        /// thisUpdate.
        this_update: Timestamp,
        /// The time that was asked for.
        at: Timestamp,
    },
    /// Revoked in the future.
    #[error("{count} certificate(s) are revoked in the future, the first on {date}: {serial}")]
    FutureEntry {
        /// How many.
        count: u64,
        /// The first one's serial number, hexadecimal.
        serial: String,
        /// Its date.
        date: Timestamp,
    },
    /// The earlier CRL is about something else.
    #[error("the previous CRL is of another series: its {0} differs")]
    Series(&'static str),
    /// A CRL without a number follows none.
    #[error("the {0} CRL has no number")]
    NoNumber(&'static str),
    /// Not later than the earlier one.
    #[error("the number {found} is not higher than that of the previous CRL, {previous}")]
    Number {
        /// Of this CRL.
        found: String,
        /// Of the earlier one.
        previous: String,
    },
    /// Entries of the earlier CRL are gone.
    #[error("{} of the previous CRL dropped, though nothing shows that the certificates expired before it was issued: {}", entries(*.count), listed(.count, .serials))]
    Dropped {
        /// How many.
        count: u64,
        /// The first of them, hexadecimal.
        serials: Vec<String>,
    },
    /// The earlier CRL is not good itself.
    #[error("the previous CRL is not the issuer's: {0}")]
    Previous(Box<CrlFault>),
}

/// Where an instant is in the life of a CRL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Currency {
    /// In force.
    Current,
    /// In force, but three quarters of its time are over: the next one is due.
    Due,
    /// nextUpdate is past: nobody accepts it any more.
    Expired,
}

impl CrlFile {
    /// Takes the content of a file.
    ///
    /// # Errors
    /// [`PemError`] when it is PEM that does not hold exactly one CRL.
    pub fn new(content: Vec<u8>) -> Result<Self, PemError> {
        // DER is taken as it is, without a copy.
        if content.first() == Some(&0x30) && content.get(1).is_some_and(|octet| *octet > 0x7f) {
            return Ok(Self { der: content });
        }
        Ok(Self { der: pem::der_or_pem(pem::CRL, &content)? })
    }

    /// The DER.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// Reads it.
    ///
    /// # Errors
    /// [`CrlError`] as [`Crl::from_der`].
    pub fn read(&self) -> Result<Crl<'_>, CrlError> {
        Crl::from_der(&self.der)
    }
}

impl CrlFault {
    /// Stable: what is wrong, behind `crl.`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Issuer { .. } => "crl.issuer",
            Self::KeyId { .. } => "crl.key-id",
            Self::NoCrlSign => "crl.issuer-may-sign",
            Self::Algorithms { .. } | Self::Algorithm(_) => "crl.algorithm",
            Self::Signature(_) => "crl.signature",
            Self::NotYet { .. } => "crl.not-yet",
            Self::FutureEntry { .. } => "crl.future-revocation",
            Self::Series(_) => "crl.series",
            Self::NoNumber(_) | Self::Number { .. } => "crl.number",
            Self::Dropped { .. } => "crl.dropped",
            Self::Previous(_) => "crl.previous",
        }
    }

    /// The clause that it breaks.
    pub fn clause(&self) -> &'static str {
        match self {
            Self::Issuer { .. } => "RFC 5280 §5.1.2.3, §6.3.3 (b)",
            Self::KeyId { .. } => "RFC 5280 §5.2.1",
            Self::NoCrlSign => "RFC 5280 §4.2.1.3, §6.3.3 (f)",
            Self::Algorithms { .. } | Self::Algorithm(_) => "RFC 5280 §5.1.1.2",
            Self::Signature(_) => "RFC 5280 §5.1.1.3, §6.3.3 (g)",
            Self::NotYet { .. } => "RFC 5280 §5.1.2.4",
            Self::FutureEntry { .. } => "RFC 5280 §5.1.2.6",
            Self::Series(_) => "RFC 5280 §5.2.4, §5.2.5",
            Self::NoNumber(_) | Self::Number { .. } => "RFC 5280 §5.2.3",
            Self::Dropped { .. } => "RFC 5280 §3.3",
            Self::Previous(fault) => fault.clause(),
        }
    }
}

/// Whether `crl` is what the owner of `issuer` signed as its CRL: name, key identifier, key usage,
/// signature (RFC 5280 §6.3.3 (b), (f), (g)). Its time and its entries are asked about elsewhere.
pub fn verify(crl: &Crl<'_>, issuer: &IssuerCert) -> Vec<CrlFault> {
    let mut faults = Vec::new();
    if crl.issuer().as_der() != issuer.subject().as_der() {
        faults.push(CrlFault::Issuer {
            found: crl.issuer().clone(),
            expected: issuer.subject().clone(),
        });
    }
    if crl.key_id() != Some(issuer.key_id()) {
        faults.push(CrlFault::KeyId {
            found: crl.key_id().map(<[u8]>::to_vec),
            expected: issuer.key_id().to_vec(),
        });
    }
    if !issuer.signs_crls() {
        faults.push(CrlFault::NoCrlSign);
    }
    faults.extend(signature_fault(crl, issuer));
    faults
}

fn signature_fault(crl: &Crl<'_>, issuer: &IssuerCert) -> Option<CrlFault> {
    let (signed, outer) = (crl.signed_algorithm(), crl.algorithm());
    if signed != outer {
        return Some(CrlFault::Algorithms { signed: signed.to_vec(), outer: outer.to_vec() });
    }
    let Some(algorithm) = SignatureAlgorithm::from_algorithm_identifier(outer) else {
        return Some(CrlFault::Algorithm(outer.to_vec()));
    };
    verify_signature(issuer.spki(), algorithm, crl.tbs(), crl.signature())
        .err()
        .map(CrlFault::Signature)
}

/// What in `crl` lies in the future of `at`: the CRL itself, and entries.
pub fn future_faults(crl: &Crl<'_>, at: Timestamp) -> Vec<CrlFault> {
    let mut faults = Vec::new();
    let this_update = crl.this_update();
    if this_update > at {
        faults.push(CrlFault::NotYet { this_update, at });
    }
    let mut future = crl.entries().filter(|entry| entry.date > at);
    if let Some(first) = future.next() {
        faults.push(CrlFault::FutureEntry {
            count: u64::try_from(future.count()).unwrap_or(u64::MAX).saturating_add(1),
            serial: hex::encode(first.serial),
            date: first.date,
        });
    }
    faults
}

/// Where `at` is in the life of `crl`. One without nextUpdate does not end; that it lacks it is for the lint
/// rules to say.
pub fn currency(crl: &Crl<'_>, at: Timestamp) -> Currency {
    let Some(end) = crl.next_update() else { return Currency::Current };
    let life = end.as_unix().saturating_sub(crl.this_update().as_unix());
    match at {
        at if at > end => Currency::Expired,
        at if at >= crl.this_update().plus(life - life / 4) => Currency::Due,
        _ => Currency::Current,
    }
}

/// Why `crl` may not take the place of `previous`, which is of the same issuer: series and number.
pub fn series_fault(previous: &Crl<'_>, crl: &Crl<'_>) -> Option<CrlFault> {
    if !crl.same_series(previous) {
        return Some(CrlFault::Series(if crl.issuer().as_der() != previous.issuer().as_der() {
            "issuer"
        } else if crl.key_id() != previous.key_id() {
            "authority key identifier"
        } else if crl.base().is_some() != previous.base().is_some() {
            "delta CRL indicator"
        } else {
            "issuing distribution point"
        }));
    }
    match (crl.number(), previous.number()) {
        (None, _) => Some(CrlFault::NoNumber("new")),
        (_, None) => Some(CrlFault::NoNumber("previous")),
        (Some(found), Some(before)) if found <= before => {
            Some(CrlFault::Number { found: found.to_string(), previous: before.to_string() })
        }
        _ => None,
    }
}

/// Whether the entries of `previous` must be in `crl`: in a complete CRL, and in a delta CRL to the same
/// base (RFC 5280 §5.2.4).
pub fn entries_stay(previous: &Crl<'_>, crl: &Crl<'_>) -> bool {
    previous.base() == crl.base()
}

impl Succession {
    /// The fault, if entries were dropped.
    pub fn fault(&self) -> Option<CrlFault> {
        let Self { dropped: count, dropped_serials: serials, .. } = self;
        (*count > 0).then(|| CrlFault::Dropped { count: *count, serials: serials.clone() })
    }
}

fn entries(count: u64) -> String {
    if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") }
}

fn listed(count: &u64, serials: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown = serials.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = count.saturating_sub(SHOWN as u64);
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}
