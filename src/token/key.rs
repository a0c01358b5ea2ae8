//! A private key in the token: opened once, then signing from any thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::base::algorithm::{KeyAlgorithm, SignatureAlgorithm};
use crate::base::challenge::{ChallengeLog, Unrecorded};
use crate::base::crypto::verify_signature;
use crate::base::spki::Spki;

use super::error::TokenError;
use super::generate::{self, Naming};
use super::mechanism::Plan;
use super::object::{KeySelector, PrivateKey, find_one};
use super::pool::Worker;
use super::return_value::Class;
use super::{Shared, TokenDescription};

/// A private key in the token, ready to sign on a bounded pool of sessions. Cheap to clone; all
/// clones and all keys of a token share its sessions.
#[derive(Clone)]
pub struct TokenKey {
    shared: Arc<Shared>,
    /// By which sessions know its handle.
    number: u64,
    selector: KeySelector,
    /// In the token for good, or in a session.
    token: bool,
    spki: Spki,
    algorithm: SignatureAlgorithm,
    plan: Plan,
}

impl TokenKey {
    /// Its public key.
    pub fn spki(&self) -> &Spki {
        &self.spki
    }

    /// The algorithm it was opened for.
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// Sessions that can sign at once.
    pub fn workers(&self) -> usize {
        self.shared.pool.limit()
    }

    /// The PKCS#11 mechanism that the trial signature settled on.
    pub fn mechanism(&self) -> &'static str {
        self.plan.name()
    }

    /// The token that it is in.
    pub fn token(&self) -> &TokenDescription {
        &self.shared.description
    }

    /// Signs `message` (hashed here where the algorithm hashes); ECDSA comes back as DER. Waits for a
    /// session when all are busy.
    ///
    /// # Errors
    /// [`TokenError`]; never retried.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, TokenError> {
        self.sign_with(self.plan, message)
    }

    pub(super) fn sign_with(&self, plan: Plan, message: &[u8]) -> Result<Vec<u8>, TokenError> {
        use super::error::Explain as _;
        let input = plan.input(message);
        self.shared.pool.run(|worker| {
            let handle = worker
                .handle(self.number, |session| find_one(session, &self.selector, self.token))?;
            plan.output(worker.session().sign(&plan.mechanism(), handle, &input).explain()?)
        })
    }

    /// Finds the first plan whose trial signature verifies, each recorded before it is made.
    fn settle(mut self, log: &mut dyn ChallengeLog) -> Result<Self, TokenError> {
        let mut attempts = Vec::new();
        for plan in Plan::candidates(self.spki.algorithm(), self.algorithm) {
            let message = challenge()?;
            log.record_challenge(self.spki.sha256(), &message)
                .map_err(TokenError::ChallengeUnrecorded)?;
            match self.try_plan(plan, &message)? {
                None => {
                    self.plan = plan;
                    return Ok(self);
                }
                Some(problem) => attempts.push(format!("{}: {problem}", plan.name())),
            }
        }
        Err(TokenError::Trial {
            key: self.selector.to_string(),
            algorithm: self.algorithm,
            attempts: attempts.join("; "),
        })
    }

    /// Whether a plan works: `None`, or what is wrong with it. Trouble that another plan would have
    /// too is an error.
    pub(super) fn try_plan(
        &self,
        plan: Plan,
        message: &[u8],
    ) -> Result<Option<String>, TokenError> {
        match self.sign_with(plan, message) {
            Ok(signature) => Ok(verify_signature(&self.spki, self.algorithm, message, &signature)
                .err()
                .map(|error| error.to_string())),
            Err(TokenError::Pkcs11(error)) if is_about_plan(error.class()) => {
                Ok(Some(format!("{} {}", error.function(), error.code())))
            }
            Err(TokenError::SignatureForm { problem, .. }) => Ok(Some(problem)),
            Err(error) => Err(error),
        }
    }

    /// The same key for another algorithm, untested; for the probe.
    pub(super) fn with_algorithm(&self, algorithm: SignatureAlgorithm) -> Self {
        Self { algorithm, ..self.clone() }
    }
}

impl std::fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenKey")
            .field("token", &self.shared.description.label)
            .field("selector", &self.selector)
            .field("spki", &self.spki)
            .field("algorithm", &self.algorithm)
            .field("mechanism", &self.plan.name())
            .finish_non_exhaustive()
    }
}

/// See [`Token::open_key`](super::Token::open_key).
pub(super) fn open(
    shared: &Arc<Shared>,
    selector: &KeySelector,
    pinned: Option<&Spki>,
    algorithm: SignatureAlgorithm,
    log: &mut dyn ChallengeLog,
) -> Result<TokenKey, TokenError> {
    let number = next_number();
    let (key, spki) = shared.pool.run(|worker| read(worker, number, selector, pinned))?;
    if let Some(pinned) = pinned.filter(|pinned| **pinned != spki) {
        return Err(TokenError::KeyNotPinned {
            key: key.name(),
            expected: hex::encode(pinned.sha256()),
            found: hex::encode(spki.sha256()),
        });
    }
    let plan = first_plan(&key.name(), spki.algorithm(), algorithm)?;
    TokenKey {
        shared: Arc::clone(shared),
        number,
        selector: key.selector(),
        token: true,
        spki,
        algorithm,
        plan,
    }
    .settle(log)
}

/// See [`Token::generate_throwaway`](super::Token::generate_throwaway).
pub(super) fn throwaway(
    shared: &Arc<Shared>,
    kind: KeyAlgorithm,
    algorithm: SignatureAlgorithm,
) -> Result<TokenKey, TokenError> {
    untested_throwaway(shared, kind, algorithm)?.settle(&mut Unrecorded)
}

pub(super) fn untested_throwaway(
    shared: &Arc<Shared>,
    kind: KeyAlgorithm,
    algorithm: SignatureAlgorithm,
) -> Result<TokenKey, TokenError> {
    let plan = first_plan("just generated", kind, algorithm)?;
    // Session objects live as long as the session that makes them: the one that keeps the login.
    let session = shared.keeper();
    let id = generate::unused_id(&session)?;
    let label = format!("keystead throwaway {}", hex::encode(&id));
    let naming = Naming { label: &label, id: &id, token: false };
    let spki = generate::with_each_description(kind, |description| {
        let pair = generate::pair(&session, kind, naming, description)?;
        generate::public_key(&session, pair, kind)
            .inspect_err(|_| generate::destroy(&session, pair))
    })?;
    Ok(TokenKey {
        shared: Arc::clone(shared),
        number: next_number(),
        selector: KeySelector { label: Some(label.clone()), id: Some(id.clone()) },
        token: false,
        spki,
        algorithm,
        plan,
    })
}

fn read(
    worker: &mut Worker,
    number: u64,
    selector: &KeySelector,
    pinned: Option<&Spki>,
) -> Result<(PrivateKey, Spki), TokenError> {
    let handle = worker.handle(number, |session| find_one(session, selector, true))?;
    let key = PrivateKey::read(worker.session(), handle)?;
    key.check_policy()?;
    let spki = match (key.public_key(worker.session(), true), pinned) {
        // The trial signature shows that the private key is the pin's.
        (Err(TokenError::PublicKeyMissing { .. }), Some(pinned)) => pinned.clone(),
        (result, _) => result?,
    };
    Ok((key, spki))
}

fn first_plan(
    key: &str,
    kind: KeyAlgorithm,
    algorithm: SignatureAlgorithm,
) -> Result<Plan, TokenError> {
    let plans = Plan::candidates(kind, algorithm);
    match plans.first() {
        Some(plan) if algorithm.fits(kind) => Ok(*plan),
        _ => Err(TokenError::Algorithm { key: key.to_owned(), kind, algorithm }),
    }
}

fn next_number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A message that no one takes for a certificate or anything else that DER begins.
fn challenge() -> Result<Vec<u8>, TokenError> {
    let mut message = b"keystead challenge v1\0".to_vec();
    let prefix = message.len();
    message.resize(prefix + 32, 0);
    getrandom::fill(message.get_mut(prefix..).unwrap_or_default()).map_err(TokenError::Random)?;
    Ok(message)
}

fn is_about_plan(class: Class) -> bool {
    matches!(
        class,
        Class::Call
            | Class::Capability
            | Class::Failed
            | Class::Policy
            | Class::Template
            | Class::Vendor
    )
}
