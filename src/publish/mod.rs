//! Step 9: the way out. Files are created new, through a temporary file, fsync, rename without
//! replacing, fsync of the folder; private keys are 0600.

use std::path::Path;

mod error;

pub use error::PublishError;

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Certificates, kubeconfigs without keys: 0644.
    Public,
    /// Private keys and what embeds them: 0600.
    Private,
}

/// Writes a file that must not exist yet; atomic and durable.
///
/// # Errors
/// [`PublishError`] when it exists or cannot be written; then nothing is left behind.
pub fn write_new(path: &Path, content: &[u8], access: Access) -> Result<(), PublishError> {
    let _ = (path, content, access);
    todo!()
}
