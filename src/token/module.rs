//! Loading a PKCS#11 module and finding the one token in it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Function, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::slot::{Slot, TokenInfo};

use crate::base::text::Escaped;

use super::error::{Candidates, Explain as _};
use super::{TokenError, TokenUri};

/// What a token says of itself.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
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

/// The tokens that a module shows, in its order.
///
/// # Errors
/// [`TokenError`] when the module cannot be loaded or a slot cannot be read.
pub fn list_tokens(module: &Path) -> Result<Vec<TokenDescription>, TokenError> {
    let context = load(module)?;
    let found = survey(&context)?;
    if let Some(failure) = found.failures.into_iter().next() {
        return Err(failure);
    }
    Ok(found.tokens.into_iter().map(|found| found.description).collect())
}

/// The one token that matches, as it describes itself; nobody is logged in.
///
/// # Errors
/// [`TokenError`], listing the candidates when not exactly one token matches.
pub fn find_token(module: &Path, uri: &TokenUri) -> Result<TokenDescription, TokenError> {
    Ok(find(&load(module)?, uri)?.description)
}

/// A token and where it is now. The slot is valid in this process only.
pub(super) struct Found {
    pub(super) slot: Slot,
    pub(super) info: TokenInfo,
    pub(super) description: TokenDescription,
}

/// Every slot with a token; those that could not be read apart.
pub(super) struct Survey {
    pub(super) tokens: Vec<Found>,
    pub(super) failures: Vec<TokenError>,
}

impl Survey {
    /// The tokens that satisfy `choose`, as an error lists them.
    pub(super) fn candidates(&self, choose: impl Fn(&TokenDescription) -> bool) -> Candidates {
        let chosen = self.tokens.iter().map(|found| &found.description).filter(|d| choose(d));
        let mut lines: Vec<String> = chosen.map(describe).collect();
        lines.extend(self.failures.iter().map(|failure| format!("one unreadable: {failure}")));
        Candidates(lines)
    }
}

/// Loads and initialises a module with OS locking, once per process: PKCS#11 state is the process's.
/// A module stays loaded and is never finalised, since sessions would then alias new ones.
pub(super) fn load(path: &Path) -> Result<Pkcs11, TokenError> {
    static LOADED: Mutex<Option<HashMap<PathBuf, Pkcs11>>> = Mutex::new(None);

    let missing = || TokenError::ModuleMissing { path: path.to_owned() };
    // A name without a slash is searched for by the loader in the system's library folders.
    let by_name = path.components().count() == 1 && !path.exists();
    let key = if by_name { path.to_owned() } else { path.canonicalize().map_err(|_| missing())? };
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    let loaded = loaded.get_or_insert_default();
    if let Some(context) = loaded.get(&key) {
        return Ok(context.clone());
    }
    let context = Pkcs11::new(&key).map_err(|error| match error {
        Error::Pkcs11(..) => TokenError::from_cryptoki(error),
        Error::LibraryLoading(_) if by_name => missing(),
        other => TokenError::ModuleUnusable { path: path.to_owned(), detail: other.to_string() },
    })?;
    match context.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        Ok(()) => {}
        Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, Function::Initialize)) => {
            return Err(TokenError::ModuleInUse { path: path.to_owned() });
        }
        Err(error) => return Err(TokenError::from_cryptoki(error)),
    }
    loaded.insert(key, context.clone());
    Ok(context)
}

/// Reads every slot with a token.
pub(super) fn survey(context: &Pkcs11) -> Result<Survey, TokenError> {
    let mut survey = Survey { tokens: Vec::new(), failures: Vec::new() };
    for slot in context.get_slots_with_token().explain()? {
        match context.get_token_info(slot).explain() {
            Ok(info) => {
                let description = TokenDescription {
                    label: trimmed(info.label()),
                    serial: trimmed(info.serial_number()),
                    manufacturer: trimmed(info.manufacturer_id()),
                    model: trimmed(info.model()),
                    firmware: info.firmware_version().to_string(),
                    initialized: info.token_initialized(),
                };
                survey.tokens.push(Found { slot, info, description });
            }
            // One odd reader must not hide the other tokens.
            Err(failure) => survey.failures.push(failure),
        }
    }
    Ok(survey)
}

/// The one token that matches.
pub(super) fn find(context: &Pkcs11, uri: &TokenUri) -> Result<Found, TokenError> {
    let mut survey = survey(context)?;
    let matching: Vec<usize> = survey
        .tokens
        .iter()
        .enumerate()
        .filter(|(_, found)| uri.matches(&found.description))
        .map(|(index, _)| index)
        .collect();
    match matching.as_slice() {
        [index] => Ok(survey.tokens.swap_remove(*index)),
        [] => Err(TokenError::TokenNotFound {
            wanted: uri.to_string(),
            candidates: survey.candidates(|_| true),
        }),
        _ => Err(TokenError::TokenAmbiguous {
            wanted: uri.to_string(),
            candidates: survey.candidates(|token| uri.matches(token)),
        }),
    }
}

/// A CK_TOKEN_INFO text without its padding: blanks by the standard, NUL with some modules.
pub(super) fn trimmed(text: &str) -> String {
    text.trim_end_matches([' ', '\0']).to_owned()
}

fn describe(token: &TokenDescription) -> String {
    let state = if token.initialized { "" } else { ", not initialised" };
    format!(
        "label \"{}\" serial \"{}\" model \"{}\"{state}",
        Escaped(&token.label),
        Escaped(&token.serial),
        Escaped(&token.model)
    )
}
