//! PKCS#11 return values: their names, what kind of failure they are, and what to do about it.

use std::fmt;

use cryptoki::context::Function;
use cryptoki::error::RvError;

/// A PKCS#11 function that did not return CKR_OK.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pkcs11Error {
    function: String,
    code: String,
    class: Class,
}

impl Pkcs11Error {
    pub(super) fn new(value: RvError, function: Function) -> Self {
        let (code, class) = match value {
            RvError::VendorDefined(code) => {
                (format!("CKR_VENDOR_DEFINED (0x{code:08x})"), Class::Vendor)
            }
            RvError::UnknownErrorCode(code) => unknown(code),
            known => {
                let (name, class) = name_and_class(known);
                (name.to_owned(), class)
            }
        };
        Self { function: format!("C_{function:?}"), code, class }
    }

    /// The function, such as `C_Login`.
    pub fn function(&self) -> &str {
        &self.function
    }

    /// The name of the return value, such as `CKR_DEVICE_ERROR`; for a value without a name, its
    /// number too.
    pub fn code(&self) -> &str {
        &self.code
    }

    pub(super) fn class(&self) -> Class {
        self.class
    }
}

impl fmt::Display for Pkcs11Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} failed with {}: {}", self.function, self.code, self.class.advice())
    }
}

impl std::error::Error for Pkcs11Error {}

/// What kind of failure a return value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Our own use of the function.
    Call,
    /// The token does not do this.
    Capability,
    /// The token reports trouble.
    Device,
    /// Memory or sessions are used up.
    Exhausted,
    /// Something failed, and the module does not say what: trouble, or a thing it does not do.
    Failed,
    /// The state of the login.
    Login,
    /// The module cannot work in this process.
    Module,
    /// The PIN.
    Pin,
    /// The token's or the key's own rules.
    Policy,
    /// The token is gone.
    Removed,
    /// A session or what lived in it is gone.
    Session,
    /// The token does not take objects described like this.
    Template,
    /// Known to the vendor alone.
    Vendor,
}

impl Class {
    fn advice(self) -> &'static str {
        match self {
            Self::Call => {
                "the module did not accept the call; please report it with the token's name and version"
            }
            Self::Capability => {
                "the token does not offer this; `keystead token probe` shows what works with it"
            }
            Self::Device => {
                "the token reports trouble; check that it is connected, and its own log"
            }
            Self::Exhausted => {
                "memory or sessions are used up; close other programs that use the token, or lower `workers`"
            }
            Self::Failed => {
                "the module does not say why; its own log may, and `keystead token probe` shows what works with it"
            }
            Self::Login => "the login does not allow it; nothing was retried",
            Self::Module => "the module cannot work in this process; check its own configuration",
            Self::Pin => "the PIN was not accepted; it was not tried again",
            Self::Policy => "the token or the key's attributes forbid it",
            Self::Removed => {
                "the token is not there any more; connect it and run the command again"
            }
            Self::Session => {
                "the session was lost, as when a token is reset or removed; run the command again"
            }
            Self::Template => {
                "the token does not take a key described like this; `keystead token probe` shows what works with it"
            }
            Self::Vendor => {
                "the meaning of this code is in the documentation of the token's vendor"
            }
        }
    }
}

/// Values of PKCS#11 3.0 to 3.2 that cryptoki hands on as numbers.
fn unknown(code: u64) -> (String, Class) {
    let (name, class) = match code {
        0x201 => ("CKR_TOKEN_RESOURCE_EXCEEDED", Class::Exhausted),
        0x202 => ("CKR_OPERATION_CANCEL_FAILED", Class::Session),
        0x203 => ("CKR_KEY_EXHAUSTED", Class::Policy),
        0x204 => ("CKR_PENDING", Class::Session),
        0x205 => ("CKR_SESSION_ASYNC_NOT_SUPPORTED", Class::Capability),
        0x206 => ("CKR_SEED_RANDOM_REQUIRED", Class::Device),
        0x207 => ("CKR_OPERATION_NOT_VALIDATED", Class::Policy),
        0x208 => ("CKR_TOKEN_NOT_INITIALIZED", Class::Login),
        0x209 => ("CKR_PARAMETER_SET_NOT_SUPPORTED", Class::Capability),
        other => return (format!("an unnamed return value (0x{other:08x})"), Class::Device),
    };
    (name.to_owned(), class)
}

/// One line per value, so that a new one in the binding does not compile until it has its line.
fn name_and_class(value: RvError) -> (&'static str, Class) {
    match value {
        RvError::Cancel => ("CKR_CANCEL", Class::Login),
        RvError::HostMemory => ("CKR_HOST_MEMORY", Class::Exhausted),
        RvError::SlotIdInvalid => ("CKR_SLOT_ID_INVALID", Class::Removed),
        RvError::GeneralError => ("CKR_GENERAL_ERROR", Class::Failed),
        RvError::FunctionFailed => ("CKR_FUNCTION_FAILED", Class::Failed),
        RvError::ArgumentsBad => ("CKR_ARGUMENTS_BAD", Class::Call),
        RvError::NoEvent => ("CKR_NO_EVENT", Class::Call),
        RvError::NeedToCreateThreads => ("CKR_NEED_TO_CREATE_THREADS", Class::Module),
        RvError::CantLock => ("CKR_CANT_LOCK", Class::Module),
        RvError::AttributeReadOnly => ("CKR_ATTRIBUTE_READ_ONLY", Class::Template),
        RvError::AttributeSensitive => ("CKR_ATTRIBUTE_SENSITIVE", Class::Policy),
        RvError::AttributeTypeInvalid => ("CKR_ATTRIBUTE_TYPE_INVALID", Class::Template),
        RvError::AttributeValueInvalid => ("CKR_ATTRIBUTE_VALUE_INVALID", Class::Template),
        RvError::ActionProhibited => ("CKR_ACTION_PROHIBITED", Class::Policy),
        RvError::DataInvalid => ("CKR_DATA_INVALID", Class::Capability),
        RvError::DataLenRange => ("CKR_DATA_LEN_RANGE", Class::Capability),
        RvError::DeviceError => ("CKR_DEVICE_ERROR", Class::Device),
        RvError::DeviceMemory => ("CKR_DEVICE_MEMORY", Class::Exhausted),
        RvError::DeviceRemoved => ("CKR_DEVICE_REMOVED", Class::Removed),
        RvError::EncryptedDataInvalid => ("CKR_ENCRYPTED_DATA_INVALID", Class::Call),
        RvError::EncryptedDataLenRange => ("CKR_ENCRYPTED_DATA_LEN_RANGE", Class::Call),
        RvError::FunctionCanceled => ("CKR_FUNCTION_CANCELED", Class::Login),
        RvError::FunctionNotParallel => ("CKR_FUNCTION_NOT_PARALLEL", Class::Capability),
        RvError::FunctionNotSupported => ("CKR_FUNCTION_NOT_SUPPORTED", Class::Capability),
        RvError::CurveNotSupported => ("CKR_CURVE_NOT_SUPPORTED", Class::Capability),
        RvError::KeyHandleInvalid => ("CKR_KEY_HANDLE_INVALID", Class::Session),
        RvError::KeySizeRange => ("CKR_KEY_SIZE_RANGE", Class::Capability),
        RvError::KeyTypeInconsistent => ("CKR_KEY_TYPE_INCONSISTENT", Class::Capability),
        RvError::KeyNotNeeded => ("CKR_KEY_NOT_NEEDED", Class::Call),
        RvError::KeyChanged => ("CKR_KEY_CHANGED", Class::Session),
        RvError::KeyNeeded => ("CKR_KEY_NEEDED", Class::Call),
        RvError::KeyIndigestible => ("CKR_KEY_INDIGESTIBLE", Class::Call),
        RvError::KeyFunctionNotPermitted => ("CKR_KEY_FUNCTION_NOT_PERMITTED", Class::Policy),
        RvError::KeyNotWrappable => ("CKR_KEY_NOT_WRAPPABLE", Class::Policy),
        RvError::KeyUnextractable => ("CKR_KEY_UNEXTRACTABLE", Class::Policy),
        RvError::MechanismInvalid => ("CKR_MECHANISM_INVALID", Class::Capability),
        RvError::MechanismParamInvalid => ("CKR_MECHANISM_PARAM_INVALID", Class::Capability),
        RvError::ObjectHandleInvalid => ("CKR_OBJECT_HANDLE_INVALID", Class::Session),
        RvError::OperationActive => ("CKR_OPERATION_ACTIVE", Class::Session),
        RvError::OperationNotInitialized => ("CKR_OPERATION_NOT_INITIALIZED", Class::Session),
        RvError::PinIncorrect => ("CKR_PIN_INCORRECT", Class::Pin),
        RvError::PinInvalid => ("CKR_PIN_INVALID", Class::Pin),
        RvError::PinLenRange => ("CKR_PIN_LEN_RANGE", Class::Pin),
        RvError::PinExpired => ("CKR_PIN_EXPIRED", Class::Pin),
        RvError::PinLocked => ("CKR_PIN_LOCKED", Class::Pin),
        RvError::SessionClosed => ("CKR_SESSION_CLOSED", Class::Session),
        RvError::SessionCount => ("CKR_SESSION_COUNT", Class::Exhausted),
        RvError::SessionHandleInvalid => ("CKR_SESSION_HANDLE_INVALID", Class::Session),
        RvError::SessionParallelNotSupported => {
            ("CKR_SESSION_PARALLEL_NOT_SUPPORTED", Class::Session)
        }
        RvError::SessionReadOnly => ("CKR_SESSION_READ_ONLY", Class::Session),
        RvError::SessionExists => ("CKR_SESSION_EXISTS", Class::Session),
        RvError::SessionReadOnlyExists => ("CKR_SESSION_READ_ONLY_EXISTS", Class::Login),
        RvError::SessionReadWriteSoExists => ("CKR_SESSION_READ_WRITE_SO_EXISTS", Class::Login),
        RvError::SignatureInvalid => ("CKR_SIGNATURE_INVALID", Class::Call),
        RvError::SignatureLenRange => ("CKR_SIGNATURE_LEN_RANGE", Class::Call),
        RvError::TemplateIncomplete => ("CKR_TEMPLATE_INCOMPLETE", Class::Template),
        RvError::TemplateInconsistent => ("CKR_TEMPLATE_INCONSISTENT", Class::Template),
        RvError::TokenNotPresent => ("CKR_TOKEN_NOT_PRESENT", Class::Removed),
        RvError::TokenNotRecognized => ("CKR_TOKEN_NOT_RECOGNIZED", Class::Removed),
        RvError::TokenWriteProtected => ("CKR_TOKEN_WRITE_PROTECTED", Class::Policy),
        RvError::UnwrappingKeyHandleInvalid => ("CKR_UNWRAPPING_KEY_HANDLE_INVALID", Class::Call),
        RvError::UnwrappingKeySizeRange => ("CKR_UNWRAPPING_KEY_SIZE_RANGE", Class::Call),
        RvError::UnwrappingKeyTypeInconsistent => {
            ("CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT", Class::Call)
        }
        RvError::UserAlreadyLoggedIn => ("CKR_USER_ALREADY_LOGGED_IN", Class::Login),
        RvError::UserNotLoggedIn => ("CKR_USER_NOT_LOGGED_IN", Class::Login),
        RvError::UserPinNotInitialized => ("CKR_USER_PIN_NOT_INITIALIZED", Class::Pin),
        RvError::UserTypeInvalid => ("CKR_USER_TYPE_INVALID", Class::Login),
        RvError::UserAnotherAlreadyLoggedIn => ("CKR_USER_ANOTHER_ALREADY_LOGGED_IN", Class::Login),
        RvError::UserTooManyTypes => ("CKR_USER_TOO_MANY_TYPES", Class::Login),
        RvError::WrappedKeyInvalid => ("CKR_WRAPPED_KEY_INVALID", Class::Call),
        RvError::WrappedKeyLenRange => ("CKR_WRAPPED_KEY_LEN_RANGE", Class::Call),
        RvError::WrappingKeyHandleInvalid => ("CKR_WRAPPING_KEY_HANDLE_INVALID", Class::Call),
        RvError::WrappingKeySizeRange => ("CKR_WRAPPING_KEY_SIZE_RANGE", Class::Call),
        RvError::WrappingKeyTypeInconsistent => ("CKR_WRAPPING_KEY_TYPE_INCONSISTENT", Class::Call),
        RvError::RandomSeedNotSupported => ("CKR_RANDOM_SEED_NOT_SUPPORTED", Class::Capability),
        RvError::RandomNoRng => ("CKR_RANDOM_NO_RNG", Class::Device),
        RvError::DomainParamsInvalid => ("CKR_DOMAIN_PARAMS_INVALID", Class::Capability),
        RvError::BufferTooSmall => ("CKR_BUFFER_TOO_SMALL", Class::Call),
        RvError::SavedStateInvalid => ("CKR_SAVED_STATE_INVALID", Class::Call),
        RvError::InformationSensitive => ("CKR_INFORMATION_SENSITIVE", Class::Policy),
        RvError::StateUnsaveable => ("CKR_STATE_UNSAVEABLE", Class::Call),
        RvError::CryptokiNotInitialized => ("CKR_CRYPTOKI_NOT_INITIALIZED", Class::Session),
        RvError::CryptokiAlreadyInitialized => ("CKR_CRYPTOKI_ALREADY_INITIALIZED", Class::Session),
        RvError::MutexBad => ("CKR_MUTEX_BAD", Class::Module),
        RvError::MutexNotLocked => ("CKR_MUTEX_NOT_LOCKED", Class::Module),
        RvError::NewPinMode => ("CKR_NEW_PIN_MODE", Class::Pin),
        RvError::NextOtp => ("CKR_NEXT_OTP", Class::Pin),
        RvError::ExceededMaxIterations => ("CKR_EXCEEDED_MAX_ITERATIONS", Class::Device),
        RvError::FipsSelfTestFailed => ("CKR_FIPS_SELF_TEST_FAILED", Class::Device),
        RvError::LibraryLoadFailed => ("CKR_LIBRARY_LOAD_FAILED", Class::Module),
        RvError::PinTooWeak => ("CKR_PIN_TOO_WEAK", Class::Pin),
        RvError::PublicKeyInvalid => ("CKR_PUBLIC_KEY_INVALID", Class::Call),
        RvError::FunctionRejected => ("CKR_FUNCTION_REJECTED", Class::Login),
        // Both carry a number and are named by the caller.
        RvError::VendorDefined(_) => ("CKR_VENDOR_DEFINED", Class::Vendor),
        RvError::UnknownErrorCode(_) => ("CKR_GENERAL_ERROR", Class::Device),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_function_and_code_and_says_what_to_do() {
        let error = Pkcs11Error::new(RvError::DeviceRemoved, Function::SignInit);
        assert_eq!(
            error.to_string(),
            "C_SignInit failed with CKR_DEVICE_REMOVED: the token is not there any more; connect it \
             and run the command again"
        );
    }

    #[test]
    fn codes_that_the_binding_does_not_know_keep_their_name_or_number() {
        let newer = Pkcs11Error::new(RvError::UnknownErrorCode(0x201), Function::Sign);
        assert_eq!(newer.code(), "CKR_TOKEN_RESOURCE_EXCEEDED");
        let vendor = Pkcs11Error::new(RvError::VendorDefined(0x8000_0042), Function::Sign);
        assert_eq!(vendor.code(), "CKR_VENDOR_DEFINED (0x80000042)");
        let unnamed = Pkcs11Error::new(RvError::UnknownErrorCode(0x2ff), Function::Sign);
        assert!(unnamed.code().contains("0x000002ff"), "{unnamed}");
    }
}
