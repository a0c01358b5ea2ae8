//! Many files at the price of a few syncs.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::{Access, PublishError, folder_of, stage, unnamed};

/// So many files wait at most: what a kill can leave behind, and what is lost when it comes.
const STAGED: usize = 512;

/// Files written together: all of them whole and durable before the first gets its name, with one
/// sync of the file system for some hundred files instead of one of each (an fsync of a small file
/// takes about a millisecond).
///
/// Nothing is under its final name before [`Batch::finish`], or before enough files wait. What is
/// dropped unfinished leaves nothing.
#[derive(Debug, Default)]
pub struct Batch {
    staged: Vec<(tempfile::TempPath, PathBuf)>,
}

impl Batch {
    /// An empty batch.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a file that must not exist yet.
    ///
    /// # Errors
    /// As [`super::write_new`]; this file is not written, the others are not touched. When the error
    /// comes from giving names to those that wait, it names the first that has none.
    pub fn write_new(
        &mut self,
        path: &Path,
        content: &[u8],
        access: Access,
    ) -> Result<(), PublishError> {
        let file = stage(path, content, access)?;
        self.staged.push((file.into_temp_path(), path.to_owned()));
        if self.staged.len() >= STAGED {
            return self.flush();
        }
        Ok(())
    }

    /// Gives every file its name and makes that durable.
    ///
    /// # Errors
    /// [`PublishError`] for the first file that could not get its name; the others have theirs.
    pub fn finish(mut self) -> Result<(), PublishError> {
        self.flush()
    }

    fn flush(&mut self) -> Result<(), PublishError> {
        let staged = std::mem::take(&mut self.staged);
        let mut folders: Vec<PathBuf> = staged.iter().map(|(_, path)| folder_of(path)).collect();
        folders.sort_unstable();
        folders.dedup();
        for folder in &folders {
            // Since Linux 5.8 it reports what could not be written; before, such errors were only
            // reported by an fsync of the file.
            sync_file_system(folder).map_err(|source| failed(folder, "sync the disk", source))?;
        }
        let mut outcome = Ok(());
        for (file, path) in staged {
            let named = file.persist_noclobber(&path).map_err(|error| unnamed(&path, error.error));
            outcome = outcome.and(named);
        }
        for folder in &folders {
            let synced = super::sync_folder(folder)
                .map_err(|source| failed(folder, "sync the folder", source));
            outcome = outcome.and(synced);
        }
        outcome
    }
}

fn sync_file_system(folder: &Path) -> io::Result<()> {
    Ok(rustix::fs::syncfs(File::open(folder)?)?)
}

fn failed(path: &Path, action: &'static str, source: io::Error) -> PublishError {
    PublishError::Io { path: path.to_owned(), action, source }
}
