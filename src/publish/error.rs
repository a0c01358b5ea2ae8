//! What can go wrong on the way out.

use std::path::PathBuf;

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
    /// A folder's place is taken by something else.
    #[error("{} is not a folder", .0.display())]
    NotAFolder(PathBuf),
}
