//! Revoking: which certificates are meant, what may be done to them, and what the last of them leaves
//! without a successor. Asks no token.

use std::collections::BTreeSet;

use der::Tag;

use super::facts::{CertificateFacts, FactsError};
use crate::base::algorithm::SignatureAlgorithm;
use crate::base::clock::Timestamp;
use crate::base::crypto::verify_signature;
use crate::base::element::Element;
use crate::base::name::DistinguishedName;
use crate::base::revocation::Reason;
use crate::base::spki::Spki;
use crate::base::text::Quoted;
use crate::config::IssuerRecord;
use crate::inventory::{
    CertificateQuery, Hold, IntentId, Inventory, KeyGuard, KnownCertificate, Revocation, Revoked,
    StoreError,
};
use crate::profile::Profile;

/// A certificate that is meant, with what is on record about its revocation.
#[derive(Clone, Debug)]
pub struct Target {
    /// Its intent; none for one that this store does not know.
    pub intent: Option<IntentId>,
    /// The issuer's name in the home.
    pub issuer: String,
    /// SHA-256 of the issuer's SubjectPublicKeyInfo.
    pub authority_key: [u8; 32],
    /// The profile that it was issued under; none for one that this store does not know.
    pub profile: Option<String>,
    /// False when it is *maybe signed*.
    pub issued: bool,
    /// What it says.
    pub facts: CertificateFacts,
    /// Whether it is revoked or on hold.
    pub standing: Option<Revoked>,
    /// Whether its key is blocked.
    pub key_blocked: bool,
}

/// What is done to certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// They are revoked, for good.
    Revoke {
        /// Why.
        reason: Reason,
        /// Since when the key is thought to be in other hands.
        invalidity: Option<Timestamp>,
    },
    /// They are put on hold.
    Hold,
    /// They are taken from hold.
    Release,
}

/// Why a certificate is not revoked, put on hold or released. Nothing was recorded.
#[derive(Debug, thiserror::Error)]
pub enum RevokeError {
    /// The store failed.
    #[error("the inventory failed")]
    Store(#[from] StoreError),
    /// A certificate of the store that nothing can be said of.
    #[error("the certificate {serial} of the inventory cannot be read")]
    Recorded {
        /// Its serial number, hexadecimal.
        serial: String,
        /// Why.
        #[source]
        source: FactsError,
    },
    /// A file with something else.
    #[error("it holds no certificate")]
    NoCertificate(#[source] FactsError),
    /// A certificate from elsewhere.
    #[error("no issuer of this home signed it; it names the issuer {0}")]
    Foreign(DistinguishedName),
    /// One that an issuer of this home signed, and that is not on record.
    #[error(
        "the issuer {issuer} signed it, but its serial {serial} is not on record: this inventory was restored from a backup, or another has it, or something else uses the key"
    )]
    NotOnRecord {
        /// The issuer's name in the home.
        issuer: String,
        /// Its serial number, hexadecimal.
        serial: String,
    },
    /// Another certificate has the serial number.
    #[error(
        "its serial {0} is on record with other bytes: it is not the certificate that was issued"
    )]
    Differs(String),
    /// cACompromise of something else.
    #[error("{0} is no CA certificate, so its reason is not cACompromise but keyCompromise")]
    NotCa(String),
    /// An invalidity date that is not yet.
    #[error("the invalidity date {0} is in the future")]
    InvalidityInFuture(Timestamp),
    /// A profile without hold.
    #[error(
        "the certificate {serial} is not put on hold or released: its profile {profile} does not allow it", profile = Quoted(.profile)
    )]
    HoldNotAllowed {
        /// Its serial number, hexadecimal.
        serial: String,
        /// The profile's name.
        profile: String,
    },
    /// A hold needs the profile of the certificate.
    #[error("the certificate {0} is not on record, so no profile allows that it is put on hold")]
    HoldUnrecorded(String),
    /// Nothing ends a revocation.
    #[error("the certificate {serial} is revoked since {date}, and that is for good")]
    RevokedForGood {
        /// Its serial number, hexadecimal.
        serial: String,
        /// When it was revoked.
        date: Timestamp,
    },
}

/// The certificates of the store that `query` means and `wanted` accepts, the oldest first.
///
/// # Errors
/// [`RevokeError`] when the store, or a certificate in it, cannot be read.
pub fn matching(
    inventory: &Inventory,
    query: &CertificateQuery,
    wanted: impl Fn(&KnownCertificate, &CertificateFacts) -> bool,
) -> Result<Vec<Target>, RevokeError> {
    let guard = inventory.key_guard()?;
    let mut found = Vec::new();
    inventory.certificates(query, |known| {
        let facts = facts_of(&known)?;
        if wanted(&known, &facts) {
            found.push(Target::recorded(known, facts, inventory, &guard)?);
        }
        Ok::<(), RevokeError>(())
    })?;
    Ok(found)
}

/// The certificate `der`, which must be on record as it is; with `unrecorded`, one that an issuer of
/// the home signed will do.
///
/// # Errors
/// [`RevokeError`] when it is neither.
pub fn by_certificate(
    der: &[u8],
    inventory: &Inventory,
    issuers: &[IssuerRecord],
    unrecorded: bool,
) -> Result<Target, RevokeError> {
    let parts = Parts::read(der).map_err(|error| RevokeError::NoCertificate(error.into()))?;
    let facts = CertificateFacts::from_tbs(parts.tbs).map_err(RevokeError::NoCertificate)?;
    let guard = inventory.key_guard()?;
    let query = CertificateQuery { serial: Some(facts.serial.clone()), ..Default::default() };
    let mut on_record = None;
    inventory.certificates(&query, |known| {
        on_record = Some(known);
        Ok::<(), StoreError>(())
    })?;
    if let Some(known) = on_record {
        let finished = inventory.der(known.intent)?;
        // Of one that is maybe signed only the part before the signature is on record.
        if known.tbs != parts.tbs || finished.is_some_and(|finished| finished != der) {
            return Err(RevokeError::Differs(facts.serial_hex()));
        }
        return Target::recorded(known, facts, inventory, &guard);
    }
    let signer = issuers.iter().find_map(|record| parts.is_signed_by(record, &facts));
    let Some((issuer, authority_key)) = signer else {
        return Err(RevokeError::Foreign(facts.issuer));
    };
    if !unrecorded {
        return Err(RevokeError::NotOnRecord { issuer, serial: facts.serial_hex() });
    }
    Ok(Target {
        intent: None,
        issuer,
        authority_key,
        profile: None,
        issued: true,
        standing: inventory.revoked(&authority_key, &facts.serial)?,
        key_blocked: guard.blocked(&facts.key_sha256).is_some(),
        facts,
    })
}

fn facts_of(known: &KnownCertificate) -> Result<CertificateFacts, RevokeError> {
    CertificateFacts::from_tbs(&known.tbs)
        .map_err(|source| RevokeError::Recorded { serial: hex::encode(&known.serial), source })
}

/// A certificate in its three parts.
struct Parts<'a> {
    tbs: &'a [u8],
    algorithm: &'a [u8],
    signature: &'a [u8],
}

impl<'a> Parts<'a> {
    fn read(der: &'a [u8]) -> der::Result<Self> {
        let mut parts = Element::only(der, Tag::Sequence)?.children()?;
        let tbs = Element::expect(&mut parts, Tag::Sequence)?.raw;
        let algorithm = Element::expect(&mut parts, Tag::Sequence)?.raw;
        let signature = Element::expect(&mut parts, Tag::BitString)?.whole_octets()?;
        parts.finish()?;
        Ok(Self { tbs, algorithm, signature })
    }

    /// Name and key of the issuer when its name and key are in this certificate.
    fn is_signed_by(
        &self,
        record: &IssuerRecord,
        facts: &CertificateFacts,
    ) -> Option<(String, [u8; 32])> {
        let certificate = record.certificate.as_ref()?;
        if certificate.subject().as_der() != facts.issuer.as_der() {
            return None;
        }
        let key: &Spki = certificate.spki();
        let algorithm = SignatureAlgorithm::from_algorithm_identifier(self.algorithm)?;
        verify_signature(key, algorithm, self.tbs, self.signature).ok()?;
        Some((record.name.clone(), key.sha256()))
    }
}

impl Target {
    fn recorded(
        known: KnownCertificate,
        facts: CertificateFacts,
        inventory: &Inventory,
        guard: &KeyGuard,
    ) -> Result<Self, RevokeError> {
        Ok(Self {
            intent: Some(known.intent),
            standing: inventory.revoked(&known.authority_key, &known.serial)?,
            key_blocked: guard.blocked(&known.key_sha256).is_some(),
            issuer: known.issuer,
            authority_key: known.authority_key,
            profile: Some(known.profile),
            issued: known.issued,
            facts,
        })
    }

    /// Whether its own key signed it: a root, which is trusted because somebody installed it.
    pub fn is_root(&self) -> bool {
        self.facts.key_sha256 == self.authority_key
    }

    /// Whether it is revoked for good.
    pub fn is_revoked(&self) -> bool {
        self.standing.as_ref().is_some_and(|standing| !is_hold(standing))
    }

    /// Whether it is on hold.
    pub fn is_held(&self) -> bool {
        self.standing.as_ref().is_some_and(is_hold)
    }

    /// Whether somebody may rely on it: issued, neither expired nor revoked nor on hold.
    fn is_in_force(&self, now: Timestamp) -> bool {
        self.issued && self.standing.is_none() && !self.facts.is_expired(now)
    }
}

fn is_hold(standing: &Revoked) -> bool {
    standing.entry.reason == Reason::CertificateHold
}

impl Change {
    /// Whether it blocks the keys of the certificates, for ever.
    pub fn blocks_keys(self) -> bool {
        use Reason::{AaCompromise, CaCompromise, KeyCompromise};
        matches!(self, Self::Revoke { reason: KeyCompromise | CaCompromise | AaCompromise, .. })
    }

    /// Whether there is anything to record for `target`.
    pub fn is_needed(self, target: &Target) -> bool {
        match self {
            Self::Revoke { .. } => {
                !target.is_revoked() || self.blocks_keys() && !target.key_blocked
            }
            Self::Hold => target.standing.is_none(),
            Self::Release => target.is_held(),
        }
    }

    /// Refuses what may not be done to `target`; `profile` is the one that it was issued under, as it is
    /// now, and is asked for a hold and a release alone.
    ///
    /// # Errors
    /// [`RevokeError`] says what.
    pub fn check<E: From<RevokeError>>(
        self,
        target: &Target,
        now: Timestamp,
        profile: impl FnOnce(&str) -> Result<std::sync::Arc<Profile>, E>,
    ) -> Result<(), E> {
        let serial = target.facts.serial_hex();
        let refused = match (self, &target.standing, &target.profile) {
            (Self::Revoke { invalidity: Some(date), .. }, ..) if date > now => {
                RevokeError::InvalidityInFuture(date)
            }
            (Self::Revoke { reason: Reason::CaCompromise, .. }, ..) if !target.facts.ca => {
                RevokeError::NotCa(serial)
            }
            (Self::Revoke { .. }, ..) => return Ok(()),
            (_, Some(standing), _) if !is_hold(standing) => {
                RevokeError::RevokedForGood { serial, date: standing.entry.date }
            }
            (_, _, None) => RevokeError::HoldUnrecorded(serial),
            (_, _, Some(name)) if !profile(name)?.allows_hold() => {
                RevokeError::HoldNotAllowed { serial, profile: name.clone() }
            }
            _ => return Ok(()),
        };
        Err(refused.into())
    }

    /// Does it, dated `now`, to those of `targets` that need it; true for each whose state changed. A
    /// revocation is one transaction; holds are one each, and a run that was cut off is repeated.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn apply(
        self,
        targets: &[Target],
        inventory: &mut Inventory,
        now: Timestamp,
    ) -> Result<Vec<bool>, StoreError> {
        let mut changed = vec![false; targets.len()];
        let needed = |(_, target): &(usize, &Target)| self.is_needed(target);
        let places: Vec<(usize, &Target)> = targets.iter().enumerate().filter(needed).collect();
        if places.is_empty() {
            return Ok(changed);
        }
        let fresh = match self {
            Self::Revoke { reason, invalidity } => {
                let make = |(_, target): &(usize, &Target)| {
                    self.revocation(target, (reason, invalidity), now)
                };
                let revocations: Vec<Revocation> = places.iter().map(make).collect();
                inventory.revoke(&revocations, now)?
            }
            Self::Hold | Self::Release => {
                let held = self == Self::Hold;
                let intents = places.iter().filter_map(|(_, target)| target.intent);
                let put = |intent| inventory.hold(Hold { intent, held }, now);
                intents.map(put).collect::<Result<_, _>>()?
            }
        };
        for ((place, _), fresh) in places.iter().zip(fresh) {
            if let Some(entry) = changed.get_mut(*place) {
                *entry = fresh;
            }
        }
        Ok(changed)
    }

    fn revocation(
        self,
        target: &Target,
        (reason, invalidity): (Reason, Option<Timestamp>),
        now: Timestamp,
    ) -> Revocation {
        let facts = &target.facts;
        Revocation {
            authority_key: target.authority_key,
            serial: facts.serial.clone(),
            intent: target.intent,
            date: now,
            reason,
            invalidity,
            not_after: Some(facts.not_after),
            point: facts.point.clone(),
            ca: Some(facts.ca),
            block_key: self.blocks_keys().then_some(facts.key_sha256),
        }
    }
}

/// Of those in `targets` that are in force and that `matters` picks: one for each subject and issuer
/// that would have no other certificate in force, by its place.
///
/// # Errors
/// [`RevokeError`] when the store cannot be read.
pub fn last_in_force(
    targets: &[Target],
    inventory: &Inventory,
    now: Timestamp,
    matters: impl Fn(&CertificateFacts) -> bool,
) -> Result<Vec<usize>, RevokeError> {
    let identity = |target: &Target| (target.authority_key, target.facts.subject.as_der().to_vec());
    let going: BTreeSet<&[u8]> = targets.iter().map(|target| &*target.facts.serial).collect();
    let mut last = Vec::new();
    let mut seen = BTreeSet::new();
    for (place, target) in targets.iter().enumerate() {
        let counts = target.is_in_force(now) && matters(&target.facts);
        if counts && seen.insert(identity(target)) {
            last.push(place);
        }
    }
    let authorities: BTreeSet<[u8; 32]> = seen.iter().map(|(key, _)| *key).collect();
    for authority_key in authorities {
        let query = CertificateQuery { authority_key: Some(authority_key), ..Default::default() };
        let others = matching(inventory, &query, |known, facts| {
            let same = seen.contains(&(authority_key, facts.subject.as_der().to_vec()));
            same && !going.contains(&*known.serial)
        })?;
        let staying: BTreeSet<_> =
            others.iter().filter(|other| other.is_in_force(now)).map(identity).collect();
        last.retain(|place| {
            targets.get(*place).is_none_or(|target| !staying.contains(&identity(target)))
        });
    }
    Ok(last)
}

#[cfg(test)]
mod tests;
