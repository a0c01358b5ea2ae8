//! What can go wrong on the way out.

use std::path::PathBuf;

use crate::base::clock::Timestamp;
use crate::base::crl::CrlError;
use crate::base::issuer_cert::IssuerCertError;
use crate::base::name::DistinguishedName;
use crate::base::pem::PemError;

/// A file that was not written.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// It is there already.
    #[error("{} exists, nothing is overwritten", .0.display())]
    Exists(PathBuf),
    /// Something else has the name of a file that is written again and again.
    #[error("{} is not {what}, so it is not replaced", .path.display())]
    Foreign {
        /// Which file.
        path: PathBuf,
        /// What would be replaced.
        what: &'static str,
    },
    /// The system refused.
    #[error("{} could not be written ({action})", .path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// Which step.
        action: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A path that names no file in a folder, such as `/` or `..`.
    #[error("{} names no file", .0.display())]
    NotAFile(PathBuf),
    /// What is published there is not what this may replace.
    #[error("{} is not replaced", .path.display())]
    NotReplaced {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<NotReplaced>,
    },
    /// A folder's place is taken by something else.
    #[error("{} is not a folder", .0.display())]
    NotAFolder(PathBuf),
}

/// Why a published file keeps its place.
#[derive(Debug, thiserror::Error)]
pub enum NotReplaced {
    /// A link, a folder, a pipe.
    #[error("it is no regular file")]
    NotAFile,
    /// More octets than are read.
    #[error("it is larger than {} MiB", .0 / 1024 / 1024)]
    TooLarge(u64),
    /// PEM of something else, or of several.
    #[error("it does not hold one {label}")]
    Pem {
        /// The PEM label of what should be there.
        label: &'static str,
        /// Why.
        #[source]
        source: PemError,
    },
    /// Not a CRL.
    #[error("it holds no CRL")]
    NotACrl(#[source] CrlError),
    /// A CRL about something else.
    #[error(
        "it is a CRL of another series: issuer, key identifier, distribution point or kind differ; its issuer is {0}"
    )]
    OtherSeries(DistinguishedName),
    /// Without a number nothing is newer.
    #[error("its CRL number is {}, the new one is {}", .there.as_deref().unwrap_or("missing"), .new.as_deref().unwrap_or("missing"))]
    NotNewer {
        /// The number of the published CRL.
        there: Option<String>,
        /// The number of the one that would replace it.
        new: Option<String>,
    },
    /// Not a CA certificate.
    #[error("it holds no CA certificate")]
    NotACertificate(#[source] IssuerCertError),
    /// Another CA's, or another key's.
    #[error("it is the certificate of another CA or of another key; its subject is {0}")]
    OtherCa(DistinguishedName),
    /// It begins later, or at the same time.
    #[error("its validity begins on {there}, that of the new one on {new}")]
    NotLater {
        /// When the published certificate begins.
        there: Timestamp,
        /// When the one that would replace it begins.
        new: Timestamp,
    },
}
