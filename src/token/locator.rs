//! Which token: an RFC 7512 URI with a label or a serial, never a slot number.

use std::fmt;
use std::str::FromStr;

use crate::base::text::{Quoted, is_confusing};

use super::TokenError;

/// Which token: an RFC 7512 URI with a label or a serial, never a slot number. All attributes that
/// are set must match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenUri {
    label: Option<String>,
    serial: Option<String>,
    manufacturer: Option<String>,
    model: Option<String>,
}

/// Why a text is no usable token URI.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UriError {
    /// No `pkcs11:`.
    #[error("expected it to begin with `pkcs11:`, as in `pkcs11:token=LABEL`")]
    Scheme,
    /// Neither label nor serial.
    #[error("expected `token=LABEL` or `serial=NUMBER`")]
    NoToken,
    /// Not `name=value`.
    #[error("expected `name=value` between semicolons, found {found}", found = Quoted(.0))]
    Pair(String),
    /// An attribute that is known and refused.
    #[error("`{name}` is not allowed: {reason}")]
    Refused {
        /// The attribute.
        name: String,
        /// Why not.
        reason: &'static str,
    },
    /// An attribute that is not known.
    #[error("unknown attribute {found}, expected `token`, `serial`, `manufacturer` or `model`", found = Quoted(.0))]
    Unknown(String),
    /// The attribute occurs twice.
    #[error("`{0}` is given twice")]
    Twice(String),
    /// The attribute has no value.
    #[error("`{0}` has no value")]
    Empty(&'static str),
    /// The value is longer than the PKCS#11 field.
    #[error("the value of `{name}` has {found} octets, a token's has at most {limit}")]
    TooLong {
        /// The attribute.
        name: &'static str,
        /// Length in octets.
        found: usize,
        /// CK_TOKEN_INFO's length.
        limit: usize,
    },
    /// A character that must be percent-encoded.
    #[error("the character {found} in `{name}` must be percent-encoded", found = Quoted(&.found.to_string()))]
    Character {
        /// The attribute.
        name: &'static str,
        /// The character.
        found: char,
    },
    /// `%` without two hexadecimal digits, or no UTF-8, or a control character.
    #[error("the percent-encoding in `{0}` gives no printable UTF-8 text")]
    Encoding(&'static str),
}

impl TokenUri {
    /// The token with this label.
    ///
    /// # Errors
    /// [`TokenError`] when no token can carry such a label.
    pub fn with_label(label: &str) -> Result<Self, TokenError> {
        check_value("token", label.to_owned(), 32)
            .map(|label| Self { label: Some(label), serial: None, manufacturer: None, model: None })
            .map_err(|source| TokenError::Uri { text: label.to_owned(), source })
    }

    /// The label, if it is part of the URI.
    pub fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    /// Whether a token that says this of itself is meant.
    pub(super) fn matches(&self, token: &super::TokenDescription) -> bool {
        let agrees = |wanted: &Option<String>, found: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted == found)
        };
        agrees(&self.label, &token.label)
            && agrees(&self.serial, &token.serial)
            && agrees(&self.manufacturer, &token.manufacturer)
            && agrees(&self.model, &token.model)
    }

    fn parse(text: &str) -> Result<Self, UriError> {
        let rest = text.strip_prefix("pkcs11:").ok_or(UriError::Scheme)?;
        let (path, query) = rest.split_once('?').map_or((rest, ""), |(path, query)| (path, query));
        let mut uri = Self { label: None, serial: None, manufacturer: None, model: None };
        for pair in path.split(';').filter(|pair| !pair.is_empty()) {
            let (name, value) =
                pair.split_once('=').ok_or_else(|| UriError::Pair(pair.to_owned()))?;
            let (name, limit, slot) = match name {
                "token" => ("token", 32, &mut uri.label),
                "serial" => ("serial", 16, &mut uri.serial),
                "manufacturer" => ("manufacturer", 32, &mut uri.manufacturer),
                "model" => ("model", 16, &mut uri.model),
                other => return Err(refusal(other)),
            };
            if slot.is_some() {
                return Err(UriError::Twice(name.to_owned()));
            }
            *slot = Some(check_value(name, decode(name, value)?, limit)?);
        }
        if let Some(pair) = query.split('&').find(|pair| !pair.is_empty()) {
            return Err(refusal(pair.split_once('=').map_or(pair, |(name, _)| name)));
        }
        if uri.label.is_none() && uri.serial.is_none() {
            return Err(UriError::NoToken);
        }
        Ok(uri)
    }
}

impl FromStr for TokenUri {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text).map_err(|source| TokenError::Uri {
            // A PIN given as an attribute must not come back in the message.
            text: if text.contains("pin-value") {
                "pkcs11:…".to_owned()
            } else {
                text.to_owned()
            },
            source,
        })
    }
}

impl fmt::Display for TokenUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("pkcs11:")?;
        let attributes = [
            ("token", &self.label),
            ("serial", &self.serial),
            ("manufacturer", &self.manufacturer),
            ("model", &self.model),
        ];
        let mut separator = "";
        for (name, value) in attributes {
            let Some(value) = value else { continue };
            write!(f, "{separator}{name}=")?;
            separator = ";";
            for byte in value.bytes() {
                if is_plain(char::from(byte)) {
                    write!(f, "{}", char::from(byte))?;
                } else {
                    write!(f, "%{byte:02X}")?;
                }
            }
        }
        Ok(())
    }
}

fn refusal(name: &str) -> UriError {
    let reason = match name {
        "slot-id" | "slot-description" | "slot-manufacturer" => {
            "slots are numbered anew at each start; name the token by `token=` or `serial=`"
        }
        "pin-value" => "a PIN does not belong into files or command lines; use a PIN source",
        "pin-source" => "the PIN source is a setting of its own, `pin-source`",
        "module-name" | "module-path" => "the module is a setting of its own, `module`",
        "object" | "id" | "type" => "this names a token; keys are named elsewhere",
        "library-manufacturer" | "library-description" | "library-version" => {
            "the module is a setting of its own, `module`"
        }
        other => return UriError::Unknown(other.to_owned()),
    };
    UriError::Refused { name: name.to_owned(), reason }
}

/// RFC 7512 §2.3, `pk11-path-res-avail` and `unreserved`: what stands for itself in a value.
fn is_plain(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-._~:[]@!$'()*+,=&".contains(character)
}

fn decode(name: &'static str, value: &str) -> Result<String, UriError> {
    let mut octets = Vec::with_capacity(value.len());
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        if character == '%' {
            let digits: String = characters.by_ref().take(2).collect();
            let octet = hex::decode(&digits).map_err(|_| UriError::Encoding(name))?;
            octets.push(*octet.first().ok_or(UriError::Encoding(name))?);
        } else if is_plain(character) {
            octets.push(u8::try_from(character).map_err(|_| UriError::Encoding(name))?);
        } else {
            return Err(UriError::Character { name, found: character });
        }
    }
    String::from_utf8(octets).map_err(|_| UriError::Encoding(name))
}

/// A value as CK_TOKEN_INFO could hold it: not empty, not too long, printable, no padding.
fn check_value(name: &'static str, value: String, limit: usize) -> Result<String, UriError> {
    let value = value.trim_end_matches(' ').to_owned();
    if value.is_empty() {
        return Err(UriError::Empty(name));
    }
    if value.len() > limit {
        return Err(UriError::TooLong { name, found: value.len(), limit });
    }
    if value.chars().any(is_confusing) {
        return Err(UriError::Encoding(name));
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<TokenUri, UriError> {
        TokenUri::parse(text)
    }

    #[test]
    fn label_serial_and_more_are_read_decoded_and_written_back() {
        let uri = parse("pkcs11:token=My%20CA%C3%A9;serial=0f:1;model=SoftHSM%20v2").unwrap();
        assert_eq!(uri.label(), Some("My CAé"));
        assert_eq!(uri.to_string(), "pkcs11:token=My%20CA%C3%A9;serial=0f:1;model=SoftHSM%20v2");
        assert_eq!(uri, uri.to_string().parse().unwrap());
        assert_eq!(TokenUri::with_label("a b").unwrap().to_string(), "pkcs11:token=a%20b");
    }

    #[test]
    fn slots_pins_and_keys_in_the_uri_are_refused_by_name() {
        for name in ["slot-id", "slot-description", "object", "id", "type", "library-version"] {
            let error = parse(&format!("pkcs11:token=a;{name}=1")).unwrap_err();
            assert!(matches!(error, UriError::Refused { .. }), "{name}: {error}");
        }
        for name in ["pin-value", "pin-source", "module-path", "module-name"] {
            let error = parse(&format!("pkcs11:token=a?{name}=1")).unwrap_err();
            assert!(matches!(error, UriError::Refused { .. }), "{name}: {error}");
        }
    }

    #[test]
    fn a_pin_in_the_uri_is_not_repeated_in_the_error() {
        let error = "pkcs11:token=a?pin-value=918273".parse::<TokenUri>().unwrap_err();
        assert!(!format!("{error} {error:?}").contains("918273"));
    }

    #[test]
    fn malformed_uris_are_refused() {
        let cases = [
            ("token=a", UriError::Scheme),
            ("PKCS11:token=a", UriError::Scheme),
            ("pkcs11:", UriError::NoToken),
            ("pkcs11:model=x", UriError::NoToken),
            ("pkcs11:token", UriError::Pair("token".into())),
            ("pkcs11:token=", UriError::Empty("token")),
            ("pkcs11:token=a;token=b", UriError::Twice("token".into())),
            ("pkcs11:Token=a", UriError::Unknown("Token".into())),
            ("pkcs11:token=a b", UriError::Character { name: "token", found: ' ' }),
            ("pkcs11:token=%4", UriError::Encoding("token")),
            ("pkcs11:token=%zz", UriError::Encoding("token")),
            ("pkcs11:token=%ff", UriError::Encoding("token")),
            ("pkcs11:token=a%00b", UriError::Encoding("token")),
            ("pkcs11:token=a%1bb", UriError::Encoding("token")),
            ("pkcs11:token=%", UriError::Encoding("token")),
            (
                "pkcs11:serial=12345678901234567",
                UriError::TooLong { name: "serial", found: 17, limit: 16 },
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text).unwrap_err(), expected, "{text}");
        }
    }
}
