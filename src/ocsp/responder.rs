//! What is answered to a request: from memory while it is fresh, signed anew through the pipeline otherwise.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::pace::Pace;
use super::{ErrorStatus, Request, StatusSource};
use crate::base::algorithm::sha256;
use crate::base::cert_id::{CertHash, CertId};
use crate::base::clock::{Clock, Timestamp};
use crate::base::issuer_cert::IssuerCert;
use crate::base::responder_cert::ResponderCert;
use crate::base::serial::OsSerials;
use crate::inventory::Inventory;
use crate::issuance::{Desk, IssueError, issue_response};
use crate::lint::Registry;
use crate::sign::Signer;
use crate::tbs::{Answer, CertStatus, OcspPlan};

/// How often a new certificate of a responder is looked for, in seconds.
const RENEWAL: u64 = 60;

/// What a responder does where the standards leave the choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What is said of a serial number that is not known.
    pub unknown: UnknownSerial,
    /// How many answers a second are signed for one request alone: those with a nonce, about several
    /// certificates, or about unknown ones. Beyond it a nonce is left out, as RFC 5019 §4 allows, and
    /// the others are told to try later. With 0 no such answer is signed.
    pub fresh_per_second: u32,
    /// How many answers are kept in memory.
    pub kept: usize,
}

/// What is said of a serial number that is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownSerial {
    /// The unsigned response `unauthorized` (RFC 5019 §2.2.3): costs no signature.
    Unauthorized,
    /// A signed answer with the status `unknown` (RFC 6960 §2.2).
    Status,
}

impl Default for Settings {
    fn default() -> Self {
        Self { unknown: UnknownSerial::Unauthorized, fresh_per_second: 20, kept: 100_000 }
    }
}

/// A CA with the key of its responder.
pub struct Party {
    name: String,
    responder: RwLock<Arc<ResponderCert>>,
    signer: Arc<dyn Signer>,
    lifetime: u64,
    authority_key: [u8; 32],
    /// Hashes of name and key, in the order of [`CertHash::ALL`].
    hashes: Vec<[Vec<u8>; 2]>,
}

/// Looks for a newer certificate of the responder of this party.
pub type Renewals = dyn Fn(&Party) -> Option<ResponderCert> + Send + Sync;

/// Answers for any number of CAs.
pub struct Responder {
    parties: Vec<Party>,
    settings: Settings,
    source: Box<dyn StatusSource>,
    clock: Box<dyn Clock>,
    registry: Registry,
    renewals: Box<Renewals>,
    renewed: Mutex<Timestamp>,
    /// One signs at a time; who waits finds the answer kept.
    inventory: Mutex<Inventory>,
    kept: Mutex<HashMap<Vec<u8>, Arc<SignedReply>>>,
    pace: Mutex<Pace>,
}

/// What a client gets.
#[derive(Clone, Debug)]
pub enum Reply {
    /// No answer, and why.
    Error(ErrorStatus),
    /// A signed response.
    Signed(Arc<SignedReply>),
}

/// A signed OCSPResponse.
#[derive(Debug, PartialEq, Eq)]
pub struct SignedReply {
    /// All of it.
    pub der: Vec<u8>,
    /// Its thisUpdate.
    pub this_update: Timestamp,
    /// Its nextUpdate.
    pub next_update: Timestamp,
    /// Until when it is given to others who ask the same; none for one that is for one client alone.
    pub fresh_until: Option<Timestamp>,
    /// Its SHA-256.
    pub sha256: [u8; 32],
    status: CertStatus,
}

/// What must be signed first.
#[derive(Debug)]
pub struct Pending {
    party: usize,
    request: Request,
    statuses: Vec<CertStatus>,
}

/// An answer, or what it takes.
#[derive(Debug)]
pub enum Step {
    /// The answer.
    Ready(Reply),
    /// A signature: [`Responder::sign`], which waits for disk and token.
    Sign(Pending),
}

impl Party {
    /// The CA that `responder` answers for, under its `name` in the home. Answers are valid for
    /// `lifetime` seconds. The signer has the key of the certificate: `sign` refuses any other.
    pub fn new(
        name: String,
        responder: ResponderCert,
        signer: Arc<dyn Signer>,
        lifetime: u64,
    ) -> Self {
        let issuer = responder.issuer();
        let (subject, key) = (issuer.subject().as_der(), issuer.spki().key_bits());
        let of = |hash: CertHash| [subject, key].map(|data| hash.digest(data).as_ref().to_vec());
        Self {
            authority_key: issuer.spki().sha256(),
            hashes: CertHash::ALL.map(of).into(),
            name,
            responder: RwLock::new(Arc::new(responder)),
            signer,
            lifetime,
        }
    }

    /// Its name in the home.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The CA.
    pub fn issuer(&self) -> Arc<IssuerCert> {
        Arc::clone(self.responder().issuer())
    }

    /// The certificate of its responder.
    pub fn responder(&self) -> Arc<ResponderCert> {
        Arc::clone(&self.responder.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether it issued what `id` names.
    fn is_issuer_of(&self, id: &CertId) -> bool {
        CertHash::ALL.into_iter().zip(&self.hashes).any(|(hash, [name, key])| {
            id.hash() == hash && id.issuer_name_hash() == name && id.issuer_key_hash() == key
        })
    }

    /// An answer of this party that begins now. It ends with the responder's certificate, if that is
    /// earlier.
    pub(super) fn answer(&self, id: CertId, status: CertStatus, now: Timestamp) -> Answer {
        let end = self.responder().validity().not_after();
        Answer { id, status, this_update: now, next_update: now.plus(self.lifetime).min(end) }
    }

    /// The plan for these answers; none while the responder's certificate is not valid.
    pub(super) fn plan(&self, now: Timestamp) -> Option<OcspPlan> {
        let responder = self.responder();
        let valid = responder.validity().contains(now);
        valid.then(|| OcspPlan::new(responder, self.signer.algorithm(), now))
    }

    pub(super) fn signer(&self) -> &Arc<dyn Signer> {
        &self.signer
    }

    pub(super) fn authority_key(&self) -> &[u8; 32] {
        &self.authority_key
    }

    fn renew(&self, found: ResponderCert) {
        let mut responder = self.responder.write().unwrap_or_else(PoisonError::into_inner);
        let same_key = found.spki() == responder.spki();
        if same_key && found.validity().not_after() > responder.validity().not_after() {
            *responder = Arc::new(found);
        }
    }
}

impl Responder {
    /// Answers for `parties` from `source`; what is signed goes through `inventory`, which writes.
    pub fn new(
        parties: Vec<Party>,
        settings: Settings,
        source: Box<dyn StatusSource>,
        inventory: Inventory,
        registry: Registry,
        clock: Box<dyn Clock>,
    ) -> Self {
        Self {
            parties,
            settings,
            source,
            renewed: Mutex::new(clock.now()),
            clock,
            registry,
            renewals: Box::new(|_| None),
            inventory: Mutex::new(inventory),
            kept: Mutex::default(),
            pace: Mutex::new(Pace::new(settings.fresh_per_second)),
        }
    }

    /// The same responder, which asks `renewals` once a minute for newer certificates of its own.
    #[must_use]
    pub fn with_renewals(mut self, renewals: Box<Renewals>) -> Self {
        self.renewals = renewals;
        self
    }

    /// The CAs it answers for.
    pub fn parties(&self) -> &[Party] {
        &self.parties
    }

    /// The present second of its clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The answer to `request`, signed if it must be.
    pub fn answer(&self, request: &[u8]) -> Reply {
        match self.begin(request) {
            Step::Ready(reply) => reply,
            Step::Sign(pending) => self.sign(pending),
        }
    }

    /// The answer to `request` as far as it takes no signature.
    pub fn begin(&self, request: &[u8]) -> Step {
        match self.look_up(request) {
            Ok(pending) => match self.kept_reply(&pending) {
                Some(reply) => Step::Ready(Reply::Signed(reply)),
                None => Step::Sign(pending),
            },
            Err(status) => Step::Ready(Reply::Error(status)),
        }
    }

    fn look_up(&self, request: &[u8]) -> Result<Pending, ErrorStatus> {
        let request = Request::from_der(request).map_err(|error| error.status())?;
        let issuer_of = |id| self.parties.iter().position(|party| party.is_issuer_of(id));
        let party = request.ids().first().and_then(issuer_of).ok_or(ErrorStatus::Unauthorized)?;
        let mut statuses = Vec::with_capacity(request.ids().len());
        for id in request.ids() {
            // One response has one signer, who speaks for one CA.
            if issuer_of(id) != Some(party) {
                return Err(ErrorStatus::Unauthorized);
            }
            let key = &self.parties[party].authority_key;
            let status = self.source.status(key, id.serial()).map_err(|error| {
                tracing::error!(%error, "the status of a certificate cannot be read");
                ErrorStatus::InternalError
            })?;
            if status == CertStatus::Unknown && self.settings.unknown == UnknownSerial::Unauthorized
            {
                return Err(ErrorStatus::Unauthorized);
            }
            statuses.push(status);
        }
        Ok(Pending { party, request, statuses })
    }

    /// Signs what is pending.
    pub fn sign(&self, mut pending: Pending) -> Reply {
        if !pending.is_for_all(self.settings) {
            let now = self.clock.now();
            let paced = lock(&self.pace).take(now);
            if !paced {
                if !pending.is_common() {
                    return Reply::Error(ErrorStatus::TryLater);
                }
                pending.request = pending.request.without_nonce();
            }
        }
        let mut inventory = lock(&self.inventory);
        // Another request for the same may have come first.
        if let Some(kept) = self.kept_reply(&pending) {
            return Reply::Signed(kept);
        }
        match self.sign_now(&pending, &mut inventory) {
            Ok(Some(reply)) => Reply::Signed(reply),
            Ok(None) => {
                let name = self.parties[pending.party].name();
                tracing::error!(
                    issuer = name,
                    "the OCSP responder's certificate is not valid now, or revoked"
                );
                Reply::Error(ErrorStatus::InternalError)
            }
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "no answer is signed");
                Reply::Error(ErrorStatus::InternalError)
            }
        }
    }

    fn sign_now(
        &self,
        pending: &Pending,
        inventory: &mut Inventory,
    ) -> Result<Option<Arc<SignedReply>>, IssueError> {
        let now = self.clock.now();
        self.look_for_renewals(now);
        let party = &self.parties[pending.party];
        let Some(mut plan) = party.plan(now) else { return Ok(None) };
        // Nobody checks whether the responder is revoked (id-pkix-ocsp-nocheck): so it does itself.
        let serial = plan.responder().serial();
        if self.source.status(&party.authority_key, serial)? != CertStatus::Good {
            return Ok(None);
        }
        let ids = pending.request.ids().iter().cloned();
        let answers = ids.zip(&pending.statuses);
        plan.answers = answers.map(|(id, status)| party.answer(id, *status, now)).collect();
        let is_for_all = pending.is_for_all(self.settings);
        if !is_for_all && self.settings.fresh_per_second > 0 {
            plan.nonce = pending.request.nonce().map(<[u8]>::to_vec);
        }
        let next_update = plan.answers.iter().map(|answer| answer.next_update).min();
        let next_update = next_update.unwrap_or(now);
        let serials = OsSerials(inventory.instance());
        let mut desk =
            Desk { clock: &*self.clock, serials: &serials, registry: &self.registry, inventory };
        let issued = issue_response(&party.name, &*party.signer, plan, &mut desk)?;
        let half = next_update.as_unix().saturating_sub(now.as_unix()) / 2;
        let der = issued.signed().linted().tbs().plan().response(issued.as_der())?;
        let reply = Arc::new(SignedReply {
            this_update: now,
            next_update,
            fresh_until: is_for_all.then(|| now.plus(half)),
            sha256: sha256(&der),
            der,
            status: pending.statuses.first().copied().unwrap_or(CertStatus::Unknown),
        });
        if is_for_all && let [id] = pending.request.ids() {
            self.keep(id, &reply, now);
        }
        Ok(Some(reply))
    }

    /// What is kept for this question, if it is fresh and the status is still the same.
    fn kept_reply(&self, pending: &Pending) -> Option<Arc<SignedReply>> {
        let ([id], [status]) = (pending.request.ids(), &pending.statuses[..]) else { return None };
        if !pending.is_for_all(self.settings) {
            return None;
        }
        let kept = lock(&self.kept).get(id.as_der()).cloned()?;
        let fresh = kept.fresh_until.is_some_and(|until| self.clock.now() < until);
        (fresh && kept.status == *status).then_some(kept)
    }

    fn keep(&self, id: &CertId, reply: &Arc<SignedReply>, now: Timestamp) {
        let mut kept = lock(&self.kept);
        if kept.len() >= self.settings.kept {
            kept.retain(|_, reply| reply.fresh_until.is_some_and(|until| now < until));
        }
        // Whichever goes is signed again when it is asked for.
        if kept.len() >= self.settings.kept
            && let Some(any) = kept.keys().next().cloned()
        {
            kept.remove(&any);
        }
        if kept.len() < self.settings.kept {
            kept.insert(id.as_der().to_vec(), Arc::clone(reply));
        }
    }

    fn look_for_renewals(&self, now: Timestamp) {
        let mut last = lock(&self.renewed);
        if now < last.plus(RENEWAL) && now >= *last {
            return;
        }
        *last = now;
        for party in &self.parties {
            if let Some(found) = (self.renewals)(party) {
                party.renew(found);
            }
        }
    }
}

impl Pending {
    /// Whether it is about one certificate that is known: then the answer may be given without nonce.
    fn is_common(&self) -> bool {
        matches!(self.statuses[..], [CertStatus::Good | CertStatus::Revoked { .. }])
    }

    /// Whether others who ask for the same get the same answer.
    fn is_for_all(&self, settings: Settings) -> bool {
        let nonce = self.request.nonce().is_some() && settings.fresh_per_second > 0;
        self.is_common() && !nonce
    }
}

/// What is in a lock stays right when a holder of it panicked: each change is one step.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
