//! What can be wrong with a request.

use const_oid::ObjectIdentifier;

use super::canonical::NotCanonical;
use crate::base::crypto::SignatureCheckError;
use crate::base::name::NameError;
use crate::base::spki::SpkiError;

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
    /// A stable code for programs, such as `request.signature`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "request.too-long",
            Self::Encoding(_) => "request.encoding",
            Self::TrailingBytes { .. } => "request.trailing-bytes",
            Self::NotCanonical(_) => "request.not-canonical",
            Self::Version { .. } => "request.version",
            Self::NoAttributesField => "request.no-attributes-field",
            Self::Key(_) => "request.key",
            Self::SignatureAlgorithm { .. } => "request.signature-algorithm",
            Self::Signature(_) => "request.signature",
            Self::Subject(_) => "request.subject",
            Self::EmptyRdn { .. } => "request.empty-rdn",
            Self::Attribute { .. } => "request.attribute",
            Self::AttributeWithoutValue { .. } => "request.attribute-without-value",
            Self::TooManyAttributes { .. } => "request.too-many-attributes",
            Self::DuplicateAttribute { .. } => "request.duplicate-attribute",
            Self::SecondExtensionRequest => "request.second-extension-request",
            Self::ExtensionRequestValues { .. } => "request.extension-request-values",
            Self::EmptyExtensionRequest => "request.empty-extension-request",
            Self::Extension { .. } => "request.extension",
            Self::TooManyExtensions { .. } => "request.too-many-extensions",
            Self::DuplicateExtension { .. } => "request.duplicate-extension",
            Self::Sans(_) => "request.sans",
            Self::EmptySans => "request.empty-sans",
            Self::TooManySans { .. } => "request.too-many-sans",
            Self::SanKind { .. } => "request.san-kind",
            Self::SanText { .. } => "request.san-text",
            Self::SanIpLength { .. } => "request.san-ip-length",
            Self::DuplicateSan { .. } => "request.duplicate-san",
        }
    }
}
