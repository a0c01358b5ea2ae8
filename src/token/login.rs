//! Logging in, once: the only place that touches the content of a PIN.

use cryptoki::context::{Function, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::session::{Session, SessionState, UserType};
use cryptoki::slot::{Slot, TokenInfo};

use crate::base::secret::Pin;

use super::TokenError;
use super::error::Explain as _;
use super::pin::PinSource;
use super::return_value::Pkcs11Error;
use super::{Prompt, module};

/// Why the token did not let us in. A rejected PIN is never tried again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoginError {
    /// No C_InitToken yet.
    #[error("it is not initialised; `keystead token init` does that")]
    TokenUninitialised,
    /// No C_InitPIN yet.
    #[error("its user PIN is not set; the security officer sets it")]
    PinUninitialised,
    /// One try left.
    #[error(
        "it reports that one PIN try is left before it locks, so it was not tried; log in once with the \
         token's own tool to reset the counter"
    )]
    FinalTry,
    /// No try left.
    #[error("its PIN is locked; the security officer can unlock it (nothing was tried: {0})")]
    Locked(&'static str),
    /// Wrong PIN.
    #[error(
        "C_Login failed with CKR_PIN_INCORRECT: the PIN is wrong; it was tried once, not again"
    )]
    PinIncorrect,
    /// A PIN that cannot be right.
    #[error("{code}: the PIN cannot be right, expected {expected}; it was tried once, not again")]
    PinForm {
        /// The CKR name.
        code: String,
        /// The token's limits.
        expected: String,
    },
    /// The PIN must be changed first.
    #[error("C_Login failed with CKR_PIN_EXPIRED: change the PIN with the token's own tool")]
    PinExpired,
    /// Somebody is logged in, but not the user.
    #[error("this process is logged in to it already, in the state {state} instead of the user's")]
    OtherUser {
        /// The session's state.
        state: String,
    },
    /// Anything else.
    #[error(transparent)]
    Failed(Pkcs11Error),
}

/// Logs the user in on `session`, and with it this whole process. Nothing is asked and nothing sent
/// when the token says that it is not ready or has one try left.
pub(super) fn log_in(
    session: &Session,
    info: &TokenInfo,
    source: &PinSource,
    prompt: Prompt<'_>,
) -> Result<(), TokenError> {
    let label = module::trimmed(info.label());
    let refuse = |source| TokenError::Login { token: label.clone(), source };
    if !PinFlags::of(info).want_login().map_err(refuse)? {
        return Ok(());
    }
    let result = if info.protected_authentication_path() {
        session.login(UserType::User, None)
    } else {
        let pin = source
            .resolve(prompt, &format!("PIN of the token {label:?}: "))
            .map_err(TokenError::PinSource)?;
        session.login(UserType::User, Some(pin.secret()))
    };
    match result {
        Ok(()) => Ok(()),
        // Login belongs to the process: what counts is whose login it is.
        Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, Function::Login)) => {
            match session.get_session_info().explain()?.session_state() {
                SessionState::RwUser | SessionState::RoUser => Ok(()),
                other => Err(refuse(LoginError::OtherUser { state: format!("{other:?}") })),
            }
        }
        Err(error) => Err(rejection(error, info).map_or_else(|error| error, refuse)),
    }
}

/// What the flags of CK_TOKEN_INFO say about logging in (PKCS#11 v2.40 §3.2).
#[derive(Clone, Copy, Debug)]
struct PinFlags {
    token_initialized: bool,
    login_required: bool,
    user_pin_initialized: bool,
    user_pin_locked: bool,
    user_pin_final_try: bool,
}

impl PinFlags {
    fn of(info: &TokenInfo) -> Self {
        Self {
            token_initialized: info.token_initialized(),
            login_required: info.login_required(),
            user_pin_initialized: info.user_pin_initialized(),
            user_pin_locked: info.user_pin_locked(),
            user_pin_final_try: info.user_pin_final_try(),
        }
    }

    /// Whether to log in; refuses when that could lock the token, before a PIN is asked for.
    fn want_login(self) -> Result<bool, LoginError> {
        if !self.token_initialized {
            return Err(LoginError::TokenUninitialised);
        }
        if !self.login_required {
            return Ok(false);
        }
        if !self.user_pin_initialized {
            return Err(LoginError::PinUninitialised);
        }
        if self.user_pin_locked {
            return Err(LoginError::Locked("CKF_USER_PIN_LOCKED"));
        }
        if self.user_pin_final_try {
            return Err(LoginError::FinalTry);
        }
        Ok(true)
    }
}

/// Initialises the token in `slot`, gives it its label and both PINs. Logs out again, so that the
/// user can log in next.
pub(super) fn initialise(
    context: &Pkcs11,
    slot: Slot,
    label: &str,
    so_pin: &Pin,
    user_pin: &Pin,
    find_again: impl FnOnce() -> Result<Slot, TokenError>,
) -> Result<(), TokenError> {
    context.init_token(slot, so_pin.secret(), label).explain()?;
    let set_user_pin = || {
        let session = context.open_rw_session(find_again()?).explain()?;
        session.login(UserType::So, Some(so_pin.secret())).explain()?;
        let result = session.init_pin(user_pin.secret()).explain();
        let logged_out = session.logout().explain();
        result.and(logged_out)
    };
    set_user_pin().map_err(|source| TokenError::HalfInitialised {
        label: label.to_owned(),
        source: Box::new(source),
    })
}

/// Refuses a new PIN that the token would not take, before anything is changed.
pub(super) fn check_new_pin(
    pin: &Pin,
    whose: &'static str,
    info: &TokenInfo,
) -> Result<(), TokenError> {
    let (least, most) = (info.min_pin_length(), info.max_pin_length());
    if pin.len() >= least && (most == 0 || most < least || pin.len() <= most) {
        return Ok(());
    }
    Err(TokenError::NewPinLength { whose, found: pin.len(), expected: expected_length(info) })
}

fn rejection(error: Error, info: &TokenInfo) -> Result<LoginError, TokenError> {
    let Error::Pkcs11(value, function) = error else {
        return Err(TokenError::from_cryptoki(error));
    };
    let failed = Pkcs11Error::new(value, function);
    Ok(match value {
        RvError::PinIncorrect => LoginError::PinIncorrect,
        RvError::PinInvalid | RvError::PinLenRange => LoginError::PinForm {
            code: format!("{} failed with {}", failed.function(), failed.code()),
            expected: expected_length(info),
        },
        RvError::PinLocked => LoginError::Locked("CKR_PIN_LOCKED"),
        RvError::PinExpired => LoginError::PinExpired,
        RvError::UserPinNotInitialized => LoginError::PinUninitialised,
        RvError::UserAnotherAlreadyLoggedIn => {
            LoginError::OtherUser { state: failed.code().to_owned() }
        }
        _ => LoginError::Failed(failed),
    })
}

/// A token without limits reports 0 as the maximum.
fn expected_length(info: &TokenInfo) -> String {
    match (info.min_pin_length(), info.max_pin_length()) {
        (least, most) if most >= least && most > 0 => format!("{least} to {most} octets"),
        (least, _) => format!("at least {least} octets"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_at_its_final_try_or_locked_is_not_logged_in_to() {
        let ready = PinFlags {
            token_initialized: true,
            login_required: true,
            user_pin_initialized: true,
            user_pin_locked: false,
            user_pin_final_try: false,
        };
        assert_eq!(ready.want_login(), Ok(true));
        let final_try = PinFlags { user_pin_final_try: true, ..ready };
        assert_eq!(final_try.want_login(), Err(LoginError::FinalTry));
        let locked = PinFlags { user_pin_locked: true, ..final_try };
        assert!(matches!(locked.want_login(), Err(LoginError::Locked(_))));
    }
}
