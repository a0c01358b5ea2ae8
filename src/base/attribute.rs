//! What RFC 5280 says of the attributes of names: string type and length. One table for the request
//! gate and for lint.

use const_oid::ObjectIdentifier;
use const_oid::db::{rfc3280, rfc4519};
use der::Tag;

/// The definition of an attribute type (RFC 5280 appendix A.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttributeType {
    /// Its object identifier.
    pub oid: ObjectIdentifier,
    /// Its usual name, such as `CN`.
    pub name: &'static str,
    /// Which string types it may have.
    pub syntax: Syntax,
    /// The least number of characters.
    pub least: usize,
    /// The greatest number of characters.
    pub most: usize,
}

/// Which string types an attribute may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// DirectoryString: UTF8String or PrintableString. RFC 5280 §4.1.2.4 leaves the three others of
    /// the choice to old certificates.
    Directory,
    /// PrintableString alone.
    Printable,
    /// IA5String alone.
    Ia5,
    /// An attribute that RFC 5280 does not define: UTF8String, PrintableString or IA5String.
    Unknown,
}

impl Syntax {
    /// Whether `tag` is one of its string types.
    pub fn allows(self, tag: Tag) -> bool {
        match self {
            Self::Directory => matches!(tag, Tag::Utf8String | Tag::PrintableString),
            Self::Printable => tag == Tag::PrintableString,
            Self::Ia5 => tag == Tag::Ia5String,
            Self::Unknown => {
                matches!(tag, Tag::Utf8String | Tag::PrintableString | Tag::Ia5String)
            }
        }
    }

    /// Its string types, for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Directory => "UTF8String or PrintableString",
            Self::Printable => "PrintableString",
            Self::Ia5 => "IA5String",
            Self::Unknown => "UTF8String, PrintableString or IA5String",
        }
    }
}

/// The definition of `oid`; none when RFC 5280 has none.
pub fn attribute_type(oid: ObjectIdentifier) -> Option<&'static AttributeType> {
    ATTRIBUTE_TYPES.iter().find(|known| known.oid == oid)
}

/// The syntax of `oid`.
pub fn syntax_of(oid: ObjectIdentifier) -> Syntax {
    attribute_type(oid).map_or(Syntax::Unknown, |known| known.syntax)
}

/// The attribute types of RFC 5280 appendix A.1, and uid (RFC 4524 §2.22 bounds it).
pub const ATTRIBUTE_TYPES: [AttributeType; 18] = [
    define(rfc4519::COMMON_NAME, "CN", Syntax::Directory, 1, 64),
    define(rfc4519::ORGANIZATION_NAME, "O", Syntax::Directory, 1, 64),
    define(rfc4519::ORGANIZATIONAL_UNIT_NAME, "OU", Syntax::Directory, 1, 64),
    define(rfc4519::COUNTRY_NAME, "C", Syntax::Printable, 2, 2),
    define(rfc4519::LOCALITY_NAME, "L", Syntax::Directory, 1, 128),
    define(rfc4519::ST, "ST", Syntax::Directory, 1, 128),
    define(rfc4519::SERIAL_NUMBER, "serialNumber", Syntax::Printable, 1, 64),
    define(rfc4519::TITLE, "title", Syntax::Directory, 1, 64),
    define(rfc4519::SN, "SN", Syntax::Directory, 1, 32_768),
    define(rfc4519::GIVEN_NAME, "GN", Syntax::Directory, 1, 32_768),
    define(rfc4519::INITIALS, "initials", Syntax::Directory, 1, 32_768),
    define(rfc4519::GENERATION_QUALIFIER, "generationQualifier", Syntax::Directory, 1, 32_768),
    define(rfc4519::NAME, "name", Syntax::Directory, 1, 32_768),
    define(PSEUDONYM, "pseudonym", Syntax::Directory, 1, 128),
    define(rfc4519::DN_QUALIFIER, "dnQualifier", Syntax::Printable, 1, 32_768),
    define(rfc4519::DOMAIN_COMPONENT, "DC", Syntax::Ia5, 1, 63),
    define(rfc4519::UID, "UID", Syntax::Directory, 1, 256),
    define(rfc3280::EMAIL_ADDRESS, "emailAddress", Syntax::Ia5, 1, 255),
];

const PSEUDONYM: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.65");

const fn define(
    oid: ObjectIdentifier,
    name: &'static str,
    syntax: Syntax,
    least: usize,
    most: usize,
) -> AttributeType {
    AttributeType { oid, name, syntax, least, most }
}

/// The alphabet of PrintableString (X.680 §41.4).
pub fn is_printable_string(octets: &[u8]) -> bool {
    octets.iter().all(|octet| {
        octet.is_ascii_alphanumeric()
            || matches!(
                octet,
                b' ' | b'\'' | b'(' | b')' | b'+' | b',' | b'-' | b'.' | b'/' | b':' | b'=' | b'?'
            )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_attribute_type_is_defined_twice() {
        for (index, one) in ATTRIBUTE_TYPES.iter().enumerate() {
            assert!(ATTRIBUTE_TYPES[..index].iter().all(|other| other.oid != one.oid), "{one:?}");
            assert_eq!(attribute_type(one.oid), Some(one));
        }
    }

    #[test]
    fn printable_string_has_no_at_sign_underscore_or_asterisk() {
        assert!(is_printable_string(b"Az 09'()+,-./:=?"));
        for octet in [b'@', b'_', b'*', b'&', b'"', 0, 0x7f, 0x80] {
            assert!(!is_printable_string(&[octet]), "{octet:#x}");
        }
    }
}
