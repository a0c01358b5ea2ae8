//! The installed list of weak RSA keys that Debian's OpenSSL made from 2006 to 2008 (CVE-2008-0166),
//! read from disk, in the format of the package `openssl-blacklist`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::KeyFault;
use crate::base::spki::Spki;

/// Where the package `openssl-blacklist` of Debian and Ubuntu installs its lists.
const INSTALLED: &str = "/usr/share/openssl-blacklist";

/// No list that exists has more octets; a larger file is another one.
const MAX_FILE: u64 = 64 << 20;

/// The last 80 bits of a SHA-1.
type Suffix = [u8; 10];

/// Known weak keys. The empty list, which is the default, refuses none.
#[derive(Debug, Default)]
pub struct WeakKeyList {
    /// In ascending order, with the index of the file.
    suffixes: Vec<(Suffix, usize)>,
    files: Vec<PathBuf>,
}

/// A list that cannot be used; then nothing is signed, since a check is missing that was asked for.
#[derive(Debug, thiserror::Error)]
pub enum WeakKeyListError {
    /// A file or folder that cannot be read.
    #[error("the list of weak keys {} cannot be read", .path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A folder without any list.
    #[error("the folder {} holds no list of weak keys (blacklist.RSA-*)", .0.display())]
    Empty(PathBuf),
    /// A file that is too large for a list.
    #[error("{} is too large for a list of weak keys: {length} bytes", .path.display())]
    TooLong {
        /// Which.
        path: PathBuf,
        /// Its length.
        length: u64,
    },
    /// A line of another form.
    #[error(
        "{} line {line} is neither a comment nor 20 hexadecimal digits (of a SHA-1 over Modulus=…)",
        .path.display()
    )]
    Line {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
    },
}

impl WeakKeyList {
    /// Reads the list that the operating system has installed, if it has, and those at `paths`: files,
    /// or folders with files `blacklist.RSA-*`.
    ///
    /// # Errors
    /// [`WeakKeyListError`] when a list is there, or is named, and cannot be read.
    pub fn load(paths: &[PathBuf]) -> Result<Self, WeakKeyListError> {
        Self::load_beside(Path::new(INSTALLED), paths)
    }

    fn load_beside(installed: &Path, paths: &[PathBuf]) -> Result<Self, WeakKeyListError> {
        let mut list = Self::default();
        if installed.symlink_metadata().is_ok() && !paths.iter().any(|path| path == installed) {
            list.read_path(installed)?;
        }
        for path in paths {
            list.read_path(path)?;
        }
        list.suffixes.sort_unstable();
        list.suffixes.dedup_by_key(|(suffix, _)| *suffix);
        Ok(list)
    }

    /// How many keys it has.
    pub fn len(&self) -> usize {
        self.suffixes.len()
    }

    /// Whether it has none: then Debian's weak keys are not recognised.
    pub fn is_empty(&self) -> bool {
        self.suffixes.is_empty()
    }

    /// The files it was read from.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// Refuses a key that is on the list.
    ///
    /// # Errors
    /// [`KeyFault::DebianWeak`] with the file that names it.
    pub fn check(&self, spki: &Spki) -> Result<(), KeyFault> {
        if self.suffixes.is_empty() {
            return Ok(());
        }
        let Some(modulus) = spki.rsa_modulus() else { return Ok(()) };
        let wanted = suffix(modulus);
        match self.suffixes.binary_search_by_key(&wanted, |(suffix, _)| *suffix) {
            Ok(index) => {
                let file = self.suffixes.get(index).and_then(|(_, file)| self.files.get(*file));
                let list = file.map(|file| file.display().to_string()).unwrap_or_default();
                Err(KeyFault::DebianWeak { list })
            }
            Err(_) => Ok(()),
        }
    }

    fn read_path(&mut self, path: &Path) -> Result<(), WeakKeyListError> {
        let failed = |source| WeakKeyListError::Io { path: path.to_owned(), source };
        if !path.is_dir() {
            return self.read_file(path);
        }
        let mut files = Vec::new();
        for entry in fs::read_dir(path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            if entry.file_name().to_string_lossy().starts_with("blacklist.RSA-") {
                files.push(entry.path());
            }
        }
        if files.is_empty() {
            return Err(WeakKeyListError::Empty(path.to_owned()));
        }
        files.sort();
        files.iter().try_for_each(|file| self.read_file(file))
    }

    fn read_file(&mut self, path: &Path) -> Result<(), WeakKeyListError> {
        let failed = |source| WeakKeyListError::Io { path: path.to_owned(), source };
        let metadata = fs::metadata(path).map_err(failed)?;
        if !metadata.is_file() {
            return Err(failed(io::Error::other("not a regular file")));
        }
        if metadata.len() > MAX_FILE {
            let path = path.to_owned();
            return Err(WeakKeyListError::TooLong { path, length: metadata.len() });
        }
        let text = fs::read_to_string(path).map_err(failed)?;
        let file = self.files.len();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim_end();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let mut suffix = Suffix::default();
            hex::decode_to_slice(line, &mut suffix)
                .map_err(|_| WeakKeyListError::Line { path: path.to_owned(), line: index + 1 })?;
            self.suffixes.push((suffix, file));
        }
        self.files.push(path.to_owned());
        Ok(())
    }
}

/// The last 80 bits of the SHA-1 over what `openssl rsa -modulus` prints.
fn suffix(modulus: &[u8]) -> Suffix {
    let line = format!("Modulus={}\n", hex::encode_upper(modulus));
    let digest =
        aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, line.as_bytes());
    let mut suffix = Suffix::default();
    // A SHA-1 has 20 octets.
    suffix.copy_from_slice(digest.as_ref().last_chunk::<10>().unwrap_or(&[0; 10]));
    suffix
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key of the package `openssl-blacklist` and its entry, published with the tests of boulder
    /// (goodkey/weak_test.go).
    const MODULUS: &str = "D673252AF6723C3F72529403EAB7C30DEF3C52F97E799825F4A70191C616ADCF\
        1ECE1113F1625971074C492C592025FDEADBDB146A081826BDF0D77C3C913DCF1B6F0B3B78F5108D2E493AD0\
        EEE8CA5C021711ADC13D358E61133870FCD19C8E5C22403959782AA82E72AEE53A3D491E3912CE27B27E1A85\
        EA69C19A527D28F7934C9823B7E56FDD657DAC83FDC65BB22A98D843DF73238919781B714C81A5E2AFEC71F5\
        C54AA2A27C590AD94C03C1062D50EFCFFAC743E3C8A3AE056846A1D756EB862BF4224169D467C35215ADE0AF\
        CC11E85FE629AFB802C4786FF2E9C929BCCF502B3D3B8876C6A11785CC398B389F1D86BDD9CB0BD4EC13956E\
        C3FA270D";
    const ENTRY: &str = "8df20e6961a16398b85a";

    fn weak() -> Spki {
        Spki::from_rsa_numbers(&hex::decode(MODULUS).unwrap(), &[1, 0, 1]).unwrap()
    }

    fn list(folder: &Path, name: &str, text: &str) -> PathBuf {
        let path = folder.join(name);
        io::Write::write_all(
            &mut fs::OpenOptions::new().write(true).create_new(true).open(&path).unwrap(),
            text.as_bytes(),
        )
        .unwrap();
        path
    }

    #[test]
    fn a_published_weak_key_is_found_in_a_file_and_in_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let text = format!("# comment\n0002a4226a4043426396\n\n{ENTRY}\n00008be7025d9f1a9088\n");
        let file = list(folder.path(), "blacklist.RSA-2048", &text);
        list(folder.path(), "blacklist.DSA-1024", "no list of ours");
        for path in [file.clone(), folder.path().to_owned()] {
            let list = WeakKeyList::load(&[path]).unwrap();
            assert!(list.len() >= 3 && list.files().contains(&file));
            let shown = file.display().to_string();
            assert_eq!(list.check(&weak()), Err(KeyFault::DebianWeak { list: shown }));
        }
    }

    #[test]
    fn the_installed_list_is_read_without_being_named_and_once_when_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let installed = folder.path().join("installed");
        fs::create_dir(&installed).unwrap();
        list(&installed, "blacklist.RSA-2048", &format!("{ENTRY}\n"));
        let other = list(folder.path(), "other", "0002a4226a4043426396\n");
        for (named, files) in [
            (vec![], 1),
            (vec![installed.clone()], 1),
            (vec![other.clone()], 2),
            (vec![installed.clone(), other], 2),
        ] {
            let list = WeakKeyList::load_beside(&installed, &named).unwrap();
            assert!(list.check(&weak()).is_err() && !list.is_empty());
            assert_eq!(list.files().len(), files, "{named:?}");
        }
        let none = WeakKeyList::load_beside(&folder.path().join("none"), &[]).unwrap();
        assert!(none.is_empty());
    }

    #[test]
    fn a_list_of_64_megabytes_is_read_and_a_longer_file_is_not() {
        let folder = tempfile::tempdir().unwrap();
        // A hole: one line of zeros.
        let file = list(folder.path(), "list", "");
        let hole = fs::OpenOptions::new().write(true).open(&file).unwrap();
        let load = |length: u64| {
            hole.set_len(length).unwrap();
            WeakKeyList::load(std::slice::from_ref(&file)).unwrap_err()
        };
        assert!(matches!(load(MAX_FILE), WeakKeyListError::Line { line: 1, .. }));
        assert!(matches!(load(MAX_FILE + 1), WeakKeyListError::TooLong { .. }));
    }

    #[test]
    fn a_key_that_is_not_on_the_list_passes_and_so_does_every_key_without_a_list() {
        let folder = tempfile::tempdir().unwrap();
        let file = list(folder.path(), "list", "0002a4226a4043426396\n");
        WeakKeyList::load(&[file]).unwrap().check(&weak()).unwrap();
        WeakKeyList::default().check(&weak()).unwrap();
    }

    #[test]
    fn a_list_that_is_named_and_missing_or_malformed_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let load = |path: PathBuf| WeakKeyList::load(&[path]).unwrap_err();
        assert!(matches!(load(folder.path().join("none")), WeakKeyListError::Io { .. }));
        assert!(matches!(load(folder.path().to_owned()), WeakKeyListError::Empty(_)));
        for line in ["0002a4226a404342639", "0002a4226a40434263967", "Modulus=AB", " # x"] {
            let file = list(folder.path(), &hex::encode(line), &format!("# x\n{line}\n"));
            assert!(matches!(load(file), WeakKeyListError::Line { line: 2, .. }), "{line:?}");
        }
    }
}
