//! The words of profile files and the object identifiers they stand for, both ways.

use const_oid::ObjectIdentifier;
use const_oid::db::{rfc3280, rfc4519, rfc5280, rfc5912, rfc6960};
use der::flagset::FlagSet;
use x509_cert::ext::pkix::KeyUsages;

/// Attribute types of distinguished names, by the name RFC 4514 or X.520 gives them.
const ATTRIBUTE_TYPES: [(&str, ObjectIdentifier); 19] = [
    ("CN", rfc4519::COMMON_NAME),
    ("C", rfc4519::COUNTRY_NAME),
    ("DC", rfc4519::DOMAIN_COMPONENT),
    ("GN", rfc4519::GIVEN_NAME),
    ("L", rfc4519::LOCALITY_NAME),
    ("O", rfc4519::ORGANIZATION_NAME),
    ("OU", rfc4519::ORGANIZATIONAL_UNIT_NAME),
    ("SN", rfc4519::SN),
    ("ST", rfc4519::ST),
    ("STREET", rfc4519::STREET),
    ("UID", rfc4519::UID),
    ("dnQualifier", rfc4519::DN_QUALIFIER),
    ("emailAddress", rfc3280::EMAIL_ADDRESS),
    ("generationQualifier", rfc4519::GENERATION_QUALIFIER),
    ("initials", rfc4519::INITIALS),
    ("organizationIdentifier", ObjectIdentifier::new_unwrap("2.5.4.97")),
    ("pseudonym", ObjectIdentifier::new_unwrap("2.5.4.65")),
    ("serialNumber", rfc4519::SERIAL_NUMBER),
    ("title", rfc4519::TITLE),
];

/// keyUsage bits (RFC 5280 §4.2.1.3).
const KEY_USAGES: [(&str, KeyUsages); 9] = [
    ("digitalSignature", KeyUsages::DigitalSignature),
    ("nonRepudiation", KeyUsages::NonRepudiation),
    ("keyEncipherment", KeyUsages::KeyEncipherment),
    ("dataEncipherment", KeyUsages::DataEncipherment),
    ("keyAgreement", KeyUsages::KeyAgreement),
    ("keyCertSign", KeyUsages::KeyCertSign),
    ("cRLSign", KeyUsages::CRLSign),
    ("encipherOnly", KeyUsages::EncipherOnly),
    ("decipherOnly", KeyUsages::DecipherOnly),
];

/// Extended key usages (RFC 5280 §4.2.1.12).
const EXTENDED_KEY_USAGES: [(&str, ObjectIdentifier); 7] = [
    ("serverAuth", rfc5280::ID_KP_SERVER_AUTH),
    ("clientAuth", rfc5280::ID_KP_CLIENT_AUTH),
    ("codeSigning", rfc5280::ID_KP_CODE_SIGNING),
    ("emailProtection", rfc5280::ID_KP_EMAIL_PROTECTION),
    ("timeStamping", rfc5280::ID_KP_TIME_STAMPING),
    ("OCSPSigning", rfc5280::ID_KP_OCSP_SIGNING),
    ("anyExtendedKeyUsage", rfc5280::ANY_EXTENDED_KEY_USAGE),
];

/// Extensions that requests ask for.
const EXTENSIONS: [(&str, ObjectIdentifier); 14] = [
    ("authorityInfoAccess", rfc5280::ID_PE_AUTHORITY_INFO_ACCESS),
    ("authorityKeyIdentifier", rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER),
    ("basicConstraints", rfc5280::ID_CE_BASIC_CONSTRAINTS),
    ("cRLDistributionPoints", rfc5280::ID_CE_CRL_DISTRIBUTION_POINTS),
    ("certificatePolicies", rfc5280::ID_CE_CERTIFICATE_POLICIES),
    ("extendedKeyUsage", rfc5280::ID_CE_EXT_KEY_USAGE),
    ("issuerAltName", rfc5280::ID_CE_ISSUER_ALT_NAME),
    ("keyUsage", rfc5280::ID_CE_KEY_USAGE),
    ("nameConstraints", rfc5280::ID_CE_NAME_CONSTRAINTS),
    ("ocspNoCheck", rfc6960::ID_PKIX_OCSP_NOCHECK),
    ("policyConstraints", rfc5280::ID_CE_POLICY_CONSTRAINTS),
    ("subjectAltName", rfc5280::ID_CE_SUBJECT_ALT_NAME),
    ("subjectKeyIdentifier", rfc5280::ID_CE_SUBJECT_KEY_IDENTIFIER),
    ("tlsFeature", ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.1.24")),
];

/// Request attributes (RFC 2985 §5.4) and the one of old Microsoft tools.
const REQUEST_ATTRIBUTES: [(&str, ObjectIdentifier); 5] = [
    ("challengePassword", ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.7")),
    ("unstructuredName", ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.2")),
    ("unstructuredAddress", ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.8")),
    ("extensionRequest", rfc5912::ID_EXTENSION_REQ),
    ("microsoftExtensionRequest", ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.2.1.14")),
];

fn oid_of(table: &[(&str, ObjectIdentifier)], word: &str) -> Option<ObjectIdentifier> {
    let named = table.iter().find(|(name, _)| *name == word).map(|(_, oid)| *oid);
    named.or_else(|| ObjectIdentifier::new(word).ok())
}

fn word_of(table: &[(&str, ObjectIdentifier)], oid: ObjectIdentifier) -> String {
    let named = table.iter().find(|(_, known)| *known == oid).map(|(name, _)| (*name).to_owned());
    named.unwrap_or_else(|| oid.to_string())
}

fn names(table: &[(&str, ObjectIdentifier)]) -> String {
    let words: Vec<&str> = table.iter().map(|(name, _)| *name).collect();
    format!("{} or a dotted object identifier", words.join(", "))
}

pub(super) fn attribute_type(word: &str) -> Option<ObjectIdentifier> {
    oid_of(&ATTRIBUTE_TYPES, word)
}

pub(super) fn attribute_type_word(oid: ObjectIdentifier) -> String {
    word_of(&ATTRIBUTE_TYPES, oid)
}

pub(super) fn attribute_type_words() -> String {
    names(&ATTRIBUTE_TYPES)
}

pub(super) fn extended_key_usage(word: &str) -> Option<ObjectIdentifier> {
    oid_of(&EXTENDED_KEY_USAGES, word)
}

pub(super) fn extended_key_usage_word(oid: ObjectIdentifier) -> String {
    word_of(&EXTENDED_KEY_USAGES, oid)
}

pub(super) fn extended_key_usage_words() -> String {
    names(&EXTENDED_KEY_USAGES)
}

pub(super) fn extension(word: &str) -> Option<ObjectIdentifier> {
    oid_of(&EXTENSIONS, word)
}

pub(super) fn extension_word(oid: ObjectIdentifier) -> String {
    word_of(&EXTENSIONS, oid)
}

pub(super) fn extension_words() -> String {
    names(&EXTENSIONS)
}

pub(super) fn request_attribute(word: &str) -> Option<ObjectIdentifier> {
    oid_of(&REQUEST_ATTRIBUTES, word)
}

pub(super) fn request_attribute_word(oid: ObjectIdentifier) -> String {
    word_of(&REQUEST_ATTRIBUTES, oid)
}

pub(super) fn request_attribute_words() -> String {
    names(&REQUEST_ATTRIBUTES)
}

pub(super) fn key_usage(word: &str) -> Option<KeyUsages> {
    KEY_USAGES.iter().find(|(name, _)| *name == word).map(|(_, usage)| *usage)
}

pub(super) fn key_usage_words() -> String {
    KEY_USAGES.map(|(name, _)| name).join(", ")
}

/// The bits that are set, comma-separated; `none` for no bit.
pub(super) fn key_usage_text(usages: FlagSet<KeyUsages>) -> String {
    let set: Vec<&str> = KEY_USAGES
        .iter()
        .filter(|(_, usage)| usages.contains(*usage))
        .map(|(name, _)| *name)
        .collect();
    if set.is_empty() { "none".to_owned() } else { set.join(", ") }
}

pub(super) fn extended_key_usage_text(usages: &[ObjectIdentifier]) -> String {
    let words: Vec<String> = usages.iter().copied().map(extended_key_usage_word).collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}
