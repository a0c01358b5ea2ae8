//! Step 9: the way out. Files are created new, through a temporary file in the same folder, fsync,
//! rename without replacing, fsync of the folder; private keys are 0600. What is published under a
//! stable name, a CRL or a CA certificate, is replaced by its successor alone, the same way; a report
//! that is made again and again by a newer one of its kind.
//!
//! Invariant: whoever finds a file under its final name finds all of it, also after power loss.

use std::fs::{self, File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use crate::base::pem;
use crate::verify::Issued;

mod batch;
mod error;
mod mirror;
mod renewed;
mod stable;

pub use batch::Batch;
pub use error::{NotReplaced, PublishError};
pub use mirror::Mirror;
pub use renewed::write_renewed;
pub use stable::{
    CertificateOutput, CrlOutput, Form, Publication, Stable, certificate_name, crl_name, replace,
};

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Certificates, kubeconfigs without keys: 0644, folders 0755.
    Public,
    /// Private keys and what embeds them: 0600, folders 0700.
    Private,
}

impl Access {
    fn file_mode(self) -> u32 {
        match self {
            Self::Public => 0o644,
            Self::Private => 0o600,
        }
    }

    fn folder_mode(self) -> u32 {
        match self {
            Self::Public => 0o755,
            Self::Private => 0o700,
        }
    }
}

/// Writes a file that must not exist yet; atomic and durable.
///
/// # Errors
/// [`PublishError`] when it exists or cannot be written; then nothing is left behind.
pub fn write_new(path: &Path, content: &[u8], access: Access) -> Result<(), PublishError> {
    let io = |action, source| PublishError::Io { path: path.to_owned(), action, source };
    // A temporary file that gets no name is removed when it is dropped.
    let file = stage(path, content, access)?;
    file.as_file().sync_all().map_err(|source| io("sync", source))?;
    file.persist_noclobber(path).map_err(|error| unnamed(path, error.error))?;
    sync_folder(&folder_of(path)).map_err(|source| {
        // Whether the name would survive power loss is not known, so it is not given out.
        let _ = fs::remove_file(path);
        io("sync the folder", source)
    })
}

/// Makes a folder and those above it, durably; one that is there already stays as it is.
///
/// # Errors
/// [`PublishError`] when something else has its place or the system refuses.
pub fn create_dir(path: &Path, access: Access) -> Result<(), PublishError> {
    if path.is_dir() {
        return Ok(());
    }
    let io = |action, source| PublishError::Io { path: path.to_owned(), action, source };
    let above = folder_of(path);
    create_dir(&above, access)?;
    match fs::DirBuilder::new().mode(access.folder_mode()).create(path) {
        Ok(()) => sync_folder(&above).map_err(|source| io("sync the folder above", source)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if path.is_dir() {
                return Ok(());
            }
            Err(PublishError::NotAFolder(path.to_owned()))
        }
        Err(source) => Err(io("create the folder", source)),
    }
}

/// A certificate and what is above it, nearest first, as one PEM text.
pub fn chain_pem<'a>(certificate: &Issued, chain: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut text = pem::encode(pem::CERTIFICATE, certificate.as_der());
    for above in chain {
        text.push_str(&pem::encode(pem::CERTIFICATE, above));
    }
    text
}

/// A temporary file with all of the content and the right mode, not yet synced.
fn stage(
    path: &Path,
    content: &[u8],
    access: Access,
) -> Result<tempfile::NamedTempFile, PublishError> {
    if path.file_name().is_none() {
        return Err(PublishError::NotAFile(path.to_owned()));
    }
    // Early, so that the usual mistake costs nothing; the rename decides.
    if path.symlink_metadata().is_ok() {
        return Err(PublishError::Exists(path.to_owned()));
    }
    temporary(path, content, access)
}

/// How the names of files begin that are not finished yet.
const TEMPORARY: &str = ".keystead-";

/// [`stage`] whatever is at `path`.
fn temporary(
    path: &Path,
    content: &[u8],
    access: Access,
) -> Result<tempfile::NamedTempFile, PublishError> {
    let io = |action, source| PublishError::Io { path: path.to_owned(), action, source };
    // The file is private from its first instant; the umask can only take rights away, so the mode
    // is set in full afterwards.
    let mut file = tempfile::Builder::new()
        .prefix(TEMPORARY)
        .suffix(".tmp")
        .permissions(Permissions::from_mode(0o600))
        .tempfile_in(folder_of(path))
        .map_err(|source| io("create a temporary file beside it", source))?;
    file.write_all(content).map_err(|source| io("write", source))?;
    let mode = Permissions::from_mode(access.file_mode());
    file.as_file().set_permissions(mode).map_err(|source| io("set the mode", source))?;
    Ok(file)
}

/// What a rename that did not replace anything reports.
fn unnamed(path: &Path, source: io::Error) -> PublishError {
    if source.kind() == io::ErrorKind::AlreadyExists {
        return PublishError::Exists(path.to_owned());
    }
    PublishError::Io { path: path.to_owned(), action: "give the file its name", source }
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        Some(_) => PathBuf::from("."),
        None => path.to_owned(),
    }
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
