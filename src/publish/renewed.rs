//! Reports that are written again and again under one name: the old one is replaced in one step, and
//! nothing but an older report of the same kind.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use super::{Access, PublishError, folder_of, sync_folder, temporary};

/// Writes a file that may be there already if its present content begins with `mark`; atomic and
/// durable: readers see the old report or the new one. `what` says what begins so.
///
/// # Errors
/// [`PublishError::Foreign`] when something else has the name; [`PublishError`] when it cannot be
/// written. Then the old file is still there.
pub fn write_renewed(
    path: &Path,
    content: &[u8],
    mark: &str,
    what: &'static str,
) -> Result<(), PublishError> {
    let io = |action, source| PublishError::Io { path: path.to_owned(), action, source };
    if !is_free_or_begins_with(path, mark).map_err(|source| io("read the old file", source))? {
        return Err(PublishError::Foreign { path: path.to_owned(), what });
    }
    let file = temporary(path, content, Access::Public)?;
    file.as_file().sync_all().map_err(|source| io("sync", source))?;
    file.persist(path).map_err(|error| io("give the file its name", error.error))?;
    sync_folder(&folder_of(path)).map_err(|source| io("sync the folder", source))
}

/// Whether nothing has the name, or a regular file that begins with `mark`.
fn is_free_or_begins_with(path: &Path, mark: &str) -> io::Result<bool> {
    match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(error),
        Ok(metadata) if !metadata.is_file() => return Ok(false),
        Ok(_) => {}
    }
    // What was a file a moment ago may be a pipe now, and a pipe would be waited for.
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).unwrap_or(0);
    let old: File = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    let mut beginning = Vec::new();
    old.take(mark.len() as u64).read_to_end(&mut beginning)?;
    Ok(beginning == mark.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    const MARK: &str = "# ours\n";

    fn write(path: &Path, content: &str) -> Result<(), PublishError> {
        write_renewed(path, content.as_bytes(), MARK, "a report")
    }

    #[test]
    fn a_report_replaces_an_older_one_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report");
        write(&path, "# ours\none").unwrap();
        write(&path, "# ours\ntwo").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "# ours\ntwo");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o644);

        for (name, content) in [("key", "-----BEGIN"), ("empty", ""), ("almost", "# ours")] {
            let other = folder.path().join(name);
            std::io::Write::write_all(&mut File::create_new(&other).unwrap(), content.as_bytes())
                .unwrap();
            let error = write(&other, "# ours\nthree").unwrap_err();
            assert!(matches!(error, PublishError::Foreign { .. }), "{error}");
            assert_eq!(std::fs::read_to_string(&other).unwrap(), content);
        }
        let left = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 4, "no temporary file is left");
    }

    #[test]
    fn a_link_a_folder_and_a_pipe_are_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        write(&at("report"), "# ours\n").unwrap();
        std::os::unix::fs::symlink(at("report"), at("link")).unwrap();
        std::fs::create_dir(at("folder")).unwrap();
        let made = std::process::Command::new("mkfifo").arg(at("pipe")).status().unwrap();
        assert!(made.success());
        for name in ["link", "folder", "pipe"] {
            let error = write(&at(name), "# ours\n").unwrap_err();
            assert!(matches!(error, PublishError::Foreign { .. }), "{name}: {error}");
        }
        assert!(at("link").symlink_metadata().unwrap().is_symlink());
    }
}
