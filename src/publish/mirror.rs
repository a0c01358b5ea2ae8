//! Very many small files below one folder, each in the place of an older one: what a static web server
//! hands out.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::{Access, PublishError, create_dir, temporary};

/// So many files wait at most: what a kill can leave behind.
const STAGED: usize = 1024;

/// Files below one folder, on one file system. Each is whole and durable before it gets its name, and
/// replaces what has that name; the price is one sync for many files.
#[derive(Debug)]
pub struct Mirror {
    folder: PathBuf,
    staged: Vec<(tempfile::TempPath, PathBuf)>,
}

impl Mirror {
    /// Makes the folder if needed.
    ///
    /// # Errors
    /// [`PublishError`].
    pub fn new(folder: &Path) -> Result<Self, PublishError> {
        create_dir(folder, Access::Public)?;
        Ok(Self { folder: folder.to_owned(), staged: Vec::new() })
    }

    /// Takes a file by its path below the folder; folders on the way are made. The caller has looked at
    /// what it replaces.
    ///
    /// # Errors
    /// [`PublishError`]; it may be about a file that was taken before.
    pub fn put(&mut self, path: &str, content: &[u8]) -> Result<(), PublishError> {
        let name = self.folder.join(path);
        let beside = self.folder.join("file");
        let file = temporary(&beside, content, Access::Public)?;
        self.staged.push((file.into_temp_path(), name));
        if self.staged.len() >= STAGED { self.flush() } else { Ok(()) }
    }

    /// Gives every file its name and makes that durable.
    ///
    /// # Errors
    /// [`PublishError`] for the first file that could not get its name; those behind it have none.
    pub fn finish(mut self) -> Result<(), PublishError> {
        self.flush()?;
        sync(&self.folder)
    }

    fn flush(&mut self) -> Result<(), PublishError> {
        if self.staged.is_empty() {
            return Ok(());
        }
        // Content first, so that no name leads to half a file after power loss.
        sync(&self.folder)?;
        for (file, path) in self.staged.drain(..) {
            let failed = |action, source| PublishError::Io { path: path.clone(), action, source };
            if let Some(folder) = path.parent().filter(|folder| !folder.is_dir()) {
                fs::create_dir_all(folder).map_err(|source| failed("create the folder", source))?;
            }
            file.persist(&path).map_err(|error| failed("give the file its name", error.error))?;
        }
        Ok(())
    }
}

/// All of the file system; since Linux 5.8 it reports what could not be written.
fn sync(folder: &Path) -> Result<(), PublishError> {
    let sync = || -> io::Result<()> { Ok(rustix::fs::syncfs(File::open(folder)?)?) };
    sync().map_err(|source| PublishError::Io {
        path: folder.to_owned(),
        action: "sync the disk",
        source,
    })
}
