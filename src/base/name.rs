//! Distinguished names: RFC 4514 text in and out, DER kept as it came.

use std::fmt;
use std::str::FromStr;

use der::{Decode, Encode};
use x509_cert::name::Name;

use super::text::Escaped;

/// A distinguished name with the DER it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DistinguishedName {
    name: Name,
    der: Vec<u8>,
}

/// Why a text or DER is no distinguished name.
#[derive(Debug, thiserror::Error)]
pub enum NameError {
    /// Not RFC 4514 text.
    #[error("{text:?} is not a distinguished name such as CN=Example Root,O=Example")]
    Text {
        /// What was given.
        text: String,
        /// Why.
        #[source]
        source: der::Error,
    },
    /// Not a DER Name.
    #[error("the name is not a DER Name")]
    Encoding(#[source] der::Error),
}

impl DistinguishedName {
    /// Reads a DER Name.
    ///
    /// # Errors
    /// [`NameError::Encoding`] when it is none.
    pub fn from_der(der: &[u8]) -> Result<Self, NameError> {
        let name = Name::from_der(der).map_err(NameError::Encoding)?;
        Ok(Self { name, der: der.to_vec() })
    }

    /// Takes a parsed name over.
    ///
    /// # Errors
    /// [`NameError::Encoding`] when it does not encode.
    pub fn from_name(name: Name) -> Result<Self, NameError> {
        let der = name.to_der().map_err(NameError::Encoding)?;
        Ok(Self { name, der })
    }

    /// The parsed form.
    pub fn as_name(&self) -> &Name {
        &self.name
    }

    /// The DER, byte for byte as it came.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }
}

/// RFC 4514, most significant last: `CN=…,O=…` puts O before CN in the encoding.
impl FromStr for DistinguishedName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = Name::from_str(text)
            .map_err(|source| NameError::Text { text: text.to_owned(), source })?;
        Self::from_name(name)
    }
}

/// RFC 4514 text, escaped for a terminal.
impl fmt::Display for DistinguishedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Escaped(&self.name.to_string()))
    }
}
