//! What can be wrong with a profile file.

use super::pattern::PatternError;
use crate::base::algorithm::UnknownAlgorithm;
use crate::base::text::{ParserError, Quoted};

/// A profile file that does not load: the operator's fault.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// Not the TOML it should be.
    #[error("the profile is not valid")]
    Syntax(#[source] ParserError),
    /// A file format of another version.
    #[error("the profile has version {found}, expected 1")]
    Version {
        /// What it says.
        found: u32,
    },
    /// A name that cannot be a file name or a word on the command line.
    #[error("the profile name {found} has other characters than a-z, 0-9 and hyphens, or none", found = Quoted(.found))]
    Name {
        /// What it says.
        found: String,
    },
    /// A word that means nothing.
    #[error("{key}: {word} is unknown, expected {expected}", word = Quoted(.word))]
    UnknownWord {
        /// Which key of the file.
        key: &'static str,
        /// What it says.
        word: String,
        /// What it could say.
        expected: String,
    },
    /// An algorithm that means nothing.
    #[error("key.algorithms is not valid")]
    UnknownAlgorithm(#[source] UnknownAlgorithm),
    /// The same word twice.
    #[error("{key}: {word} is there twice", word = Quoted(.word))]
    Repeated {
        /// Which key of the file.
        key: &'static str,
        /// The word.
        word: String,
    },
    /// A list that must not be empty.
    #[error("{key} is empty, expected {expected}")]
    Empty {
        /// Which key of the file.
        key: &'static str,
        /// What belongs there.
        expected: &'static str,
    },
    /// No lifetime, a default above the maximum, or more than a century.
    #[error(
        "validity: default-days is {default} and max-days {max}, \
         expected 1 <= default-days <= max-days <= {limit}"
    )]
    Lifetime {
        /// `default-days`.
        default: u64,
        /// `max-days`.
        max: u64,
        /// The most a profile may give.
        limit: u64,
    },
    /// Backdating beyond a day hides when a certificate was made.
    #[error("validity.backdate-seconds is {found}, expected at most {limit}")]
    Backdate {
        /// What it says.
        found: u64,
        /// The limit.
        limit: u64,
    },
    /// A leaf that could sign certificates or CRLs.
    #[error("usage.key-usage: a leaf profile must not grant {usage}; only CA certificates sign")]
    LeafSigns {
        /// The usage.
        usage: &'static str,
    },
    /// A CA that could not sign certificates.
    #[error("usage.key-usage: a CA profile must grant keyCertSign")]
    CaCannotSign,
    /// `keyEncipherment` for keys that cannot.
    #[error(
        "usage.key-usage: {usage} needs an RSA key; move it to usage.key-usage-rsa, \
         which only RSA keys get"
    )]
    RsaOnlyUsage {
        /// The usage.
        usage: &'static str,
    },
    /// A CA with rights of a leaf.
    #[error(
        "usage.extended-key-usage: a CA profile must not grant {usage}: \
         {reason}"
    )]
    CaExtendedKeyUsage {
        /// The usage.
        usage: String,
        /// Why not.
        reason: &'static str,
    },
    /// A CA key that would do a leaf's work.
    #[error(
        "usage.key-usage: a CA profile must not grant {usage}; a CA key signs certificates and CRLs, \
         and with digitalSignature its own OCSP responses"
    )]
    CaLeafUsage {
        /// The usages, comma-separated.
        usage: String,
    },
    /// A purpose that a certificate must have alone.
    #[error("usage.extended-key-usage: {usage} does not go together with {others} ({clause})")]
    ExclusiveUsage {
        /// The purpose.
        usage: String,
        /// The others, comma-separated.
        others: String,
        /// Who says so.
        clause: &'static str,
    },
    /// A right that is an OCSP responder's alone.
    #[error(
        "usage.ocsp-no-check is true, expected OCSPSigning in usage.extended-key-usage with it: a \
         certificate that is never checked for revocation is for an OCSP responder alone"
    )]
    NoCheckWithoutOcspSigning,
    /// A time stamping certificate that verifiers must refuse.
    #[error(
        "usage.critical lacks extendedKeyUsage: with timeStamping it must be critical (RFC 3161 §2.3)"
    )]
    TimeStampingNotCritical,
    /// `keyAgreement` for keys that cannot.
    #[error(
        "{key}: keyAgreement means nothing for {algorithm} keys (RFC 3279 §2.3.1, RFC 8410 §5)"
    )]
    KeyAgreement {
        /// Which key of the file.
        key: &'static str,
        /// The kind of key.
        algorithm: &'static str,
    },
    /// A usage that only narrows `keyAgreement`.
    #[error("usage.key-usage: {usage} means nothing without keyAgreement (RFC 5280 §4.2.1.3)")]
    WithoutKeyAgreement {
        /// The usage.
        usage: &'static str,
    },
    /// A root whose chains are limited by an extension that verifiers treat differently.
    #[error("usage.extended-key-usage: a root profile must not have any")]
    RootExtendedKeyUsage,
    /// A leaf for every purpose.
    #[error("usage.extended-key-usage is empty: a leaf without it is valid for every purpose")]
    LeafWithoutExtendedKeyUsage,
    /// A leaf for every purpose, by name.
    #[error("usage.extended-key-usage: anyExtendedKeyUsage makes a leaf valid for every purpose")]
    AnyExtendedKeyUsage,
    /// A leaf profile with a `[ca]` table.
    #[error("[ca] belongs to root and intermediate profiles only, this one is a leaf profile")]
    LeafWithCaTable,
    /// A root that ends with its issuer.
    #[error("validity.clip-to-issuer means nothing in a root profile: a root has no issuer above")]
    RootClips,
    /// A root that says where its own revocation is published.
    #[error("[pointers] means nothing in a root profile: nobody above a root revokes it")]
    RootPointers,
    /// A root that somebody would put on hold.
    #[error("[revocation] hold means nothing in a root profile: nobody above a root revokes it")]
    RootHolds,
    /// A CA without a name.
    #[error("subject.required is empty: a CA certificate must have a subject (RFC 5280 §4.1.2.6)")]
    CaWithoutSubject,
    /// A CA with alternative names.
    #[error("[san] allows names, but a CA certificate names a CA, not a host")]
    CaSans,
    /// A rule for an attribute type that no request can have.
    #[error("{key}: {attribute} is not in subject.allowed")]
    SubjectNotAllowed {
        /// Which key of the file.
        key: &'static str,
        /// The attribute type.
        attribute: String,
    },
    /// A Kubernetes group where Kubernetes does not look for it.
    #[error(
        "{key}: OU={value} looks like a Kubernetes group; Kubernetes reads groups from O only \
         and ignores OU: write it under O", value = Quoted(.value))]
    KubernetesGroupInOu {
        /// Which key of the file.
        key: &'static str,
        /// The value.
        value: String,
    },
    /// A pattern that is none.
    #[error("subject.pattern.{attribute}: {text} cannot be used", text = Quoted(.text))]
    Pattern {
        /// The attribute type.
        attribute: String,
        /// What it says.
        text: String,
        /// Why.
        #[source]
        source: PatternError,
    },
    /// A fixed value that another rule forbids.
    #[error("subject.fixed: {attribute}={value} is not what {key} wants", value = Quoted(.value))]
    FixedContradicts {
        /// The attribute type.
        attribute: String,
        /// The fixed value.
        value: String,
        /// The other rule.
        key: &'static str,
    },
    /// A limit that no subject could keep.
    #[error(
        "subject.max-attributes is {most}, but the profile requires {least}, expected at least 1"
    )]
    MaxAttributes {
        /// What it says.
        most: usize,
        /// What other rules require.
        least: usize,
    },
    /// A leaf profile under which nobody can be named.
    #[error("subject.allowed and san.allowed are empty: a certificate would name nobody")]
    NamesNobody,
    /// Not a domain, network or scheme.
    #[error("{key}: {text} is not {expected}", text = Quoted(.text))]
    SanLimit {
        /// Which key of the file.
        key: &'static str,
        /// What it says.
        text: String,
        /// What it should be.
        expected: &'static str,
    },
    /// A rule for names of a kind that is not allowed.
    #[error("{key} is set, but san.allowed does not list {kind}: no such name is issued", kind = Quoted(.kind))]
    SanLimitOfUnlistedKind {
        /// Which key of the file.
        key: &'static str,
        /// The kind.
        kind: &'static str,
    },
    /// A domain in which strangers register names.
    #[error("{key}: {suffix} is a public suffix: anybody can have a name below it", suffix = Quoted(.suffix))]
    PublicSuffix {
        /// Which key of the file.
        key: &'static str,
        /// What it says.
        suffix: String,
    },
    /// A number of names that is none.
    #[error("san.max-names is {found}, expected 1 to {limit}")]
    MaxNames {
        /// What it says.
        found: usize,
        /// The most any profile gives.
        limit: usize,
    },
    /// Wishes that would be dropped in silence.
    #[error(
        "request.allow-attributes: {attribute} holds wishes for extensions, which must not be dropped \
         in silence"
    )]
    DroppedWishes {
        /// The attribute.
        attribute: String,
    },
    /// A rule that is skipped without a reason.
    #[error(
        "lint.skip: the reason for {rule} is {reason}, expected at least {words} words that say why", reason = Quoted(.reason))]
    LintReason {
        /// The rule.
        rule: String,
        /// What it says.
        reason: String,
        /// How many words a reason has.
        words: usize,
    },
    /// An example that is none.
    #[error("example {number}: {fault}")]
    Example {
        /// Its place in the file, from 1.
        number: usize,
        /// What is wrong.
        fault: String,
    },
    /// `san.required` without a kind.
    #[error("san.required is true but san.allowed is empty: no request could satisfy both")]
    SanRequiredButNoneAllowed,
    /// A name constraint that does not parse.
    #[error("{key}: {text} is not {expected}", text = Quoted(.text))]
    NameConstraint {
        /// Which key of the file.
        key: &'static str,
        /// What it says.
        text: String,
        /// What it should be.
        expected: &'static str,
    },
    /// An unusable URI.
    #[error("{key}: {text} is not an absolute http, https or ldap URI in ASCII", text = Quoted(.text))]
    Uri {
        /// Which key of the file.
        key: &'static str,
        /// What it says.
        text: String,
    },
    /// The DER library refused a value.
    #[error("the profile's extensions cannot be encoded")]
    Encoding(#[source] der::Error),
}
