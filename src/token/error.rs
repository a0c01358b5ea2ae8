//! What can go wrong with a token; each PKCS#11 error carries the function, the CKR name and what to do.

use std::fmt;
use std::path::PathBuf;

use crate::base::algorithm::{KeyAlgorithm, SignatureAlgorithm};
use crate::base::spki::SpkiError;

use super::locator::UriError;
use super::login::LoginError;
use super::pin::PinSourceError;
use super::return_value::Pkcs11Error;
use crate::base::text::Quoted;

/// A failed token operation.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The text is no usable token URI.
    #[error("the token URI {text} is not usable", text = Quoted(.text))]
    Uri {
        /// What was given.
        text: String,
        /// Why not.
        #[source]
        source: UriError,
    },
    /// The PIN source is not understood, or gave no PIN.
    #[error("no PIN from the PIN source")]
    PinSource(#[source] PinSourceError),
    /// There is no module file.
    #[error(
        "there is no PKCS#11 module at {}; install the token's driver or correct `module`",
        .path.display()
    )]
    ModuleMissing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The file is there but is no PKCS#11 module that loads.
    #[error("{} could not be loaded as a PKCS#11 module: {detail}", .path.display())]
    ModuleUnusable {
        /// The file.
        path: PathBuf,
        /// What the loader says.
        detail: String,
    },
    /// Other code in this process initialised the module, with unknown locking.
    #[error(
        "{} is already in use by other code in this process, which may not have asked for locking; \
         let this library load it first",
        .path.display()
    )]
    ModuleInUse {
        /// The module.
        path: PathBuf,
    },
    /// No token matches.
    #[error("no token matches {wanted}; the module has {candidates}")]
    TokenNotFound {
        /// What was looked for.
        wanted: String,
        /// What is there.
        candidates: Candidates,
    },
    /// Several tokens match.
    #[error("several tokens match {wanted}: {candidates}; name one by its serial")]
    TokenAmbiguous {
        /// What was looked for.
        wanted: String,
        /// Those that match.
        candidates: Candidates,
    },
    /// A token with the label exists, so none is initialised with it.
    #[error("there is a token labelled {label} already: {candidates}", label = Quoted(.label))]
    TokenLabelTaken {
        /// The label.
        label: String,
        /// The tokens that carry it.
        candidates: Candidates,
    },
    /// The label cannot be a token's or key's label.
    #[error("the label {label} is not usable: {reason}", label = Quoted(.label))]
    Label {
        /// The label.
        label: String,
        /// Why not.
        reason: &'static str,
    },
    /// Not exactly one slot holds an uninitialised token.
    #[error("expected exactly one uninitialised token, found {found}; the module has {candidates}")]
    FreeSlot {
        /// How many there are.
        found: usize,
        /// All tokens.
        candidates: Candidates,
    },
    /// A new PIN that the token would not take.
    #[error(
        "the new {whose} PIN has {found} octets, the token takes {expected}; nothing was changed"
    )]
    NewPinLength {
        /// `security officer` or `user`.
        whose: &'static str,
        /// Its length.
        found: usize,
        /// The token's limits.
        expected: String,
    },
    /// C_InitToken worked and what follows it did not.
    #[error(
        "the token {label} is initialised now, but its user PIN is not set; set it as security officer \
         with the token's own tool, such as `pkcs11-tool --init-pin`", label = Quoted(.label))]
    HalfInitialised {
        /// Its label.
        label: String,
        /// What failed.
        #[source]
        source: Box<Self>,
    },
    /// The token did not let us in.
    #[error("cannot log in to the token {token}", token = Quoted(.token))]
    Login {
        /// Its label.
        token: String,
        /// Why not.
        #[source]
        source: LoginError,
    },
    /// No private key matches.
    #[error("no private key in the token matches {wanted}; it has {candidates}")]
    KeyNotFound {
        /// What was looked for.
        wanted: String,
        /// What is there.
        candidates: Candidates,
    },
    /// Several private keys match.
    #[error("several private keys match {wanted}: {candidates}; name one by its id")]
    KeyAmbiguous {
        /// What was looked for.
        wanted: String,
        /// Those that match.
        candidates: Candidates,
    },
    /// Several public keys belong to one private key.
    #[error(
        "{found} public key objects carry the id or label of the private key {key}, expected one"
    )]
    PublicKeyAmbiguous {
        /// The private key.
        key: String,
        /// How many.
        found: usize,
    },
    /// The private key has no public half in the token.
    #[error("the token has no public key object for the private key {key}")]
    PublicKeyMissing {
        /// The private key.
        key: String,
    },
    /// The public half is of a kind we do not use.
    #[error("the public key of {key} is not usable")]
    PublicKeyUnusable {
        /// The key.
        key: String,
        /// Why not.
        #[source]
        source: SpkiError,
    },
    /// The public half lacks what makes a public key, or has it in an unknown form.
    #[error("the public key object of {key} has {problem}")]
    PublicKeyIncomplete {
        /// The key.
        key: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// The public half is another than the pinned one.
    #[error(
        "the key {key} is another than the pinned one: expected SHA-256 {expected} of the public \
         key, found {found}; the token or the key in it was replaced"
    )]
    KeyNotPinned {
        /// The key.
        key: String,
        /// The pin, hex.
        expected: String,
        /// What the token has, hex.
        found: String,
    },
    /// The key may not be used to sign certificates.
    #[error(
        "the key {key} is refused: the token reports {attribute} = {found}, expected {expected}; {advice}"
    )]
    KeyAttribute {
        /// The key.
        key: String,
        /// The PKCS#11 attribute.
        attribute: &'static str,
        /// What it must be.
        expected: bool,
        /// What the token reports.
        found: Reported,
        /// What it means and what to do.
        advice: &'static str,
    },
    /// A key with the label exists.
    #[error("there is a key labelled {label} already; choose another label", label = Quoted(.label))]
    KeyLabelTaken {
        /// The label.
        label: String,
    },
    /// No free CKA_ID was found.
    #[error("no unused key id was found in {tries} tries")]
    KeyIdsTaken {
        /// How often a random id was tried.
        tries: usize,
    },
    /// Keys of this kind make no such signatures.
    #[error("the key {key} is {kind}, which makes no {algorithm} signatures")]
    Algorithm {
        /// The key.
        key: String,
        /// Its kind.
        kind: KeyAlgorithm,
        /// What was asked for.
        algorithm: SignatureAlgorithm,
    },
    /// The trial signature could not be recorded.
    #[error("the trial signature could not be recorded, so it was not made")]
    ChallengeUnrecorded(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// No mechanism made a trial signature that verifies.
    #[error(
        "no {algorithm} trial signature of the key {key} verifies under its public key ({attempts}); \
         the token lacks the mechanism, or public and private key do not belong together"
    )]
    Trial {
        /// The key.
        key: String,
        /// What was asked for.
        algorithm: SignatureAlgorithm,
        /// Each mechanism and what came of it.
        attempts: String,
    },
    /// The token's answer to C_Sign is no signature.
    #[error("C_Sign with {mechanism} gave {problem}")]
    SignatureForm {
        /// The mechanism.
        mechanism: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes")]
    Random(#[source] getrandom::Error),
    /// A PKCS#11 function failed.
    #[error(transparent)]
    Pkcs11(Pkcs11Error),
    /// The module answered with something that does not fit the standard.
    #[error("the module's answer cannot be used: {detail}")]
    Answer {
        /// What does not fit.
        detail: String,
    },
}

/// Whose matter a [`TokenError`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenErrorKind {
    /// What was configured or typed: module, URI, PIN source, label.
    Configuration,
    /// No token or key, or several, fit the description.
    Selection,
    /// The PIN or the state of the login.
    Authentication,
    /// A key that must not be used as it is.
    KeyPolicy,
    /// The trial could not be recorded.
    Record,
    /// The token or its module.
    Device,
}

impl TokenError {
    /// Whose matter it is.
    pub fn kind(&self) -> TokenErrorKind {
        match self {
            Self::Uri { .. }
            | Self::PinSource(_)
            | Self::ModuleMissing { .. }
            | Self::ModuleUnusable { .. }
            | Self::ModuleInUse { .. }
            | Self::Label { .. }
            | Self::NewPinLength { .. }
            | Self::Algorithm { .. } => TokenErrorKind::Configuration,
            Self::TokenNotFound { .. }
            | Self::TokenAmbiguous { .. }
            | Self::TokenLabelTaken { .. }
            | Self::FreeSlot { .. }
            | Self::KeyNotFound { .. }
            | Self::KeyAmbiguous { .. }
            | Self::PublicKeyAmbiguous { .. }
            | Self::PublicKeyMissing { .. }
            | Self::KeyLabelTaken { .. }
            | Self::KeyIdsTaken { .. } => TokenErrorKind::Selection,
            Self::Login { .. } => TokenErrorKind::Authentication,
            Self::PublicKeyUnusable { .. }
            | Self::PublicKeyIncomplete { .. }
            | Self::KeyNotPinned { .. }
            | Self::KeyAttribute { .. } => TokenErrorKind::KeyPolicy,
            Self::ChallengeUnrecorded(_) => TokenErrorKind::Record,
            Self::HalfInitialised { .. }
            | Self::Trial { .. }
            | Self::SignatureForm { .. }
            | Self::Random(_)
            | Self::Pkcs11(_)
            | Self::Answer { .. } => TokenErrorKind::Device,
        }
    }

    pub(super) fn from_cryptoki(error: cryptoki::error::Error) -> Self {
        match error {
            cryptoki::error::Error::Pkcs11(value, function) => {
                Self::Pkcs11(Pkcs11Error::new(value, function))
            }
            other => Self::Answer { detail: other.to_string() },
        }
    }
}

/// Turns a cryptoki result into one of ours.
pub(super) trait Explain<T> {
    /// The PKCS#11 failure with its function, name and advice.
    fn explain(self) -> Result<T, TokenError>;
}

impl<T> Explain<T> for cryptoki::error::Result<T> {
    fn explain(self) -> Result<T, TokenError> {
        self.map_err(TokenError::from_cryptoki)
    }
}

/// What there is to choose from, one description each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Candidates(pub Vec<String>);

impl fmt::Display for Candidates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none");
        }
        f.write_str(&self.0.join("; "))
    }
}

/// An attribute as the token reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reported(pub Option<bool>);

impl fmt::Display for Reported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(value) => write!(f, "{value}"),
            None => f.write_str("nothing"),
        }
    }
}
