//! What can be wrong with a request.

use const_oid::ObjectIdentifier;

use super::canonical::{Fault, MAX_DEPTH, MAX_ELEMENTS, NotCanonical};
use super::key::KeyFault;
use super::names::{NameFault, SanFault};
use crate::base::crypto::SignatureCheckError;
use crate::base::name::NameError;
use crate::base::spki::SpkiError;
use crate::base::text::Quoted;

/// A refused request: the requester's fault. Nothing of it was used.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// Longer than any request we read.
    #[error("the request has {length} bytes, at most {limit} are read")]
    TooLong {
        /// Its length.
        length: usize,
        /// The limit.
        limit: usize,
    },
    /// Not strict DER.
    #[error("the request is not a DER CertificationRequest (RFC 2986)")]
    Encoding(#[source] der::Error),
    /// Bytes behind the request.
    #[error("{count} byte(s) follow the request; a file holds exactly one")]
    TrailingBytes {
        /// How many.
        count: usize,
    },
    /// Readable, but not the one encoding DER allows.
    #[error("the request is not canonical DER")]
    NotCanonical(#[source] NotCanonical),
    /// Nested deeper than any request.
    #[error("byte {offset} of the request is nested deeper than {limit} levels")]
    Depth {
        /// Where.
        offset: usize,
        /// The limit.
        limit: usize,
    },
    /// More elements than any request has.
    #[error("the request has more than {limit} DER elements")]
    Elements {
        /// The limit.
        limit: usize,
    },
    /// Two parsers without common code do not read the same in it.
    #[error("the request is ambiguous: {parser} reads another {part} in it, or none")]
    ParsersDisagree {
        /// The other parser.
        parser: &'static str,
        /// What it reads otherwise.
        part: &'static str,
    },
    /// A version other than 0.
    #[error("the request has version {found}, expected 0 (RFC 2986 §4.1)")]
    Version {
        /// The content octets, hexadecimal.
        found: String,
    },
    /// No `[0]` attributes field.
    #[error(
        "the request has no attributes field; RFC 2986 §4.1 wants [0] even when it is empty: \
         make the request again with a current tool"
    )]
    NoAttributesField,
    /// An unusable public key.
    #[error("the requested public key is not acceptable")]
    Key(#[source] SpkiError),
    /// A weak public key.
    #[error("the requested public key is weak")]
    WeakKey(#[source] KeyFault),
    /// A key that is blocked in this home.
    #[error("the requested public key {sha256} is blocked: {reason}")]
    KeyBlocked {
        /// SHA-256 of its SubjectPublicKeyInfo, hexadecimal.
        sha256: String,
        /// Why it was blocked, escaped.
        reason: String,
    },
    /// A CA key of this home in a request for a leaf certificate.
    #[error("the requested public key {sha256} is a CA key of this home")]
    KeyOurs {
        /// SHA-256 of its SubjectPublicKeyInfo, hexadecimal.
        sha256: String,
    },
    /// A signature algorithm we do not verify.
    #[error("the request is signed with {oid}, which is unknown or has wrong parameters")]
    SignatureAlgorithm {
        /// The algorithm's identifier, or the DER in hexadecimal when it has none.
        oid: String,
    },
    /// The requester does not prove possession of the key.
    #[error("the request's signature is wrong: it was changed, or another key signed it")]
    Signature(#[source] SignatureCheckError),
    /// An unreadable subject.
    #[error("the subject is not a DER Name")]
    Subject(#[source] NameError),
    /// A relative distinguished name without attributes (X.501 wants at least one).
    #[error("the subject has an empty relative distinguished name at position {position}")]
    EmptyRdn {
        /// From 1, in the order of the encoding.
        position: usize,
    },
    /// A string type in the subject that not even the DER library reads.
    #[error(
        "byte {offset} of the request: an attribute of the subject is a {found}, expected \
         UTF8String, PrintableString or IA5String"
    )]
    NameStringType {
        /// Where.
        offset: usize,
        /// Which.
        found: &'static str,
    },
    /// More attributes in the subject than anybody has.
    #[error("the subject has more than {limit} attributes")]
    TooManyNameAttributes {
        /// The limit.
        limit: usize,
    },
    /// An attribute of the subject that no profile allows.
    #[error("the subject's {attribute} {fault}: {value}", value = Quoted(.value))]
    Name {
        /// By name, or its object identifier.
        attribute: String,
        /// Its value, as it came but for octets that are not UTF-8.
        value: String,
        /// What is wrong.
        fault: NameFault,
    },
    /// An attribute that is not `SEQUENCE { OID, SET OF }`.
    #[error("attribute {position} of the request is malformed")]
    Attribute {
        /// From 1.
        position: usize,
        /// Why.
        #[source]
        source: der::Error,
    },
    /// An attribute without a value (RFC 2986 §4.1: SIZE(1..MAX)).
    #[error("attribute {oid} has no value")]
    AttributeWithoutValue {
        /// Which.
        oid: ObjectIdentifier,
    },
    /// More attributes than any request needs.
    #[error("the request has more than {limit} attributes")]
    TooManyAttributes {
        /// The limit.
        limit: usize,
    },
    /// An attribute that is there twice.
    #[error("attribute {oid} is there twice")]
    DuplicateAttribute {
        /// Which.
        oid: ObjectIdentifier,
    },
    /// Two extensionRequest attributes: readers disagree which one counts.
    #[error("the request has a second extensionRequest attribute; readers disagree which counts")]
    SecondExtensionRequest,
    /// An extensionRequest attribute with several values, or none.
    #[error("extensionRequest has {count} values, expected exactly one (RFC 2985 §5.4.2)")]
    ExtensionRequestValues {
        /// How many.
        count: usize,
    },
    /// extensionRequest without an extension (RFC 5280 §4.2: SIZE(1..MAX)).
    #[error("extensionRequest holds no extension; leave the attribute out")]
    EmptyExtensionRequest,
    /// An extension that is not `SEQUENCE { OID, BOOLEAN, OCTET STRING }`.
    #[error("requested extension {position} is malformed")]
    Extension {
        /// From 1.
        position: usize,
        /// Why.
        #[source]
        source: der::Error,
    },
    /// More extensions than any request needs.
    #[error("the request asks for more than {limit} extensions")]
    TooManyExtensions {
        /// The limit.
        limit: usize,
    },
    /// An extension that is there twice (RFC 5280 §4.2).
    #[error("extension {oid} is requested twice")]
    DuplicateExtension {
        /// Which.
        oid: ObjectIdentifier,
    },
    /// A subjectAltName that does not parse.
    #[error("subjectAltName is malformed")]
    Sans(#[source] der::Error),
    /// A subjectAltName without a name (RFC 5280 §4.2.1.6).
    #[error("subjectAltName holds no name; leave the extension out")]
    EmptySans,
    /// More names than we read.
    #[error("the request has more than {limit} subject alternative names")]
    TooManySans {
        /// The limit.
        limit: usize,
    },
    /// A kind of name we do not issue.
    #[error(
        "subject alternative name {position} is a {kind}; only dNSName, iPAddress, \
         uniformResourceIdentifier and rfc822Name are issued"
    )]
    SanKind {
        /// From 1.
        position: usize,
        /// The GeneralName alternative.
        kind: &'static str,
    },
    /// A name that is empty or has other characters than printable ASCII.
    #[error(
        "subject alternative name {position}, a {kind}, is empty or has characters other than \
         printable ASCII: {value}"
    )]
    SanText {
        /// From 1.
        position: usize,
        /// The GeneralName alternative.
        kind: &'static str,
        /// The value, escaped.
        value: String,
    },
    /// A name that no profile allows.
    #[error("{san} is not valid: {fault}")]
    San {
        /// The name, escaped.
        san: String,
        /// What is wrong.
        fault: SanFault,
    },
    /// An iPAddress that is neither IPv4 nor IPv6.
    #[error("subject alternative name {position}: an iPAddress has 4 or 16 octets, found {length}")]
    SanIpLength {
        /// From 1.
        position: usize,
        /// Octets found.
        length: usize,
    },
    /// The same name twice.
    #[error("subject alternative name {san} is there twice")]
    DuplicateSan {
        /// The name.
        san: String,
    },
}

impl RequestError {
    /// What the walk over all of the DER found.
    pub(super) fn from_walk(found: NotCanonical) -> Self {
        match found.fault {
            Fault::Depth => Self::Depth { offset: found.offset, limit: MAX_DEPTH },
            Fault::Elements => Self::Elements { limit: MAX_ELEMENTS },
            _ => Self::NotCanonical(found),
        }
    }

    /// A stable code for programs, such as `request.signature`.
    pub fn code(&self) -> &'static str {
        self.code_and_clause().0
    }

    /// The clause that forbids it; `Keystead` for a limit of our own.
    pub fn clause(&self) -> &'static str {
        self.code_and_clause().1
    }

    fn code_and_clause(&self) -> (&'static str, &'static str) {
        const OWN: &str = "Keystead";
        const PKCS10: &str = "RFC 2986 §4.1";
        const EXTENSIONS: &str = "RFC 5280 §4.2";
        const SANS: &str = "RFC 5280 §4.2.1.6";
        match self {
            Self::TooLong { .. } => ("request.too-long", OWN),
            Self::Encoding(_) => ("request.encoding", "RFC 2986 §4"),
            Self::TrailingBytes { .. } => ("request.trailing-bytes", "RFC 2986 §4"),
            Self::NotCanonical(_) => ("request.not-canonical", "X.690 §10, §11"),
            Self::Depth { .. } => ("request.depth", OWN),
            Self::Elements { .. } => ("request.elements", OWN),
            Self::ParsersDisagree { .. } => ("request.parsers-disagree", OWN),
            Self::Version { .. } => ("request.version", PKCS10),
            Self::NoAttributesField => ("request.no-attributes-field", PKCS10),
            Self::Key(error) => (key_code(error), error.clause()),
            Self::WeakKey(fault) => (fault.code(), fault.clause()),
            Self::KeyBlocked { .. } => ("request.key.blocked", "CA/Browser Forum BR 6.1.1.3"),
            Self::KeyOurs { .. } => ("request.key.ours", OWN),
            Self::SignatureAlgorithm { .. } => ("request.signature-algorithm", "RFC 2986 §4.2"),
            Self::Signature(_) => ("request.signature", "RFC 2986 §4.2"),
            Self::Subject(_) => ("request.subject", "RFC 5280 §4.1.2.4"),
            Self::EmptyRdn { .. } => ("request.empty-rdn", "X.501 §9.3"),
            Self::TooManyNameAttributes { .. } => ("request.name.too-many", OWN),
            Self::NameStringType { .. } => ("request.name.string-type", "RFC 5280 appendix A.1"),
            Self::Name { fault, .. } => (fault.code(), fault.clause()),
            Self::Attribute { .. } => ("request.attribute", PKCS10),
            Self::AttributeWithoutValue { .. } => ("request.attribute-without-value", PKCS10),
            Self::TooManyAttributes { .. } => ("request.too-many-attributes", OWN),
            Self::DuplicateAttribute { .. } => ("request.duplicate-attribute", "X.501 §8.2"),
            Self::SecondExtensionRequest => ("request.second-extension-request", "RFC 2985 §5.4.2"),
            Self::ExtensionRequestValues { .. } => {
                ("request.extension-request-values", "RFC 2985 §5.4.2")
            }
            Self::EmptyExtensionRequest => ("request.empty-extension-request", EXTENSIONS),
            Self::Extension { .. } => ("request.extension", "RFC 5280 §4.1"),
            Self::TooManyExtensions { .. } => ("request.too-many-extensions", OWN),
            Self::DuplicateExtension { .. } => ("request.duplicate-extension", EXTENSIONS),
            Self::Sans(_) => ("request.sans", SANS),
            Self::EmptySans => ("request.empty-sans", SANS),
            Self::TooManySans { .. } => ("request.too-many-sans", OWN),
            Self::SanKind { .. } => ("request.san-kind", OWN),
            Self::SanText { .. } => ("request.san-text", SANS),
            Self::San { fault, .. } => (fault.code(), fault.clause()),
            Self::SanIpLength { .. } => ("request.san-ip-length", SANS),
            Self::DuplicateSan { .. } => ("request.duplicate-san", OWN),
        }
    }
}

fn key_code(error: &SpkiError) -> &'static str {
    match error {
        SpkiError::Encoding(_) => "request.key.encoding",
        SpkiError::Algorithm(_) => "request.key.algorithm",
        SpkiError::Parameters(_) => "request.key.parameters",
        SpkiError::Curve(_) => "request.key.curve",
        SpkiError::RsaModulus(_) => "request.key.rsa-modulus",
        SpkiError::RsaExponent(_) => "request.key.rsa-exponent",
        SpkiError::KeyBits(_) => "request.key.bits",
    }
}
