//! What a profile refuses, by name and with values.

use crate::base::algorithm::{KeyAlgorithm, SignatureAlgorithm};
use crate::base::clock::Timestamp;
use crate::base::pointers::CrlScope;
use crate::base::validity::Validity;

use super::ProfileKind;
use crate::base::text::Quoted;
use crate::request::RequestError;

/// A request that the profile does not allow: the requester's fault, or the operator's where an
/// override or the issuer is named.
#[derive(Debug, thiserror::Error)]
pub enum PolicyViolation {
    /// The profile is for something else.
    #[error("profile {profile} makes a {found:?} certificate, this needs {expected}")]
    Kind {
        /// The profile's name.
        profile: String,
        /// Its kind.
        found: ProfileKind,
        /// What is needed.
        expected: &'static str,
    },
    /// The issuer's key makes no such signatures.
    #[error("the issuer's {key} key cannot make {algorithm} signatures")]
    SignatureAlgorithm {
        /// The issuer's key.
        key: KeyAlgorithm,
        /// The wanted algorithm.
        algorithm: SignatureAlgorithm,
    },
    /// A key of a kind the profile does not list.
    #[error("the key is {found}, the profile allows {allowed}")]
    KeyAlgorithm {
        /// The requested key's.
        found: KeyAlgorithm,
        /// The profile's list.
        allowed: String,
    },
    /// The request is for the issuer's own key.
    #[error("the requested key is the issuer's own key")]
    IssuerKey,
    /// The issuer is not valid now.
    #[error("the issuer's certificate is valid {validity}, not now ({now})")]
    IssuerNotValid {
        /// The present.
        now: Timestamp,
        /// The issuer's validity.
        validity: Validity,
    },
    /// A lifetime of zero or beyond the maximum.
    #[error("a lifetime of {asked} seconds is asked for, the profile allows 1 to {max}")]
    Lifetime {
        /// Asked for.
        asked: u64,
        /// The profile's maximum.
        max: u64,
    },
    /// Valid for longer than its issuer.
    #[error(
        "it would be valid until {not_after}, its issuer only until {issuer_not_after}; \
         ask for fewer days, or set validity.clip-to-issuer in the profile"
    )]
    OutlivesIssuer {
        /// The planned end.
        not_after: Timestamp,
        /// The issuer's end.
        issuer_not_after: Timestamp,
    },
    /// The issuer may not have such a CA below it.
    #[error(
        "the issuer's path length is {issuer}, the profile's is {}, expected below the issuer's",
        .profile.map_or_else(|| "unlimited".to_owned(), |length| length.to_string())
    )]
    PathLength {
        /// The issuer's.
        issuer: u8,
        /// The profile's.
        profile: Option<u8>,
    },
    /// Profile and issuer both say where the same thing is.
    #[error(
        "the profile has {key}, and the issuer's settings have {uri} for the same: a certificate \
         points to one of them; remove one, or set [revocation] pointers = false in the profile"
    )]
    PointerTwice {
        /// Which key of the profile.
        key: &'static str,
        /// The issuer's.
        uri: String,
    },
    /// A certificate that would be on no CRL of its issuer.
    #[error(
        "the issuer's CRL has the scope {scope}, so that none would list a certificate of kind \
         {kind:?}; set crl.scope = \"all\" in issuer.toml, or [revocation] pointers = false in the \
         profile"
    )]
    CrlScope {
        /// The issuer's.
        scope: CrlScope,
        /// The profile's.
        kind: ProfileKind,
    },
    /// An attribute of the request that the profile does not list.
    #[error("the request has attribute {attribute}, which request.allow-attributes does not list")]
    RequestAttribute {
        /// By name, or its object identifier.
        attribute: String,
    },
    /// An extension of the request that the profile does not list.
    #[error("the request asks for {extension}, which request.allow-extensions does not list")]
    RequestedExtension {
        /// By name, or its object identifier.
        extension: String,
    },
    /// CA:TRUE for a leaf.
    #[error(
        "the request asks for a CA certificate (basicConstraints CA:TRUE), the profile issues none"
    )]
    RequestedCa,
    /// CA:FALSE for a CA, or another path length.
    #[error("the request asks for basicConstraints {asked}, the profile issues {issued}")]
    RequestedBasicConstraints {
        /// The request's.
        asked: String,
        /// The profile's.
        issued: String,
    },
    /// Key usages beyond the profile's.
    #[error("the request asks for keyUsage {asked}, the profile issues {issued} for such a key")]
    RequestedKeyUsage {
        /// The request's.
        asked: String,
        /// The profile's.
        issued: String,
    },
    /// Extended key usages beyond the profile's.
    #[error("the request asks for extendedKeyUsage {asked}, the profile issues {issued}")]
    RequestedExtendedKeyUsage {
        /// The request's.
        asked: String,
        /// The profile's.
        issued: String,
    },
    /// An allowed extension with another value than the one issued.
    #[error("the request's {extension} differs from the one the profile issues, or none is issued")]
    RequestedValue {
        /// By name, or its object identifier.
        extension: String,
    },
    /// An allowed extension that does not parse.
    #[error("the request's {extension} is malformed")]
    RequestedEncoding {
        /// By name.
        extension: String,
        /// Why.
        #[source]
        source: der::Error,
    },
    /// An extension that the requester wants critical and the profile issues otherwise.
    #[error("the request marks {extension} critical, the profile issues it not critical")]
    RequestedCritical {
        /// By name, or its object identifier.
        extension: String,
    },
    /// A subject attribute that the profile does not list.
    #[error("the subject has {attribute}, the profile allows {allowed}")]
    SubjectAttribute {
        /// By name, or its object identifier.
        attribute: String,
        /// The profile's list.
        allowed: String,
    },
    /// A subject attribute that must be there.
    #[error("the subject lacks {attribute}, which the profile requires")]
    SubjectLacks {
        /// By name.
        attribute: String,
    },
    /// A subject attribute that may be there once.
    #[error("the subject has {attribute} more than once, which subject.repeatable does not list")]
    SubjectRepeats {
        /// By name.
        attribute: String,
    },
    /// Several attributes in one RDN.
    #[error("the subject has a multi-valued RDN at position {position}, which the profile forbids")]
    SubjectMultiValued {
        /// From 1, in the order of the encoding.
        position: usize,
    },
    /// Other values than the profile fixes.
    #[error("the subject's {attribute} is {found}, the profile wants exactly {expected}")]
    SubjectFixed {
        /// By name.
        attribute: String,
        /// The profile's.
        expected: String,
        /// The subject's, escaped.
        found: String,
    },
    /// A value that begins otherwise than the profile wants.
    #[error(
        "the subject's {attribute} is {found}, the profile wants {prefix} and a name behind it", found = Quoted(.found), prefix = Quoted(.prefix))]
    SubjectPrefix {
        /// By name.
        attribute: String,
        /// The profile's.
        prefix: String,
        /// The subject's, as it came.
        found: String,
    },
    /// A value that the profile's pattern does not match.
    #[error("the subject's {attribute} is {found}, the profile wants it to match {pattern}", found = Quoted(.found))]
    SubjectPattern {
        /// By name.
        attribute: String,
        /// The profile's, printable.
        pattern: String,
        /// The subject's, as it came.
        found: String,
    },
    /// More attributes than the profile allows.
    #[error("the subject has {count} attributes, subject.max-attributes is {limit}")]
    TooManyAttributes {
        /// How many.
        count: usize,
        /// The limit.
        limit: usize,
    },
    /// An attribute value that is no UTF8String, PrintableString or IA5String.
    #[error(
        "the subject's {attribute} is a {found}, expected UTF8String, PrintableString or IA5String"
    )]
    SubjectStringType {
        /// By name.
        attribute: String,
        /// The tag.
        found: der::Tag,
    },
    /// A CA without a name.
    #[error("the subject is empty: a CA certificate must have one (RFC 5280 §4.1.2.6)")]
    CaSubjectEmpty,
    /// Neither subject nor alternative names.
    #[error(
        "the request names nobody: its subject is empty and it has no subject alternative name"
    )]
    NoIdentity,
    /// A mailbox in the subject that is no alternative name.
    #[error(
        "the subject's emailAddress {mailbox} is not among the subject alternative names, where a \
         mailbox must be: ask for email:{mailbox} too"
    )]
    MailboxNotAmongNames {
        /// The mailbox, escaped.
        mailbox: String,
    },
    /// A Kubernetes group where Kubernetes does not look for it.
    #[error(
        "the subject has OU={value}, which looks like a Kubernetes group; Kubernetes reads groups \
         from O only and ignores OU: ask for O={value}"
    )]
    KubernetesGroupInOu {
        /// The value, escaped.
        value: String,
    },
    /// No alternative name where one is needed.
    #[error("there is no subject alternative name, the profile wants at least one of {kinds}")]
    SansMissing {
        /// The profile's list.
        kinds: String,
    },
    /// A name of a kind the profile does not list.
    #[error("{san} is of a kind the profile does not allow, it allows {allowed}")]
    SanKind {
        /// The name.
        san: String,
        /// The profile's list.
        allowed: String,
    },
    /// More names than we issue.
    #[error("{count} subject alternative names, at most {limit} are issued")]
    TooManySans {
        /// How many.
        count: usize,
        /// The limit.
        limit: usize,
    },
    /// A name outside what the profile allows of its kind.
    #[error("{san} is outside {key}, which has {allowed}")]
    SanNotAllowed {
        /// The name.
        san: String,
        /// Which key of the profile.
        key: &'static str,
        /// Its values.
        allowed: String,
    },
    /// A name that the profile denies, whatever else allows it.
    #[error("{name} is, or may stand for, what {key} denies ({denied})")]
    SanDenied {
        /// The name.
        name: String,
        /// Which key of the profile.
        key: &'static str,
        /// The value that denies it.
        denied: String,
    },
    /// The same name twice.
    #[error("{san} is there twice")]
    DuplicateSan {
        /// The name.
        san: String,
    },
    /// A wildcard that the profile forbids.
    #[error("{san} is a wildcard, which san.allow-wildcard does not allow")]
    Wildcard {
        /// The name.
        san: String,
    },
    /// An underscore that the profile forbids.
    #[error(
        "{san} has an underscore, which is no host name; san.allow-underscore does not allow it"
    )]
    Underscore {
        /// The name.
        san: String,
    },
    /// Outside the issuer's permitted subtrees.
    #[error("{name} is outside the issuer's name constraints, which permit {permitted}")]
    NotPermitted {
        /// The name.
        name: String,
        /// The permitted subtrees of its kind.
        permitted: String,
    },
    /// Inside an excluded subtree of the issuer.
    #[error("{name} is excluded by the issuer's name constraints ({excluded})")]
    Excluded {
        /// The name.
        name: String,
        /// The subtree.
        excluded: String,
    },
    /// A constraint of the issuer that we cannot apply.
    #[error("the issuer's name constraints hold {kind}, which is not implemented")]
    ConstraintKind {
        /// What.
        kind: &'static str,
    },
    /// A name that no profile allows: the gate of requests holds for the operator's names too.
    #[error(transparent)]
    Name(RequestError),
    /// The DER library refused a value.
    #[error("an extension cannot be encoded")]
    Encoding(#[source] der::Error),
}
