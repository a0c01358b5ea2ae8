//! Very many small files below one folder, each in the place of an older one: what a static web server
//! hands out.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Dir, Mode, OFlags};

use super::{Access, PublishError, TEMPORARY, create_dir, temporary};

/// So many files wait at most: what a kill can leave behind, until the next run.
const STAGED: usize = 1024;

/// Where files wait, below the folder.
const STAGING: &str = ".keystead-staging";

/// Files below one folder, on one file system. Each is whole and durable before it gets its name, and
/// replaces what has that name; the price is one sync for many files.
#[derive(Debug)]
pub struct Mirror {
    folder: PathBuf,
    staging: PathBuf,
    staged: Vec<(tempfile::TempPath, PathBuf)>,
    /// The folder of what waits; nobody else's until it is closed, when it is gone.
    _lock: File,
}

impl Mirror {
    /// Makes the folder if needed, waits for another writer of it to end, and removes what one that was
    /// killed left unfinished.
    ///
    /// # Errors
    /// [`PublishError`].
    pub fn new(folder: &Path) -> Result<Self, PublishError> {
        create_dir(folder, Access::Public)?;
        let staging = folder.join(STAGING);
        let failed = |source| PublishError::Io {
            path: staging.clone(),
            action: "prepare the folder of unfinished files",
            source,
        };
        let lock = loop {
            match fs::create_dir(&staging) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(failed(error));
                }
                _ => {}
            }
            if let Some(lock) = locked(&staging).map_err(failed)? {
                break lock;
            }
        };
        remove_unfinished(&lock).map_err(failed)?;
        Ok(Self { folder: folder.to_owned(), staging, staged: Vec::new(), _lock: lock })
    }

    /// Takes a file by its path below the folder; folders on the way are made. The caller has looked at
    /// what it replaces.
    ///
    /// # Errors
    /// [`PublishError`]; it may be about a file that was taken before.
    pub fn put(&mut self, path: &str, content: &[u8]) -> Result<(), PublishError> {
        let name = self.folder.join(path);
        let file = temporary(&self.staging.join("file"), content, Access::Public)?;
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

impl Drop for Mirror {
    fn drop(&mut self) {
        self.staged.clear();
        // What cannot be removed now is there for the next run.
        let _ = fs::remove_dir(&self.staging);
    }
}

/// The folder at `path`, locked; none if by then it is not there any more: who had it removed it.
fn locked(path: &Path) -> io::Result<Option<File>> {
    let absent_is_none = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Ok(None),
        _ => Err(error),
    };
    // Whoever else may write here must not lead us to another folder.
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let folder = match rustix::fs::open(path, flags, Mode::empty()) {
        Ok(folder) => File::from(folder),
        Err(error) => return absent_is_none(error.into()),
    };
    folder.lock()?;
    let (ours, there) = (folder.metadata()?, path.symlink_metadata());
    match there {
        Ok(there) if (there.dev(), there.ino()) == (ours.dev(), ours.ino()) => Ok(Some(folder)),
        Ok(_) => Ok(None),
        Err(error) => absent_is_none(error),
    }
}

/// Removes the files in this folder that have the names of ours.
fn remove_unfinished(folder: &File) -> io::Result<()> {
    let names: Vec<_> = Dir::read_from(folder)?
        .map(|entry| Ok(entry?.file_name().to_owned()))
        .collect::<io::Result<_>>()?;
    for name in names {
        if name.to_bytes().starts_with(TEMPORARY.as_bytes()) {
            rustix::fs::unlinkat(folder, &name, AtFlags::empty())?;
        }
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::super::write_new;
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn files_get_their_names_at_the_end_and_nothing_else_stays() {
        let folder = tempfile::tempdir().unwrap();
        write_new(&folder.path().join("a"), b"old", Access::Public).unwrap();
        let mut mirror = Mirror::new(folder.path()).unwrap();
        mirror.put("a", b"new").unwrap();
        mirror.put("b/c", b"below").unwrap();
        assert_eq!(names(folder.path()), [STAGING, "a"]);
        assert_eq!(fs::read(folder.path().join("a")).unwrap(), b"old");
        mirror.finish().unwrap();
        assert_eq!(names(folder.path()), ["a", "b"]);
        assert_eq!(fs::read(folder.path().join("a")).unwrap(), b"new");
        assert_eq!(fs::read(folder.path().join("b/c")).unwrap(), b"below");
    }

    #[test]
    fn what_a_killed_run_left_is_removed_by_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let staging = folder.path().join(STAGING);
        fs::create_dir(&staging).unwrap();
        write_new(&staging.join(".keystead-x.tmp"), b"half", Access::Public).unwrap();
        Mirror::new(folder.path()).unwrap().finish().unwrap();
        assert_eq!(names(folder.path()), [""; 0]);
    }

    #[test]
    fn a_link_in_the_place_of_unfinished_files_is_refused_and_what_is_not_ours_stays() {
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let file = other.path().join(".keystead-x.tmp");
        write_new(&file, b"another's", Access::Public).unwrap();
        let staging = folder.path().join(STAGING);
        std::os::unix::fs::symlink(other.path(), &staging).unwrap();
        assert!(matches!(Mirror::new(folder.path()), Err(PublishError::Io { .. })));
        assert!(file.exists());
        fs::remove_file(&staging).unwrap();
        fs::create_dir(&staging).unwrap();
        write_new(&staging.join("notes"), b"another's", Access::Public).unwrap();
        Mirror::new(folder.path()).unwrap().finish().unwrap();
        assert_eq!(names(&staging), ["notes"]);
    }

    #[test]
    fn what_gets_no_name_is_not_left_behind() {
        let folder = tempfile::tempdir().unwrap();
        let mut mirror = Mirror::new(folder.path()).unwrap();
        mirror.put("a", b"content").unwrap();
        drop(mirror);
        assert_eq!(names(folder.path()), [""; 0]);
    }

    #[test]
    fn a_second_writer_waits_for_the_first_and_both_complete() {
        let folder = tempfile::tempdir().unwrap();
        let mut first = Mirror::new(folder.path()).unwrap();
        first.put("a", b"first").unwrap();
        std::thread::scope(|scope| {
            let second = scope.spawn(|| {
                let mut mirror = Mirror::new(folder.path()).unwrap();
                // The first has ended, whose file is there.
                assert_eq!(fs::read(folder.path().join("a")).unwrap(), b"first");
                mirror.put("a", b"second").unwrap();
                mirror.finish().unwrap();
            });
            first.put("b", b"first").unwrap();
            first.finish().unwrap();
            second.join().unwrap();
        });
        assert_eq!(names(folder.path()), ["a", "b"]);
        assert_eq!(fs::read(folder.path().join("a")).unwrap(), b"second");
    }
}
