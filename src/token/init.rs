//! Initialising a token: its label, the security officer's PIN and the user's.

use std::path::Path;

use super::error::TokenError;
use super::module::{self, TokenDescription};
use super::pin::PinSource;
use super::{Prompt, TokenUri, login};

/// Where both PINs of a new token come from.
#[derive(Clone, Debug)]
pub struct InitPins {
    /// The security officer's.
    pub so: PinSource,
    /// The user's, with which keys are used.
    pub user: PinSource,
}

/// Initialises the one uninitialised token that the module shows, with a label that no other token
/// has. Erases nothing: a token that is initialised is never touched.
///
/// # Errors
/// [`TokenError`] when the label is taken or unusable, there is not exactly one uninitialised token,
/// a PIN cannot be had, or the token refuses.
pub fn init_token(
    module: &Path,
    label: &str,
    pins: &InitPins,
    prompt: Prompt<'_>,
) -> Result<TokenDescription, TokenError> {
    // Of all things that could be wrong with a label, the URI's rules are the strictest.
    let uri = TokenUri::with_label(label)?;
    let context = module::load(module)?;
    let survey = module::survey(&context)?;
    let taken = survey.candidates(|token| token.initialized && token.label == label);
    if survey.tokens.iter().any(|found| uri.matches(&found.description)) {
        return Err(TokenError::TokenLabelTaken { label: label.to_owned(), candidates: taken });
    }
    let free: Vec<_> =
        survey.tokens.iter().filter(|found| !found.info.token_initialized()).collect();
    let [free] = free.as_slice() else {
        return Err(TokenError::FreeSlot {
            found: free.len(),
            candidates: survey.candidates(|_| true),
        });
    };
    let resolve = |source: &PinSource, whose: &str| {
        source
            .resolve(prompt, &format!("New {whose} PIN of the token {label:?}: "))
            .map_err(TokenError::PinSource)
    };
    let so_pin = resolve(&pins.so, "security officer")?;
    login::check_new_pin(&so_pin, "security officer", &free.info)?;
    let user_pin = resolve(&pins.user, "user")?;
    login::check_new_pin(&user_pin, "user", &free.info)?;
    // Some modules move a token to another slot when it is initialised.
    let find_again = || module::find(&context, &uri).map(|found| found.slot);
    login::initialise(&context, free.slot, label, &so_pin, &user_pin, find_again)?;
    Ok(module::find(&context, &uri)?.description)
}
