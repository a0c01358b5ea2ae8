//! The PKCS#11 token: the only module that names cryptoki.

use std::path::PathBuf;
use std::str::FromStr;

use crate::base::algorithm::{KeyAlgorithm, SignatureAlgorithm};
use crate::base::challenge::ChallengeLog;
use crate::base::secret::Pin;
use crate::base::spki::Spki;

mod error;

pub use error::TokenError;

/// Which token: an RFC 7512 URI with a label or a serial, never a slot number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenUri {}

/// Which key in a token. Fields that are set must all match; zero or several matches refuse.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeySelector {
    /// CKA_LABEL.
    pub label: Option<String>,
    /// CKA_ID.
    pub id: Option<Vec<u8>>,
}

/// Where the PIN comes from: `prompt`, `file:PATH`, `fd:N` or `credential:NAME` (systemd).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PinSource {
    /// Asked for on the terminal.
    Prompt,
    /// A file that only its owner can read.
    File(PathBuf),
    /// An inherited file descriptor.
    Fd(u32),
    /// `$CREDENTIALS_DIRECTORY/NAME`.
    Credential(String),
}

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
pub struct Token {}

/// What a token says of itself.
#[derive(Clone, Debug, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct TokenDescription {
    /// CK_TOKEN_INFO label, trailing padding removed.
    pub label: String,
    /// CK_TOKEN_INFO serialNumber.
    pub serial: String,
    /// CK_TOKEN_INFO manufacturerID.
    pub manufacturer: String,
    /// CK_TOKEN_INFO model.
    pub model: String,
    /// CK_TOKEN_INFO firmwareVersion.
    pub firmware: String,
    /// Whether C_InitToken was done.
    pub initialized: bool,
}

/// A key pair found in a token.
#[derive(Clone, Debug)]
pub struct KeyDescription {
    /// CKA_LABEL.
    pub label: String,
    /// CKA_ID.
    pub id: Vec<u8>,
    /// The public key, when the token has it and we know its kind.
    pub spki: Option<Spki>,
}

/// A private key in the token, ready to sign on a bounded pool of sessions.
#[derive(Debug)]
pub struct TokenKey {}

impl FromStr for TokenUri {
    type Err = TokenError;
    fn from_str(_text: &str) -> Result<Self, Self::Err> {
        todo!()
    }
}

impl FromStr for PinSource {
    type Err = TokenError;
    fn from_str(_text: &str) -> Result<Self, Self::Err> {
        todo!()
    }
}

impl Token {
    /// Loads the module, finds the token, logs in once.
    ///
    /// # Errors
    /// [`TokenError`]; a wrong PIN is never retried.
    pub fn open(settings: &TokenSettings, prompt: Prompt<'_>) -> Result<Self, TokenError> {
        let _ = (settings, prompt);
        todo!()
    }

    /// What the token says of itself.
    pub fn description(&self) -> &TokenDescription {
        todo!()
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
        let _ = (label, algorithm);
        todo!()
    }

    /// All private keys with their public halves.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn keys(&self) -> Result<Vec<KeyDescription>, TokenError> {
        todo!()
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
        let _ = (selector, pinned, algorithm, log);
        todo!()
    }
}

impl TokenKey {
    /// Its public key.
    pub fn spki(&self) -> &Spki {
        todo!()
    }
    /// The algorithm it was opened for.
    pub fn algorithm(&self) -> SignatureAlgorithm {
        todo!()
    }
    /// Sessions that can sign at once.
    pub fn workers(&self) -> usize {
        todo!()
    }
    /// Signs `message` (hashed here where the algorithm hashes); ECDSA comes back as DER.
    ///
    /// # Errors
    /// [`TokenError`]; never retried.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, TokenError> {
        let _ = message;
        todo!()
    }
}
