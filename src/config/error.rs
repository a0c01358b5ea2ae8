//! What can be wrong with a home.

use std::path::PathBuf;

use crate::base::algorithm::{KeyAlgorithm, SignatureAlgorithm};
use crate::base::issuer_cert::IssuerCertError;
use crate::base::pem::PemError;
use crate::base::responder_cert::ResponderCertError;
use crate::base::spki::SpkiError;
use crate::base::text::{ParserError, Quoted};
use crate::publish::PublishError;

/// A home that cannot be used: the operator's fault, or the disk's.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// There is no `keystead.toml`.
    #[error("{} is not a keystead home: it has no keystead.toml", .0.display())]
    NotAHome(PathBuf),
    /// A new home would be an old one.
    #[error("{} is a keystead home already", .0.display())]
    HomeExists(PathBuf),
    /// A new home would share its folder with other things.
    #[error("{} exists and is not empty; a home needs a folder of its own", .0.display())]
    NotEmpty(PathBuf),
    /// The system refused.
    #[error("cannot {action} {}", .path.display())]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// What was tried: `read`, `create`, …
        action: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file of the home was not written.
    #[error("the home was not changed")]
    Write(#[from] PublishError),
    /// Not the TOML it should be; the source shows the line.
    #[error("{} is not valid", .path.display())]
    Syntax {
        /// Which file.
        path: PathBuf,
        /// Where and why.
        #[source]
        source: ParserError,
    },
    /// A name of an issuer or profile that could not be a file's name everywhere.
    #[error(
        "{found} is not a name for an {what}, expected 1 to 63 of a-z, 0-9 and -, not starting with -", found = Quoted(.found))]
    BadName {
        /// `issuer` or `profile`.
        what: &'static str,
        /// What was given.
        found: String,
    },
    /// No such issuer.
    #[error("there is no issuer {found} in {}, found {}", .home.display(), list(.known), found = Quoted(.found))]
    NoIssuer {
        /// The home.
        home: PathBuf,
        /// What was asked for.
        found: String,
        /// The issuers there are.
        known: Vec<String>,
    },
    /// The issuer is there, with its certificate.
    #[error("the issuer {found} exists already", found = Quoted(.0))]
    IssuerExists(String),
    /// The issuer is there, with another key.
    #[error(
        "the issuer {name} exists with another key: {expected} is pinned, {found} was given (SHA-256 of the public key)", name = Quoted(.name))]
    OtherKey {
        /// The issuer.
        name: String,
        /// The pinned key.
        expected: String,
        /// The given key.
        found: String,
    },
    /// A value that is not what its key needs.
    #[error("{}: {key} is {found}, expected {expected}", .path.display(), found = Quoted(.found))]
    Value {
        /// Which file.
        path: PathBuf,
        /// Which key.
        key: &'static str,
        /// What it holds.
        found: String,
        /// What it should hold.
        expected: String,
    },
    /// The pinned public key cannot be read.
    #[error("{}: the pinned public key is not acceptable", .path.display())]
    PinnedKey {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: SpkiError,
    },
    /// A signature algorithm that the pinned key cannot make.
    #[error("{}: the {key} key cannot make {algorithm} signatures", .path.display())]
    Algorithm {
        /// Which file.
        path: PathBuf,
        /// The key's kind.
        key: KeyAlgorithm,
        /// What the file names.
        algorithm: SignatureAlgorithm,
    },
    /// A file that holds no PEM, or other PEM.
    #[error("{} does not hold what it should", .path.display())]
    Pem {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: PemError,
    },
    /// The CA certificate cannot be one.
    #[error("{} is not a usable CA certificate", .path.display())]
    Certificate {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: IssuerCertError,
    },
    /// The certificate of an OCSP responder cannot be one.
    #[error("{} is not a usable certificate of the issuer's OCSP responder", .path.display())]
    Responder {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: ResponderCertError,
    },
    /// The CA certificate is for another key than the pinned one.
    #[error(
        "{} is for another key than the pinned one: expected {expected}, found {found} (SHA-256 of the public key)",
        .path.display()
    )]
    CertificateKey {
        /// Which file.
        path: PathBuf,
        /// The pinned key.
        expected: String,
        /// The certificate's key.
        found: String,
    },
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
