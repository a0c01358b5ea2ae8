//! A tree that appears whole or not at all: written in a hidden folder inside the output folder, then
//! renamed node by node. Touches the disk.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;
use zeroize::Zeroizing;

use super::tree_error::TreeError;
use crate::base::clock::Timestamp;
use crate::publish::{self, Access, Batch};

/// How the folders of unfinished trees begin.
pub(super) const PREFIX: &str = ".keystead-";

/// A file of the tree.
struct OutFile {
    path: PathBuf,
    content: Zeroizing<Vec<u8>>,
    access: Access,
}

/// A tree in the making. Dropped before [`Staging::commit`], it leaves nothing behind.
pub(super) struct Staging {
    out: PathBuf,
    /// The output folder did not exist before.
    created: bool,
    folder: tempfile::TempDir,
    /// Every node is made anew.
    renew: bool,
    /// Node folders that are complete in the staging folder.
    whole: BTreeSet<PathBuf>,
    /// Files for node folders that are there already.
    single: Vec<OutFile>,
}

impl Staging {
    /// Makes the hidden folder, which shows that the output folder can be written to.
    pub(super) fn begin(out: &Path, renew: bool) -> Result<Self, TreeError> {
        let created = !out.exists();
        publish::create_dir(out, Access::Private)?;
        // Whoever may list the output folder need not see a tree in the making, nor an old one.
        let made = tempfile::Builder::new()
            .prefix(PREFIX)
            .permissions(fs::Permissions::from_mode(0o700))
            .tempdir_in(out);
        let folder = made.map_err(|source| {
            if created {
                let _ = fs::remove_dir(out);
            }
            io_error(out, "create a folder in it", source)
        })?;
        Ok(Self {
            out: out.to_owned(),
            created,
            folder,
            renew,
            whole: BTreeSet::new(),
            single: Vec::new(),
        })
    }

    /// Shows that a file can be created at `path`, below the output folder, before anything is signed
    /// for it.
    pub(super) fn prepare(&mut self, path: &Path) -> Result<(), TreeError> {
        let node = node_of(path);
        if self.is_whole(&node) {
            self.whole.insert(node);
            return Ok(publish::create_dir(
                &parent(&self.folder.path().join(path)),
                Access::Public,
            )?);
        }
        let parent = parent(&self.out.join(path));
        publish::create_dir(&parent, Access::Public)?;
        tempfile::tempfile_in(&parent)
            .map(drop)
            .map_err(|source| io_error(&parent, "create a file in it", source))
    }

    /// Writes the files of new node folders durably; keeps the others until [`Staging::commit`].
    pub(super) fn write(
        &mut self,
        files: impl IntoIterator<Item = (PathBuf, Zeroizing<Vec<u8>>, Access)>,
    ) -> Result<(), TreeError> {
        let mut batch = Batch::new();
        for (path, content, access) in files {
            self.prepare(&path)?;
            if self.whole.contains(&node_of(&path)) {
                batch.write_new(&self.folder.path().join(&path), &content, access)?;
            } else {
                self.single.push(OutFile { path, content, access });
            }
        }
        Ok(batch.finish()?)
    }

    /// Gives everything its place. With `renew`, what was there moves into a folder named after
    /// `now`, whose name is returned.
    pub(super) fn commit(mut self, now: Timestamp) -> Result<Option<String>, TreeError> {
        let mut batch = Batch::new();
        for file in &self.single {
            batch.write_new(&self.out.join(&file.path), &file.content, file.access)?;
        }
        let mut moved: Vec<&Path> = Vec::new();
        let mut replaced = false;
        for node in &self.whole {
            let (staged, place) = (self.folder.path().join(node), self.out.join(node));
            let outcome = if self.renew && place.exists() {
                exchange(&staged, &place).inspect(|()| replaced = true)
            } else {
                rename_new(&staged, &place).inspect(|()| moved.push(node))
            };
            if let Err(source) = outcome {
                for node in moved {
                    let _ = fs::rename(self.out.join(node), self.folder.path().join(node));
                }
                return Err(io_error(&place, "give the folder its name", source));
            }
        }
        batch.finish()?;
        self.created = false;
        let previous = if replaced { Some(self.set_aside(now)?) } else { None };
        let sync = |path: &Path| File::open(path).and_then(|folder| folder.sync_all());
        sync(&self.out).map_err(|source| io_error(&self.out, "sync the folder", source))?;
        Ok(previous)
    }

    /// After an exchange the staging folder holds the old tree.
    fn set_aside(&self, now: Timestamp) -> Result<String, TreeError> {
        // No node can have such a name: an underscore is not in RFC 1123.
        let stem = format!("previous_{}", now.to_string().replace(':', ""));
        for number in 1..1000 {
            let name = if number == 1 { stem.clone() } else { format!("{stem}_{number}") };
            let place = self.out.join(&name);
            match rename_new(self.folder.path(), &place) {
                Ok(()) => return Ok(name),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(source) => return Err(io_error(&place, "set the old tree aside", source)),
            }
        }
        let taken = io::Error::from(io::ErrorKind::AlreadyExists);
        Err(io_error(&self.out.join(stem), "set the old tree aside", taken))
    }

    fn is_whole(&self, node: &Path) -> bool {
        self.renew || self.whole.contains(node) || self.out.join(node).symlink_metadata().is_err()
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if self.created {
            // The hidden folder is in it, and nothing else unless somebody put it there.
            let _ = fs::remove_dir_all(self.folder.path());
            let _ = fs::remove_dir(&self.out);
        }
    }
}

fn io_error(path: &Path, action: &'static str, source: io::Error) -> TreeError {
    TreeError::Io { path: path.to_owned(), action, source }
}

fn parent(path: &Path) -> PathBuf {
    path.parent().map(Path::to_owned).unwrap_or_default()
}

/// The first part of a planned path.
fn node_of(path: &Path) -> PathBuf {
    match path.components().next() {
        Some(Component::Normal(first)) => PathBuf::from(first),
        _ => PathBuf::new(),
    }
}

/// Renames without replacing.
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS) => {
            // A file system without the flag: nobody else is expected to write here.
            if to.symlink_metadata().is_ok() {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            fs::rename(from, to)
        }
        outcome => Ok(outcome?),
    }
}

/// Makes two folders change places, at once where the file system can.
fn exchange(first: &Path, second: &Path) -> io::Result<()> {
    match renameat_with(CWD, first, CWD, second, RenameFlags::EXCHANGE) {
        Err(Errno::INVAL | Errno::NOSYS) => {
            let aside = first.with_extension("aside");
            fs::rename(second, &aside)?;
            fs::rename(first, second)?;
            fs::rename(&aside, first)
        }
        outcome => Ok(outcome?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> (PathBuf, Zeroizing<Vec<u8>>, Access) {
        (PathBuf::from(path), Zeroizing::new(text.as_bytes().to_vec()), Access::Public)
    }

    fn entries(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn made(out: &Path, renew: bool, files: &[(&str, &str)]) -> Option<String> {
        let mut staging = Staging::begin(out, renew).unwrap();
        staging.write(files.iter().map(|(path, text)| file(path, text))).unwrap();
        staging.commit(Timestamp::from_unix(1_700_000_000)).unwrap()
    }

    #[test]
    fn what_is_not_committed_leaves_nothing_not_even_the_folder() {
        let home = tempfile::tempdir().unwrap();
        let out = home.path().join("pki");
        let mut staging = Staging::begin(&out, false).unwrap();
        staging.write([file("a/pki/x", "1")]).unwrap();
        assert_eq!(entries(&out).len(), 1);
        drop(staging);
        assert!(!out.exists());
    }

    #[test]
    fn new_nodes_appear_whole_and_known_ones_get_what_is_missing() {
        let home = tempfile::tempdir().unwrap();
        let out = home.path().join("pki");
        assert_eq!(made(&out, false, &[("a/pki/x", "1"), ("a/y", "2")]), None);
        assert_eq!(made(&out, false, &[("a/pki/z", "3"), ("b/x", "4")]), None);
        assert_eq!(entries(&out), ["a", "b"]);
        assert_eq!(entries(&out.join("a/pki")), ["x", "z"]);
        assert_eq!(fs::read_to_string(out.join("a/y")).unwrap(), "2");
    }

    #[test]
    fn a_file_that_is_there_is_never_replaced() {
        let home = tempfile::tempdir().unwrap();
        made(home.path(), false, &[("a/x", "1")]);
        let mut staging = Staging::begin(home.path(), false).unwrap();
        staging.write([file("a/x", "2"), file("b/x", "3")]).unwrap();
        assert!(staging.commit(Timestamp::from_unix(0)).is_err());
        assert_eq!(fs::read_to_string(home.path().join("a/x")).unwrap(), "1");
        assert_eq!(entries(home.path()), ["a"]);
    }

    #[test]
    fn renewal_sets_the_old_tree_aside_each_time() {
        let home = tempfile::tempdir().unwrap();
        made(home.path(), false, &[("a/x", "1")]);
        let first = made(home.path(), true, &[("a/x", "2"), ("b/x", "2")]).unwrap();
        let second = made(home.path(), true, &[("a/x", "3")]).unwrap();
        assert_eq!(first, "previous_2023-11-14T221320Z");
        assert_eq!(second, "previous_2023-11-14T221320Z_2");
        let text = |path: &str| fs::read_to_string(home.path().join(path)).unwrap();
        assert_eq!(text("a/x"), "3");
        assert_eq!(text(&format!("{first}/a/x")), "1");
        assert_eq!(text(&format!("{second}/a/x")), "2");
        assert_eq!(entries(home.path()), ["a", "b", first.as_str(), second.as_str()]);
    }
}
