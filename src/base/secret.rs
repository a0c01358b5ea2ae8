//! PINs: never in `Debug`, never in an error, wiped when dropped.

use secrecy::{ExposeSecret as _, SecretBox};
use zeroize::Zeroize as _;

/// A PIN. The content is reachable through [`Pin::secret`] only, which `token/login.rs` alone uses.
pub struct Pin(SecretBox<str>);

impl Pin {
    /// Takes the PIN over. Nothing of it stays elsewhere: `text` is wiped, unless its buffer has the
    /// exact size and becomes the secret itself.
    pub fn new(mut text: String) -> Self {
        if text.capacity() == text.len() {
            return Self(SecretBox::new(text.into_boxed_str()));
        }
        // Shrinking the buffer could move it and leave the old one behind, unwiped.
        let exact = Box::from(text.as_str());
        text.zeroize();
        Self(SecretBox::new(exact))
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.expose_secret().is_empty()
    }

    /// Its length in octets, to compare with a token's limits.
    pub fn len(&self) -> usize {
        self.0.expose_secret().len()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_kept_whole_and_never_printed() {
        let mut roomy = String::with_capacity(100);
        roomy.push_str("918273");
        for pin in [Pin::new(roomy), Pin::new("918273".to_owned())] {
            assert_eq!(pin.secret().expose_secret(), "918273");
            assert!(!format!("{pin:?}").contains("918273"));
        }
    }
}
