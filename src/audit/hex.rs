//! Octets as lower-case hexadecimal in JSON.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Octets that are hexadecimal text in JSON and on the screen. Borrowed when written.
#[derive(Clone, PartialEq, Eq)]
pub struct Hex<'a>(pub Cow<'a, [u8]>);

/// Up to this many octets are encoded without an allocation: a SHA-256 hash and a serial fit.
const ON_STACK: usize = 32;

impl<'a> From<&'a [u8]> for Hex<'a> {
    fn from(octets: &'a [u8]) -> Self {
        Self(Cow::Borrowed(octets))
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Hex<'a> {
    fn from(octets: &'a [u8; N]) -> Self {
        Self(Cow::Borrowed(octets))
    }
}

impl<const N: usize> PartialEq<[u8; N]> for Hex<'_> {
    fn eq(&self, other: &[u8; N]) -> bool {
        *self.0 == other[..]
    }
}

impl PartialEq<[u8]> for Hex<'_> {
    fn eq(&self, other: &[u8]) -> bool {
        *self.0 == *other
    }
}

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&::hex::encode(&self.0))
    }
}

impl fmt::Debug for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Hex<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut buffer = [0_u8; 2 * ON_STACK];
        if let Some(text) = buffer.get_mut(..2 * self.0.len())
            && ::hex::encode_to_slice(&self.0, text).is_ok()
            && let Ok(text) = std::str::from_utf8(text)
        {
            return serializer.serialize_str(text);
        }
        serializer.serialize_str(&::hex::encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Hex<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        ::hex::decode(text.as_ref())
            .map(|octets| Self(Cow::Owned(octets)))
            .map_err(serde::de::Error::custom)
    }
}
