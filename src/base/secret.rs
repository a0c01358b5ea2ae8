//! PINs: never in `Debug`, never in an error, wiped when dropped.

use secrecy::SecretBox;

/// A PIN. The content is reachable through `secrecy::ExposeSecret` only, which `token/login.rs`
/// alone uses.
pub struct Pin(SecretBox<str>);

impl Pin {
    /// Takes the PIN over; `text` is not copied when it has no spare capacity.
    pub fn new(text: String) -> Self {
        Self(SecretBox::from(text.into_boxed_str()))
    }

    /// The secret, for the login call.
    pub fn secret(&self) -> &SecretBox<str> {
        &self.0
    }
}

impl std::fmt::Debug for Pin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pin([elided])")
    }
}
