//! Distinguished names: RFC 4514 text in and out, DER kept as it came.

use std::fmt;
use std::str::FromStr;

use const_oid::ObjectIdentifier;
use const_oid::db::rfc4519;
use der::asn1::Any;
use der::{Decode, Encode, Tag, Tagged};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::name::Name;

use super::text::{Escaped, Quoted};

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
    #[error("{text} is not a distinguished name such as CN=Example Root,O=Example", text = Quoted(.text))]
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

    /// The common names, from the first RDN on; one that is no text is left out.
    pub fn common_names(&self) -> impl Iterator<Item = &str> {
        let attributes = self.name.iter_rdn().flat_map(|rdn| rdn.iter());
        let names = attributes.filter(|attribute| attribute.oid == rfc4519::CN);
        names.filter_map(|attribute| text(&attribute.value))
    }
}

/// The value of an attribute as text; none when it is of a type without text, or of one that nobody
/// uses.
pub(crate) fn text(value: &Any) -> Option<&str> {
    match value.tag() {
        Tag::Utf8String | Tag::PrintableString | Tag::Ia5String => {
            std::str::from_utf8(value.value()).ok()
        }
        _ => None,
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
        // The library searches its whole table of names for each attribute, which in a batch costs as
        // much as the inventory's row; the usual attributes with harmless values need no search.
        let rdns: Vec<_> = self.name.iter_rdn().collect();
        for (index, rdn) in rdns.iter().rev().enumerate() {
            let mut separator = if index == 0 { "" } else { "," };
            for attribute in rdn.iter() {
                f.write_str(separator)?;
                separator = "+";
                match (usual_key(attribute.oid), plain_value(attribute)) {
                    (Some(key), Some(value)) => write!(f, "{key}={value}")?,
                    _ => write!(f, "{}", Escaped(&attribute.to_string()))?,
                }
            }
        }
        Ok(())
    }
}

fn usual_key(oid: ObjectIdentifier) -> Option<&'static str> {
    match oid {
        rfc4519::CN => Some("CN"),
        rfc4519::O => Some("O"),
        rfc4519::OU => Some("OU"),
        rfc4519::C => Some("C"),
        _ => None,
    }
}

/// A value that RFC 4514 and a terminal take as it is.
fn plain_value(attribute: &AttributeTypeAndValue) -> Option<&str> {
    if !matches!(attribute.value.tag(), Tag::Utf8String | Tag::PrintableString) {
        return None;
    }
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-.:_/@".contains(byte);
    let value = attribute.value.value();
    value.iter().all(plain).then(|| std::str::from_utf8(value).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_shown_as_the_library_would_whether_its_values_are_plain_or_not() {
        for text in [
            "CN=web-1.example.com",
            "CN=system:node:cp1.example.com,O=system:nodes",
            "CN=A\\, B \\+ C,OU=one,OU=two,O=Example GmbH,C=DE",
            "CN=x+O=y,DC=example,DC=com",
            "CN=M\u{fc}ller",
            "CN=\\#1,serialNumber=7,emailAddress=a@example.com",
        ] {
            let name: DistinguishedName = text.parse().unwrap();
            assert_eq!(
                name.to_string(),
                Escaped(&name.as_name().to_string()).to_string(),
                "{text}"
            );
        }
    }

    #[test]
    fn a_control_character_in_a_name_is_not_shown_raw() {
        let name: DistinguishedName = "CN=a\u{1b}[31m\u{202e}b".parse().unwrap();
        assert!(!name.to_string().chars().any(|c| c.is_control() || c == '\u{202e}'));
    }
}
