//! The PKCS#11 token: the only module that names cryptoki.
//!
//! One [`Token`] per process is logged in to, once. One session keeps the login; a bounded pool of
//! others works. Nothing is retried: not a PIN, not a signature. Slot numbers are never used to name
//! a token, and zero or several matches for a token or a key refuse.
//!
//! cryptoki writes to the `log` target `cryptoki`, at error level also for things that are no errors
//! (every mechanism it does not know). A program that shows log records should leave that target out.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cryptoki::context::Pkcs11;
use cryptoki::session::Session;
use cryptoki::slot::Slot;

use crate::base::algorithm::{KeyAlgorithm, SignatureAlgorithm};
use crate::base::challenge::ChallengeLog;
use crate::base::secret::Pin;
use crate::base::spki::Spki;

mod error;
mod evidence;
mod generate;
mod init;
mod key;
mod locator;
mod login;
mod mechanism;
mod module;
mod object;
mod pin;
mod pool;
mod probe;
mod return_value;

pub use error::{Candidates, Reported, TokenError, TokenErrorKind};
pub use evidence::{ExportAttempt, ExportOutcome, KeyAttributes, KeyEvidence, REPORTED_BY_MODULE};
pub use init::{InitPins, init_token};
pub use key::TokenKey;
pub use locator::{TokenUri, UriError};
pub use login::LoginError;
pub use module::{TokenDescription, find_token, list_tokens};
pub use object::{KeyDescription, KeySelector};
pub use pin::{PinSource, PinSourceError};
pub use probe::{KeyProbe, LibraryDescription, ProbeReport, SignatureProbe, TokenLimits};
pub use return_value::Pkcs11Error;

/// Asks a person for a PIN; only the command line has one.
pub type Prompt<'a> = &'a dyn Fn(&str) -> std::io::Result<Pin>;

/// How to reach a token.
#[derive(Clone, Debug)]
pub struct TokenSettings {
    /// The PKCS#11 module.
    pub module: PathBuf,
    /// Which token.
    pub uri: TokenUri,
    /// Its PIN.
    pub pin_source: PinSource,
    /// Worker sessions; the default is min(cores, the token's session limit less a reserve).
    pub workers: Option<usize>,
}

/// A token that is logged in to. One per process: PKCS#11 login is application-wide.
#[derive(Debug)]
pub struct Token {
    shared: Arc<Shared>,
}

/// What a token and its keys have in common. Fields are dropped in order: the workers first, the
/// login last.
struct Shared {
    pool: pool::Pool,
    keeper: Mutex<Session>,
    context: Pkcs11,
    slot: Slot,
    description: TokenDescription,
}

impl Token {
    /// Loads the module, finds the token, logs in once.
    ///
    /// # Errors
    /// [`TokenError`]; a wrong PIN is never retried.
    pub fn open(settings: &TokenSettings, prompt: Prompt<'_>) -> Result<Self, TokenError> {
        let context = module::load(&settings.module)?;
        let found = module::find(&context, &settings.uri)?;
        let keeper = pool::open_keeper(&context, found.slot)?;
        login::log_in(&keeper, &found.info, &settings.pin_source, prompt)?;
        let pool = pool::Pool::new(context.clone(), found.slot, &found.info, settings.workers);
        Ok(Self {
            shared: Arc::new(Shared {
                pool,
                keeper: Mutex::new(keeper),
                context,
                slot: found.slot,
                description: found.description,
            }),
        })
    }

    /// What the token says of itself.
    pub fn description(&self) -> &TokenDescription {
        &self.shared.description
    }

    /// Sessions that can work at once.
    pub fn workers(&self) -> usize {
        self.shared.pool.limit()
    }

    /// Generates a key pair inside the token, reads its attributes back, and refuses it unless they
    /// say that it was made there and can never leave. CKA_ID is chosen here, random and unused.
    ///
    /// # Errors
    /// [`TokenError`], also when the label is taken.
    pub fn generate(
        &self,
        label: &str,
        algorithm: KeyAlgorithm,
    ) -> Result<KeyDescription, TokenError> {
        generate::ca_key(&self.shared.pool, label, algorithm)
    }

    /// A key pair that is gone when the token is closed, for measurements and trials. Not for a CA:
    /// nobody can find it again, and so its trial signatures are not recorded.
    ///
    /// # Errors
    /// [`TokenError`], also when the token does not offer the algorithm.
    pub fn generate_throwaway(
        &self,
        kind: KeyAlgorithm,
        algorithm: SignatureAlgorithm,
    ) -> Result<TokenKey, TokenError> {
        key::throwaway(&self.shared, kind, algorithm)
    }

    /// All private keys with their public halves.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn keys(&self) -> Result<Vec<KeyDescription>, TokenError> {
        self.shared.pool.run(|worker| object::list(worker.session(), &KeySelector::default()))
    }

    /// What the module reports about a key, and what came of trying to get it out of the token. Makes
    /// no signature. What an attempt makes is destroyed; a flag that it could clear is set again.
    ///
    /// # Errors
    /// [`TokenError`] when not exactly one key matches or the token fails; a refused attempt is no
    /// error.
    pub fn evidence(&self, selector: &KeySelector) -> Result<KeyEvidence, TokenError> {
        evidence::gather(&self.shared, selector)
    }

    /// What the token really does with keys of these kinds: each algorithm by each mechanism, tried
    /// with throwaway keys. A large RSA key takes seconds to make.
    ///
    /// # Errors
    /// [`TokenError`] when the token fails; what it does not offer is no error.
    pub fn probe(&self, kinds: &[KeyAlgorithm]) -> Result<ProbeReport, TokenError> {
        probe::probe(&self.shared, kinds)
    }

    /// Opens the one key that matches for signing: its public key must be `pinned` (when given), its
    /// attributes those of a key made here that cannot leave, and a recorded trial signature finds the
    /// mechanism plan and must verify.
    ///
    /// # Errors
    /// [`TokenError`], listing the candidates when not exactly one key matches.
    pub fn open_key(
        &self,
        selector: &KeySelector,
        pinned: Option<&Spki>,
        algorithm: SignatureAlgorithm,
        log: &mut dyn ChallengeLog,
    ) -> Result<TokenKey, TokenError> {
        key::open(&self.shared, selector, pinned, algorithm, log)
    }
}

impl Shared {
    /// A session outside the pool, for what may spoil it.
    fn fresh_session(&self) -> Result<Session, TokenError> {
        use error::Explain as _;
        self.context.open_rw_session(self.slot).explain()
    }

    /// The session that keeps the login; throwaway objects live in it, nothing signs with it.
    fn keeper(&self) -> MutexGuard<'_, Session> {
        self.keeper.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared")
            .field("description", &self.description)
            .field("slot", &self.slot.id())
            .finish_non_exhaustive()
    }
}
