//! Issuing CRLs: what is on them, which number they have, and that nothing is lost between two of them.

use std::collections::BTreeSet;

use super::facts::CertificateFacts;
use crate::base::algorithm::sha256;
use crate::base::clock::Timestamp;
use crate::base::crl::{Crl, CrlOutline, Scope};
use crate::base::issuer_cert::IssuerCert;
use crate::base::pointers::CrlScope;
use crate::base::revocation::Reason;
use crate::config::CrlSettings;
use crate::inventory::{
    CertificateQuery, Inventory, KnownCertificate, KnownCrl, Revocation, Revoked, StoreError,
};
use crate::issuance::{Desk, IssueError, Issuer, complete};
use crate::tbs::{CrlPlan, IssuingPoint, Tbs, TbsError};
use crate::verify::Issued;

/// No more serial numbers than this are named in an error.
const NAMED: usize = 5;

/// Complete CRLs, or what changed since the last complete ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrlKind {
    /// Every revoked certificate.
    Complete,
    /// What changed since the last complete CRL (RFC 5280 §5.2.4).
    Delta,
}

/// A CRL that was issued.
#[derive(Debug)]
pub struct IssuedCrl {
    /// Which shard of the issuer's serial numbers; none when there is one CRL for all.
    pub shard: Option<u32>,
    /// The finished, verified, recorded CRL.
    pub issued: Issued<CrlPlan>,
    /// How many entries name another distribution point than this CRL has: its readers may not find it.
    pub elsewhere: u64,
}

/// Why no CRL was issued.
#[derive(Debug, thiserror::Error)]
pub enum CrlIssueError {
    /// The pipeline refused or failed.
    #[error("the CRL was not issued")]
    Issue(#[from] IssueError),
    /// The store cannot be read.
    #[error("the inventory failed")]
    Store(#[from] StoreError),
    /// An entry cannot be encoded.
    #[error("the entry of {serial} cannot be encoded")]
    Entry {
        /// The serial number, hexadecimal.
        serial: String,
        /// Why.
        #[source]
        source: der::Error,
    },
    /// A CA that may sign certificates only.
    #[error("the certificate of the issuer lacks keyUsage cRLSign: nobody would accept its CRLs")]
    NoCrlSign,
    /// A delta CRL without a base.
    #[error(
        "there is no complete CRL in force for a delta CRL to build on: issue a complete one first"
    )]
    NoBase,
    /// A revoked certificate that the CRL may not list.
    #[error(
        "{count} revoked certificate(s) are outside the scope {scope:?} of the issuer's CRLs, the first is {first}: they would be on no CRL"
    )]
    OutOfScope {
        /// The scope of the settings.
        scope: CrlScope,
        /// How many.
        count: u64,
        /// The first serial number, hexadecimal.
        first: String,
    },
    /// Somebody published a CRL that this store knows nothing of.
    #[error(
        "the last CRL has the number {found}, the highest on record here is {known}: another store issued it, or this one was restored from a backup"
    )]
    NumberAhead {
        /// In the file.
        found: String,
        /// In the store.
        known: u64,
    },
    /// The last CRL revokes certificates that this store has as good.
    #[error(
        "the last CRL revokes {count} certificate(s) that are not revoked here ({}): this inventory was restored from a backup, or is another's", .serials.join(", "))]
    Lost {
        /// How many.
        count: u64,
        /// The first serial numbers, hexadecimal.
        serials: Vec<String>,
    },
    /// The last CRL has a number that no CRL of ours can have.
    #[error("the CRL number {0} is beyond 63 bits; keystead cannot go on above it")]
    NumberTooLarge(String),
    /// The last CRL is about another part of the issuer's certificates.
    #[error(
        "the last CRL has the distribution point {found:?}, which the settings of the issuer do not have"
    )]
    OtherPoint {
        /// In the file.
        found: String,
    },
}

impl CrlIssueError {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Issue(_) => "crl.issue",
            Self::Store(_) => "store",
            Self::Entry { .. } => "crl.entry",
            Self::NoCrlSign => "crl.key-usage",
            Self::NoBase => "crl.no-base",
            Self::OutOfScope { .. } => "crl.out-of-scope",
            Self::NumberAhead { .. } => "crl.number-ahead",
            Self::Lost { .. } => "crl.lost",
            Self::NumberTooLarge(_) => "crl.number-too-large",
            Self::OtherPoint { .. } => "crl.other-point",
        }
    }

    /// The clause behind a refusal.
    pub fn clause(&self) -> Option<&'static str> {
        match self {
            Self::NumberAhead { .. } | Self::NumberTooLarge(_) => Some("RFC 5280 §5.2.3"),
            Self::Lost { .. } => Some("RFC 5280 §3.3"),
            Self::NoCrlSign => Some("RFC 5280 §4.2.1.3"),
            Self::NoBase => Some("RFC 5280 §5.2.4"),
            Self::OutOfScope { .. } | Self::OtherPoint { .. } => Some("RFC 5280 §5.2.5"),
            Self::Issue(_) | Self::Store(_) | Self::Entry { .. } => None,
        }
    }
}

/// Issues the CRLs of an issuer: one, or one for each shard, in the order of the shards. Each has the
/// number `max(highest on record or seen + 1, seconds since 1970)`, so that a store restored from a
/// backup does not fall behind while the clock is right.
///
/// # Errors
/// [`CrlIssueError`]; CRLs issued before it stay on record.
pub fn issue_crls(
    issuer: &Issuer,
    settings: &CrlSettings,
    kind: CrlKind,
    desk: &mut Desk<'_>,
    mut sink: impl FnMut(IssuedCrl) -> Result<(), IssueError>,
) -> Result<(), CrlIssueError> {
    if !issuer.certificate().signs_crls() {
        return Err(CrlIssueError::NoCrlSign);
    }
    let drafts = draft(issuer, settings, kind, desk.inventory, desk.clock.now())?;
    for Draft { shard, plan, elsewhere } in drafts {
        let tbs = Tbs::encode_crl(plan).map_err(IssueError::from)?;
        let linted = desk.registry.check(tbs).map_err(IssueError::from)?;
        let issued = complete(issuer.name(), &**issuer.signer(), linted, desk)?;
        sink(IssuedCrl { shard, issued, elsewhere })?;
    }
    Ok(())
}

/// Whether this store made that CRL, so that it knows all that the CRL says: revocations are never
/// removed. Of any other one, [`require_continuity`] tells.
///
/// # Errors
/// [`CrlIssueError::OtherPoint`] when the settings have another distribution point by now.
pub fn is_own(
    issuer: &IssuerCert,
    settings: &CrlSettings,
    der: &[u8],
    inventory: &Inventory,
) -> Result<bool, CrlIssueError> {
    if !inventory.is_issued_crl(&issuer.spki().sha256(), &sha256(der))? {
        return Ok(false);
    }
    // What cannot be read is for those to say who read all of it.
    let Ok(outline) = CrlOutline::from_der(der) else { return Ok(false) };
    point_of(settings, outline.scope())?;
    Ok(true)
}

/// Refuses to go on behind a CRL that is out there: its number must be on record or below what is, and
/// what it revokes must be revoked here. `last` is verified already and of this issuer.
///
/// # Errors
/// [`CrlIssueError::NumberAhead`], [`CrlIssueError::Lost`]: [`adopt`] is the way out of both.
pub fn require_continuity(
    issuer: &IssuerCert,
    settings: &CrlSettings,
    last: &Crl<'_>,
    inventory: &Inventory,
) -> Result<(), CrlIssueError> {
    let key = issuer.spki().sha256();
    let point = point_of(settings, last.scope())?;
    let known = inventory.highest_crl_number(&key, &point)?;
    if let Some(number) = last.number() {
        match number.as_u64() {
            Some(found) if found <= known => {}
            _ => return Err(CrlIssueError::NumberAhead { found: number.to_string(), known }),
        }
    }
    let mut revoking: Vec<&[u8]> = Vec::new();
    for entry in last.entries() {
        if !entry.is_on_hold() && entry.reason != Some(Reason::RemoveFromCrl.code()) {
            revoking.push(entry.serial);
        }
    }
    // Ours have equally long serial numbers, in order.
    revoking.sort();
    let (mut count, mut serials) = (0, Vec::new());
    inventory.each_not_revoked(&key, revoking.into_iter(), |serial| {
        count += 1;
        if serials.len() < NAMED {
            serials.push(hex::encode(serial));
        }
    })?;
    if count > 0 { Err(CrlIssueError::Lost { count, serials }) } else { Ok(()) }
}

/// Takes over what a CRL of this issuer says: numbers go on above its own, and what it revokes is
/// revoked here, with its dates and reasons. `crl` is verified already. Gives how many revocations are
/// new. For a store that was restored, or an issuer that was moved.
///
/// # Errors
/// [`CrlIssueError`] when it is about another distribution point, or the store fails.
pub fn adopt(
    issuer: &IssuerCert,
    settings: &CrlSettings,
    crl: &Crl<'_>,
    inventory: &mut Inventory,
    now: Timestamp,
) -> Result<u64, CrlIssueError> {
    let authority_key = issuer.spki().sha256();
    let point = point_of(settings, crl.scope())?;
    let number = crl.number().map(|number| {
        let known = number.as_u64().filter(|number| i64::try_from(*number).is_ok());
        known.ok_or_else(|| CrlIssueError::NumberTooLarge(number.to_string()))
    });
    let mut revocations = Vec::new();
    for entry in crl.entries() {
        let reason = entry.reason.and_then(Reason::from_code).unwrap_or(Reason::Unspecified);
        if !Reason::PERMANENT.contains(&reason) {
            continue;
        }
        let known = certificate(inventory, authority_key, entry.serial)?;
        let facts = known.as_ref().and_then(facts);
        revocations.push(Revocation {
            authority_key,
            serial: entry.serial.to_vec(),
            intent: known.as_ref().map(|certificate| certificate.intent),
            date: entry.date.min(now),
            reason,
            invalidity: entry.invalidity,
            not_after: known.as_ref().map(|certificate| certificate.not_after),
            point: facts.as_ref().map_or_else(|| point.clone(), |facts| facts.point.clone()),
            ca: facts.map(|facts| facts.ca),
            block_key: known
                .as_ref()
                .filter(|_| reason == Reason::KeyCompromise)
                .map(|certificate| certificate.key_sha256),
        });
    }
    let number = number.transpose()?.unwrap_or(1).max(1);
    let seen = (authority_key, point.as_str(), number);
    let fresh = inventory.adopt_crl(seen, sha256(crl.as_der()), &revocations, now)?;
    Ok(fresh.into_iter().map(u64::from).sum())
}

/// The certificate of the store with this serial number.
fn certificate(
    inventory: &Inventory,
    authority_key: [u8; 32],
    serial: &[u8],
) -> Result<Option<KnownCertificate>, StoreError> {
    let serial = Some(serial.to_vec());
    let query =
        CertificateQuery { serial, authority_key: Some(authority_key), ..Default::default() };
    let mut known = None;
    inventory.certificates(&query, |certificate| {
        known = Some(certificate);
        Ok::<(), StoreError>(())
    })?;
    Ok(known)
}

/// None when it cannot be read; it is listed all the same.
fn facts(certificate: &KnownCertificate) -> Option<CertificateFacts> {
    CertificateFacts::from_tbs(&certificate.tbs).ok()
}

/// The point of a CRL as the store names it; refuses one that the issuer does not have.
fn point_of(settings: &CrlSettings, scope: Option<&Scope>) -> Result<String, CrlIssueError> {
    let uri = scope.and_then(|scope| scope.uris.first()).cloned().unwrap_or_default();
    if points(settings).any(|(_, point)| point == uri) {
        return Ok(uri);
    }
    Err(CrlIssueError::OtherPoint { found: uri })
}

/// The CRLs of an issuer: shard, and the point under which the store counts it.
fn points(settings: &CrlSettings) -> impl Iterator<Item = (Option<u32>, String)> {
    let sharded = settings.points().filter(|points| points.shards > 1);
    let count = sharded.as_ref().map_or(1, |points| points.shards);
    (0..count).map(move |shard| match &sharded {
        Some(points) => (Some(shard), points.url_of(shard)),
        None => (None, String::new()),
    })
}

/// A CRL before its encoding.
pub(super) struct Draft {
    pub(super) shard: Option<u32>,
    pub(super) plan: CrlPlan,
    pub(super) elsewhere: u64,
}

/// What each CRL will say.
pub(super) fn draft(
    issuer: &Issuer,
    settings: &CrlSettings,
    kind: CrlKind,
    inventory: &Inventory,
    now: Timestamp,
) -> Result<Vec<Draft>, CrlIssueError> {
    let key = issuer.certificate().spki().sha256();
    let (mut drafts, mut histories) = (Vec::new(), Vec::new());
    for (shard, point) in points(settings) {
        let earlier = inventory.crls(&key, &point)?;
        let highest = inventory.highest_crl_number(&key, &point)?;
        let number = now.as_unix().max(highest.saturating_add(1));
        let base = match kind {
            CrlKind::Complete => None,
            CrlKind::Delta => Some(base(&earlier, now).ok_or(CrlIssueError::NoBase)?),
        };
        let end = now.plus(settings.lifetime);
        // A delta CRL is of no use beyond its base.
        let next_update = base.as_ref().map_or(end, |base| end.min(base.next_update));
        let certificate = issuer.certificate().clone();
        let algorithm = issuer.signer().algorithm();
        let mut plan = CrlPlan::new(certificate, algorithm, number, (now, next_update));
        plan.base = base.as_ref().map(|base| base.number);
        plan.point = issuing_point(settings, shard.map(|_| point.clone()));
        let delta = settings.points().and_then(|points| points.delta_url_of(shard.unwrap_or(0)));
        plan.freshest = delta.filter(|_| kind == CrlKind::Complete);
        plan.settings_sha256 = digest(settings);
        drafts.push(Draft { shard, plan, elsewhere: 0 });
        histories.push(History::new(&earlier, base, now));
    }
    let covers = fill(&key, settings, inventory, &mut drafts, &histories)?;
    for draft in &mut drafts {
        draft.plan.covers = covers;
    }
    Ok(drafts)
}

/// The complete CRL that a delta CRL builds on: the newest that was issued and is in force. One from a
/// future that a wrong clock showed may have let entries go that are wanted now.
fn base(earlier: &[KnownCrl], now: Timestamp) -> Option<KnownCrl> {
    let complete = |crl: &&KnownCrl| {
        crl.issued && crl.base.is_none() && crl.this_update <= now && now < crl.next_update
    };
    earlier.iter().rev().find(complete).cloned()
}

fn issuing_point(settings: &CrlSettings, uri: Option<String>) -> Option<IssuingPoint> {
    let point = IssuingPoint {
        uri,
        only_user_certificates: settings.scope == CrlScope::User,
        only_ca_certificates: settings.scope == CrlScope::Ca,
    };
    (point != IssuingPoint::default()).then_some(point)
}

/// What the record says the CRL was made by.
fn digest(settings: &CrlSettings) -> [u8; 32] {
    sha256(format!("{settings:?}").as_bytes())
}

/// Puts every revoked certificate on its CRL; the last row of the audit chain that was considered.
fn fill(
    key: &[u8; 32],
    settings: &CrlSettings,
    inventory: &Inventory,
    drafts: &mut [Draft],
    histories: &[History],
) -> Result<u64, CrlIssueError> {
    let points = settings.points();
    let own: BTreeSet<String> = match &points {
        Some(points) => (0..points.shards.max(1)).map(|shard| points.url_of(shard)).collect(),
        None => BTreeSet::new(),
    };
    let mut outside = (0, None);
    let mut put = |mut revoked: Revoked| -> Result<(), CrlIssueError> {
        // Beside a hold the store keeps no facts of the certificate.
        if matches!(revoked.entry.reason, Reason::CertificateHold | Reason::RemoveFromCrl)
            && let Some(facts) =
                certificate(inventory, *key, &revoked.entry.serial)?.as_ref().and_then(facts)
        {
            (revoked.ca, revoked.point) = (Some(facts.ca), facts.point);
        }
        let is_outside = match settings.scope {
            CrlScope::All => false,
            CrlScope::User => revoked.ca == Some(true),
            CrlScope::Ca => revoked.ca == Some(false),
        };
        if is_outside {
            outside.0 += 1;
            outside.1.get_or_insert_with(|| hex::encode(&revoked.entry.serial));
            return Ok(());
        }
        // By its serial number, as when it was issued; one that names no CRL is put there too.
        let shard = points.as_ref().map_or(0, |points| points.shard_of(&revoked.entry.serial));
        let place = usize::try_from(shard).unwrap_or_default();
        let (Some(draft), Some(history)) = (drafts.get_mut(place), histories.get(place)) else {
            return Ok(());
        };
        if !history.wants(&revoked) {
            return Ok(());
        }
        draft.elsewhere += u64::from(!revoked.point.is_empty() && !own.contains(&revoked.point));
        let mut entry = revoked.entry;
        // A clock that was ahead when it was recorded: no entry is dated after its CRL.
        entry.date = entry.date.min(draft.plan.this_update);
        draft.plan.entries.push(&entry).map_err(|source| {
            let serial = hex::encode(&entry.serial);
            CrlIssueError::Entry { serial, source }
        })
    };
    let covers = inventory.each_revoked(key, &mut put)?;
    if let Some(since) = histories.iter().filter_map(|history| history.since).min() {
        for released in inventory.released_since(key, since)? {
            put(released)?;
        }
    }
    match outside {
        (count, Some(first)) => {
            Err(CrlIssueError::OutOfScope { scope: settings.scope, count, first })
        }
        _ => Ok(covers),
    }
}

/// What earlier CRLs of one point have said, as far as it decides who is on the next one.
struct History {
    /// For a delta CRL: the last row of the audit chain that its base considered.
    since: Option<u64>,
    /// Issued complete CRLs up to now: the last row considered, and the latest thisUpdate of this and
    /// all that considered more; by the first.
    outlived: Vec<(u64, Timestamp)>,
}

impl History {
    fn new(earlier: &[KnownCrl], base: Option<KnownCrl>, now: Timestamp) -> Self {
        let mut outlived: Vec<(u64, Timestamp)> = earlier
            .iter()
            // One from a future that a wrong clock showed outlived nothing.
            .filter(|crl| crl.issued && crl.base.is_none() && crl.this_update <= now)
            .map(|crl| (crl.covers, crl.this_update))
            .collect();
        outlived.sort_unstable();
        let mut latest = None;
        for (_, time) in outlived.iter_mut().rev() {
            let until = latest.map_or(*time, |latest: Timestamp| latest.max(*time));
            *time = until;
            latest = Some(until);
        }
        Self { since: base.map(|base| base.covers), outlived }
    }

    /// Whether the next CRL lists it. An entry leaves when a CRL that had it was issued after the
    /// certificate had expired (RFC 5280 §3.3).
    fn wants(&self, revoked: &Revoked) -> bool {
        if let Some(since) = self.since {
            return revoked.audit_seq > since;
        }
        let Some(not_after) = revoked.not_after else { return true };
        let first = self.outlived.partition_point(|(covers, _)| *covers < revoked.audit_seq);
        self.outlived.get(first).is_none_or(|(_, latest)| *latest <= not_after)
    }
}

impl From<TbsError> for CrlIssueError {
    fn from(error: TbsError) -> Self {
        Self::Issue(error.into())
    }
}
