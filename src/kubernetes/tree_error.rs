//! Why a tree was not made.

use std::path::PathBuf;

use super::existing::Difference;
use super::keys::KeyError;
use super::kubeconfig::KubeconfigError;
use super::requests::RequestsError;
use crate::base::text::Quoted;
use crate::issuance::IssueError;
use crate::publish::PublishError;

/// A tree of files that was not made. Unless it says so, nothing was signed and nothing is written.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// A file that is there is not the planned one.
    #[error(
        "{} is not what the cluster file asks for, and nothing is overwritten; --renew makes a new tree and sets this one aside",
        .path.display()
    )]
    Existing {
        /// Which.
        path: PathBuf,
        /// What differs.
        #[source]
        source: Box<Difference>,
    },
    /// A request of the folder of requests has another key than the certificate that is there.
    #[error(
        "{} has another key than the certificate that is there for it; --renew makes a new tree",
        .0.display()
    )]
    OtherKey(PathBuf),
    /// The folder of requests cannot be used.
    #[error("the requests are not signed")]
    Requests(#[from] RequestsError),
    /// Requests are refused, and that could not be recorded.
    #[error("the refused requests could not be recorded")]
    Record(#[source] crate::inventory::StoreError),
    /// The profile or a lint rule refuses a certificate. Nothing was signed; the refusal is recorded.
    #[error("{} cannot be issued as planned", .path.display())]
    Refused {
        /// Which file it was for.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<IssueError>,
    },
    /// Signing or recording failed. What was signed by then is in the inventory; no file is written.
    #[error("issuing stopped at {}", .path.display())]
    Issue {
        /// Which file it was for.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<IssueError>,
    },
    /// What was issued is not what was planned. No file is written.
    #[error("{} was issued, but not as planned", .path.display())]
    Deviates {
        /// Which file it was for.
        path: PathBuf,
        /// What differs.
        #[source]
        source: Box<Difference>,
    },
    /// A use without a profile.
    #[error("there is no profile {found}", found = Quoted(.0))]
    Profile(&'static str),
    /// A key or request was not made.
    #[error("a leaf key could not be made")]
    Key(#[from] KeyError),
    /// A kubeconfig was not made.
    #[error("a kubeconfig could not be made")]
    Kubeconfig(#[from] KubeconfigError),
    /// A planned subject cannot be encoded.
    #[error("the subject for {} cannot be encoded", .path.display())]
    Subject {
        /// Which file it was for.
        path: PathBuf,
        /// Why.
        #[source]
        source: crate::base::name::NameError,
    },
    /// A file was not written.
    #[error("the tree could not be written")]
    Publish(#[from] PublishError),
    /// The system refused.
    #[error("{} cannot be used ({action})", .path.display())]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// Which step.
        action: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}
