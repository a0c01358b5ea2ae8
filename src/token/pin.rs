//! Where the PIN comes from, and how it gets from there into a [`Pin`] without staying anywhere else.

use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;

use rustix::fs::{FileType, Mode, OFlags};
use zeroize::Zeroizing;

use crate::base::secret::Pin;

use super::{Prompt, TokenError};

/// Where the PIN comes from: `prompt`, `file:PATH`, `fd:N` or `credential:NAME` (systemd).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PinSource {
    /// Asked for on the terminal.
    Prompt,
    /// A file that only its owner can read.
    File(PathBuf),
    /// An inherited file descriptor.
    Fd(u32),
    /// `$CREDENTIALS_DIRECTORY/NAME`.
    Credential(String),
}

/// Why there is no PIN. Never carries what was read, nor a source that was not understood: it might
/// be the PIN itself.
#[derive(Debug, thiserror::Error)]
pub enum PinSourceError {
    /// Not one of the four forms.
    #[error(
        "expected `prompt`, `file:PATH`, `fd:N` or `credential:NAME`; what was given is not shown, as it may be a PIN"
    )]
    Unknown,
    /// No path.
    #[error("`file:` has no path")]
    NoPath,
    /// Not a number.
    #[error("`fd:` is not followed by the number of an open file descriptor")]
    DescriptorNumber,
    /// Not a single file name.
    #[error("`credential:` is not followed by a single name without slashes")]
    CredentialName,
    /// systemd gave us no credentials.
    #[error(
        "CREDENTIALS_DIRECTORY is not set; systemd sets it for units with `LoadCredential=` or the like"
    )]
    NoCredentialsDirectory,
    /// The person gave none.
    #[error("the PIN could not be asked for")]
    Prompt(#[source] std::io::Error),
    /// It cannot be opened.
    #[error("{place} could not be opened")]
    Open {
        /// What.
        place: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It cannot be read.
    #[error("{place} could not be read")]
    Read {
        /// What.
        place: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A symbolic link, folder or device.
    #[error("{} is {found}, expected a regular file", .path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
        /// What it is.
        found: &'static str,
    },
    /// Others may read it.
    #[error(
        "{} has mode {mode:04o}, so others than its owner can reach the PIN; `chmod 600` it",
        .path.display()
    )]
    OpenToOthers {
        /// The path.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Nothing in it.
    #[error("{place} is empty, expected a PIN")]
    Empty {
        /// What.
        place: String,
    },
    /// More than a PIN.
    #[error("{place} holds more than one line of at most {limit} octets, expected a PIN alone")]
    NotOneLine {
        /// What.
        place: String,
        /// The limit.
        limit: usize,
    },
    /// Not text.
    #[error("the PIN in {place} is not UTF-8 text")]
    NotText {
        /// What.
        place: String,
    },
}

/// Far above any token's limit.
const LIMIT: usize = 1024;

impl PinSource {
    /// Gets the PIN; `question` is what a person is asked.
    pub(super) fn resolve(
        &self,
        prompt: Prompt<'_>,
        question: &str,
    ) -> Result<Pin, PinSourceError> {
        match self {
            Self::Prompt => {
                let pin = prompt(question).map_err(PinSourceError::Prompt)?;
                if pin.is_empty() {
                    return Err(PinSourceError::Empty { place: "the answer".to_owned() });
                }
                Ok(pin)
            }
            Self::File(path) => read_pin(&open_private(path)?, &path.display().to_string()),
            Self::Fd(number) => {
                let place = format!("file descriptor {number}");
                let file = File::open(format!("/dev/fd/{number}"))
                    .map_err(|source| PinSourceError::Open { place: place.clone(), source })?;
                read_pin(&file, &place)
            }
            Self::Credential(name) => {
                let folder = std::env::var_os("CREDENTIALS_DIRECTORY")
                    .ok_or(PinSourceError::NoCredentialsDirectory)?;
                // systemd alone writes there, and gives a service user access through an ACL that
                // shows as group bits: the mode says nothing here.
                let place = format!("the credential {name}");
                let file = File::open(Path::new(&folder).join(name))
                    .map_err(|source| PinSourceError::Open { place: place.clone(), source })?;
                read_pin(&file, &place)
            }
        }
    }

    fn parse(text: &str) -> Result<Self, PinSourceError> {
        if text == "prompt" {
            return Ok(Self::Prompt);
        }
        let (kind, rest) = text.split_once(':').ok_or(PinSourceError::Unknown)?;
        match kind {
            "file" if rest.is_empty() => Err(PinSourceError::NoPath),
            "file" => Ok(Self::File(PathBuf::from(rest))),
            "fd" if rest.bytes().all(|byte| byte.is_ascii_digit()) => {
                rest.parse().map(Self::Fd).map_err(|_| PinSourceError::DescriptorNumber)
            }
            "fd" => Err(PinSourceError::DescriptorNumber),
            "credential" => {
                let mut parts = Path::new(rest).components();
                match (parts.next(), parts.next()) {
                    (Some(Component::Normal(name)), None) if name == rest => {
                        Ok(Self::Credential(rest.to_owned()))
                    }
                    _ => Err(PinSourceError::CredentialName),
                }
            }
            _ => Err(PinSourceError::Unknown),
        }
    }
}

impl FromStr for PinSource {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text).map_err(TokenError::PinSource)
    }
}

impl fmt::Display for PinSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prompt => f.write_str("prompt"),
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Fd(number) => write!(f, "fd:{number}"),
            Self::Credential(name) => write!(f, "credential:{name}"),
        }
    }
}

/// Opens a regular file that its owner alone can reach. What is checked is what is open, so nobody
/// can put another file in its place in between.
fn open_private(path: &Path) -> Result<File, PinSourceError> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let file = match rustix::fs::open(path, flags, Mode::empty()) {
        Ok(descriptor) => File::from(descriptor),
        Err(rustix::io::Errno::LOOP) => {
            return Err(PinSourceError::NotAFile {
                path: path.to_owned(),
                found: "a symbolic link",
            });
        }
        Err(source) => {
            return Err(PinSourceError::Open {
                place: path.display().to_string(),
                source: source.into(),
            });
        }
    };
    let status = rustix::fs::fstat(&file).map_err(|source| PinSourceError::Read {
        place: path.display().to_string(),
        source: source.into(),
    })?;
    let found = match FileType::from_raw_mode(status.st_mode) {
        FileType::RegularFile => None,
        FileType::Directory => Some("a folder"),
        FileType::Fifo => Some("a named pipe"),
        _ => Some("a device or socket"),
    };
    if let Some(found) = found {
        return Err(PinSourceError::NotAFile { path: path.to_owned(), found });
    }
    let mode = status.st_mode & 0o7777;
    if mode & 0o077 != 0 {
        return Err(PinSourceError::OpenToOthers { path: path.to_owned(), mode });
    }
    Ok(file)
}

/// Reads one line. The buffer never grows, so no copy of the PIN is left behind, and it is wiped.
fn read_pin(mut file: &File, place: &str) -> Result<Pin, PinSourceError> {
    let mut buffer = Zeroizing::new([0_u8; LIMIT + 2]);
    let mut length = 0;
    loop {
        match file.read(buffer.get_mut(length..).unwrap_or_default()) {
            Ok(0) => break,
            Ok(more) => length += more,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(source) => {
                return Err(PinSourceError::Read { place: place.to_owned(), source });
            }
        }
    }
    let read = buffer.get(..length).unwrap_or_default();
    let line = read.strip_suffix(b"\n").unwrap_or(read);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.is_empty() {
        return Err(PinSourceError::Empty { place: place.to_owned() });
    }
    if line.len() > LIMIT || line.contains(&b'\n') || line.contains(&0) {
        return Err(PinSourceError::NotOneLine { place: place.to_owned(), limit: LIMIT });
    }
    let text = std::str::from_utf8(line)
        .map_err(|_| PinSourceError::NotText { place: place.to_owned() })?;
    Ok(Pin::new(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::os::fd::AsRawFd as _;
    use std::os::unix::fs::PermissionsExt as _;

    use secrecy::ExposeSecret as _;

    use super::*;

    fn no_prompt(_: &str) -> std::io::Result<Pin> {
        Err(std::io::ErrorKind::Unsupported.into())
    }

    fn file_with(content: &[u8], mode: u32) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content).unwrap();
        file.as_file().set_permissions(std::fs::Permissions::from_mode(mode)).unwrap();
        file
    }

    fn read(content: &[u8]) -> Result<String, PinSourceError> {
        let file = file_with(content, 0o600);
        PinSource::File(file.path().to_owned())
            .resolve(&no_prompt, "")
            .map(|pin| pin.secret().expose_secret().to_owned())
    }

    #[test]
    fn the_four_forms_are_read_and_written_back() {
        for text in ["prompt", "file:/etc/pin", "file:a b", "fd:7", "credential:ca-pin"] {
            assert_eq!(text.parse::<PinSource>().unwrap().to_string(), text);
        }
        for text in ["", "1234", "pin:1234", "file:", "fd:", "fd:x", "fd:+1", "fd:-1"] {
            assert!(text.parse::<PinSource>().is_err(), "{text}");
        }
        for text in ["credential:", "credential:a/b", "credential:..", "credential:/a"] {
            assert!(
                matches!(PinSource::parse(text), Err(PinSourceError::CredentialName)),
                "{text}"
            );
        }
    }

    #[test]
    fn a_pin_given_instead_of_a_source_is_not_repeated() {
        let error = "918273".parse::<PinSource>().unwrap_err();
        let source = std::error::Error::source(&error).unwrap();
        assert!(!format!("{error} {error:?} {source}").contains("918273"));
    }

    #[test]
    fn one_line_end_is_taken_off_and_nothing_else() {
        assert_eq!(read(b"1234").unwrap(), "1234");
        assert_eq!(read(b"1234\n").unwrap(), "1234");
        assert_eq!(read(b"1234\r\n").unwrap(), "1234");
        assert_eq!(read(b" 12 34 \n").unwrap(), " 12 34 ");
        assert!(matches!(read(b"1234\n\n"), Err(PinSourceError::NotOneLine { .. })));
        assert!(matches!(read(b"12\n34\n"), Err(PinSourceError::NotOneLine { .. })));
        assert!(matches!(read(b"\n"), Err(PinSourceError::Empty { .. })));
        assert!(matches!(read(b""), Err(PinSourceError::Empty { .. })));
        assert!(matches!(read(&[0xff, 0xfe]), Err(PinSourceError::NotText { .. })));
        assert!(matches!(read(&[b'1'; 5000]), Err(PinSourceError::NotOneLine { .. })));
    }

    #[test]
    fn a_file_that_others_can_reach_is_refused() {
        for mode in [0o640, 0o604, 0o660, 0o610, 0o601, 0o777] {
            let file = file_with(b"1234", mode);
            let error =
                PinSource::File(file.path().to_owned()).resolve(&no_prompt, "").unwrap_err();
            assert!(
                matches!(error, PinSourceError::OpenToOthers { mode: found, .. } if found == mode),
                "{error}"
            );
        }
    }

    #[test]
    fn a_link_a_folder_and_a_named_pipe_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = file_with(b"1234", 0o600);
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(file.path(), &link).unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        for path in [link, pipe, folder.path().to_owned()] {
            let error = PinSource::File(path.clone()).resolve(&no_prompt, "").unwrap_err();
            assert!(matches!(error, PinSourceError::NotAFile { .. }), "{path:?}: {error}");
        }
    }

    #[test]
    fn an_open_descriptor_is_read_to_its_end() {
        let (reader, mut writer) = std::io::pipe().unwrap();
        writer.write_all(b"12").unwrap();
        let number = u32::try_from(reader.as_raw_fd()).unwrap();
        let rest = std::thread::spawn(move || writer.write_all(b"34\n"));
        let pin = PinSource::Fd(number).resolve(&no_prompt, "").unwrap();
        rest.join().unwrap().unwrap();
        assert_eq!(pin.secret().expose_secret(), "1234");
    }

    #[test]
    fn a_person_is_asked_the_question() {
        let ask = |question: &str| Ok(Pin::new(format!("{question}!")));
        let pin = PinSource::Prompt.resolve(&ask, "PIN").unwrap();
        assert_eq!(pin.secret().expose_secret(), "PIN!");
        assert!(matches!(
            PinSource::Prompt.resolve(&no_prompt, "PIN"),
            Err(PinSourceError::Prompt(_))
        ));
    }
}
