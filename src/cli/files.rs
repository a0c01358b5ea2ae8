//! Files and folders named on a command line, read with a limit: in a folder only regular files count,
//! and links are not followed, since it may be a stranger's medium.

use std::fs::OpenOptions;
use std::io::Read as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::exit::Failure;
use super::report::{Ui, escaped};

/// The regular files in `folder` with one of these endings, sorted; how many other entries there are is
/// told. `what` says what the files are.
pub(crate) fn in_folder(
    folder: &Path,
    endings: &[&str],
    what: &str,
    ui: &Ui,
) -> Result<Vec<PathBuf>, Failure> {
    let failed = |error| Failure::io(format!("cannot read the folder {}", folder.display()), error);
    let (mut paths, mut others) = (Vec::new(), 0_u64);
    for entry in folder.read_dir().map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let path = entry.path();
        let wanted = path
            .extension()
            .and_then(|ending| ending.to_str())
            .is_some_and(|ending| endings.iter().any(|known| ending.eq_ignore_ascii_case(known)));
        if wanted && entry.file_type().map_err(failed)?.is_file() {
            paths.push(path);
        } else {
            others += 1;
        }
    }
    if others > 0 {
        ui.note(format!(
            "{}: {others} other entries are left alone ({what} are regular files named *.{})",
            folder.display(),
            endings.join(", *.")
        ));
    }
    paths.sort();
    Ok(paths)
}

/// Reads a file that was found in a folder; none when it is no regular file any more. What was a file
/// when the folder was listed may be a link or a pipe by now.
pub(crate) fn read_entry(path: &Path, limit: u64) -> std::io::Result<Option<Vec<u8>>> {
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).unwrap_or(0);
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    if !file.metadata()?.is_file() {
        return Ok(None);
    }
    read_at_most(file, limit).map(Some)
}

/// One octet more than `limit`, when there is more.
pub(crate) fn read_at_most(source: impl std::io::Read, limit: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(limit + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether [`read_at_most`] met more than `limit`.
pub(crate) fn is_longer(bytes: &[u8], limit: u64) -> bool {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit
}

/// A path as it is shown.
pub(crate) fn shown(path: &Path) -> String {
    escaped(&path.to_string_lossy())
}
