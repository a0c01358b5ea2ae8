//! Requests named on a command line: files, folders, standard input; read with a limit, links in
//! folders not followed, and their output names settled, collisions included.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use keystead::base::algorithm::sha256;
use keystead::base::pem;
use keystead::base::text::is_confusing;

use super::exit::Failure;
use super::files::{self, is_longer, read_at_most, shown};
use super::report::Ui;

/// Endings of request files in a folder; a file that is named by itself may have any.
const ENDINGS: [&str; 5] = ["csr", "req", "p10", "pem", "der"];

/// No request is larger: `request::verify` accepts less, and this leaves room for PEM.
const LARGEST_REQUEST: u64 = 256 * 1024;

/// All of standard input.
const LARGEST_STREAM: u64 = 64 * 1024 * 1024;

/// One request and where its certificate goes.
#[derive(Debug)]
pub(crate) struct Input {
    /// How it is called in messages, escaped.
    pub(crate) name: String,
    source: Source,
    /// The certificate's file name without its ending; none when the serial will be the name.
    stem: Option<String>,
}

#[derive(Debug)]
enum Source {
    /// A path that was typed.
    File(PathBuf),
    /// A file found in a folder: links are not followed.
    Entry(PathBuf),
    /// Already read.
    Memory(Vec<u8>),
}

/// Why a request has no bytes to verify.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InputError {
    /// The system refused.
    #[error("it cannot be read")]
    Io(#[from] std::io::Error),
    /// A folder, device, pipe or link where a file was found before.
    #[error("it is not a regular file any more")]
    NotAFile,
    /// Too large to be a request.
    #[error("it is larger than {} KiB", LARGEST_REQUEST / 1024)]
    TooLarge,
    /// Not one PEM request.
    #[error("it does not hold one request")]
    Pem(#[from] pem::PemError),
}

impl InputError {
    /// The code and the clause of a refusal; none for what the system did not hand out.
    pub(super) fn rule(&self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Io(_) | Self::NotAFile => None,
            Self::TooLarge => Some(("request.too-long", "Keystead")),
            Self::Pem(_) => Some(("request.encoding", "RFC 7468 §7")),
        }
    }
}

/// A request without bytes to verify.
#[derive(Debug)]
pub(crate) struct Unreadable {
    /// Why.
    pub(crate) error: InputError,
    /// SHA-256 of what was read; none when the system gave nothing, and so nothing was refused.
    pub(crate) sha256: Option<[u8; 32]>,
}

impl From<std::io::Error> for Unreadable {
    fn from(error: std::io::Error) -> Self {
        Self { error: error.into(), sha256: None }
    }
}

/// The requests that `paths` stand for: files, folders, `-` for standard input.
pub(crate) fn collect(paths: &[PathBuf], ui: &Ui) -> Result<Vec<Input>, Failure> {
    let mut inputs = Vec::new();
    let mut stdin_used = false;
    for path in paths {
        if path.as_os_str() == "-" {
            if std::mem::replace(&mut stdin_used, true) {
                return Err(Failure::usage("- (standard input) is given twice"));
            }
            inputs.extend(from_stdin()?);
        } else if path.is_dir() {
            inputs.extend(from_folder(path, ui)?);
        } else {
            if let Err(error) = path.metadata() {
                return Err(Failure::io(format!("cannot read {}", path.display()), error));
            }
            inputs.push(Input {
                name: shown(path),
                stem: Some(stem(path)?),
                source: Source::File(path.clone()),
            });
        }
    }
    if inputs.is_empty() {
        return Err(Failure::usage("there is no request in what was given").hint(format!(
            "in a folder, only regular files named *.{} count",
            ENDINGS.join(", *.")
        )));
    }
    refuse_shared_stems(&inputs)?;
    Ok(inputs)
}

impl Input {
    /// The request, DER.
    pub(crate) fn read(&self) -> Result<Vec<u8>, Unreadable> {
        let bytes = match &self.source {
            Source::Memory(bytes) => return request_der(bytes),
            Source::File(path) => read_at_most(std::fs::File::open(path)?, LARGEST_REQUEST)?,
            Source::Entry(path) => match files::read_entry(path, LARGEST_REQUEST)? {
                Some(bytes) => bytes,
                None => return Err(Unreadable { error: InputError::NotAFile, sha256: None }),
            },
        };
        request_der(&bytes)
    }

    /// Where its certificate goes, unless only the serial will tell.
    pub(crate) fn output(&self, folder: &Path) -> Option<PathBuf> {
        self.stem.as_ref().map(|stem| folder.join(format!("{stem}.crt")))
    }
}

fn from_stdin() -> Result<Vec<Input>, Failure> {
    let bytes = read_at_most(std::io::stdin().lock(), LARGEST_STREAM)
        .map_err(|error| Failure::io("cannot read standard input", error))?;
    if is_longer(&bytes, LARGEST_STREAM) {
        return Err(Failure::refused(format!(
            "standard input is longer than {} MiB",
            LARGEST_STREAM / 1024 / 1024
        )));
    }
    let blocks = split_pem(&bytes);
    let several = blocks.len() > 1;
    let inputs = blocks.into_iter().enumerate().map(|(index, block)| Input {
        name: if several { format!("stdin #{}", index + 1) } else { "stdin".to_owned() },
        source: Source::Memory(block),
        stem: None,
    });
    Ok(inputs.collect())
}

fn from_folder(folder: &Path, ui: &Ui) -> Result<Vec<Input>, Failure> {
    let paths = files::in_folder(folder, &ENDINGS, "requests", ui)?;
    let inputs = paths.into_iter().map(|path| {
        Ok(Input { name: shown(&path), stem: Some(stem(&path)?), source: Source::Entry(path) })
    });
    inputs.collect()
}

fn refuse_shared_stems(inputs: &[Input]) -> Result<(), Failure> {
    let mut seen: HashMap<&str, &Input> = HashMap::with_capacity(inputs.len());
    for input in inputs {
        let Some(stem) = &input.stem else { continue };
        if let Some(other) = seen.insert(stem, input) {
            return Err(Failure::usage(format!(
                "{} and {} would both become {stem}.crt",
                other.name, input.name
            ))
            .hint("rename one of them, or sign them in two runs with two --out folders"));
        }
    }
    Ok(())
}

/// The name that the certificate inherits from its request's file.
fn stem(path: &Path) -> Result<String, Failure> {
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let safe = !stem.is_empty()
        && stem.len() <= 200
        && !stem.starts_with(['-', '.'])
        && !stem.chars().any(|c| is_confusing(c) || c == '\\' || c == '/');
    if !safe {
        return Err(Failure::usage(format!(
            "{} cannot give its name to a certificate: it starts with - or ., is too long, or has characters that do not show",
            shown(path)
        ))
        .hint("rename it, or pipe it in: keystead sign - … names the certificate by its serial"));
    }
    Ok(stem.to_owned())
}

/// DER as it is, or the one PEM block under either of its two labels (RFC 7468 §7).
fn request_der(bytes: &[u8]) -> Result<Vec<u8>, Unreadable> {
    const OLD: &str = "NEW CERTIFICATE REQUEST";
    let refused = |error| Unreadable { error, sha256: Some(sha256(bytes)) };
    if is_longer(bytes, LARGEST_REQUEST) {
        return Err(refused(InputError::TooLarge));
    }
    let old = std::str::from_utf8(bytes).is_ok_and(|text| text.contains("-----BEGIN NEW CERT"));
    let label = if old { OLD } else { pem::CERTIFICATE_REQUEST };
    pem::der_or_pem(label, bytes).map_err(|error| refused(error.into()))
}

/// Each PEM block of a stream with whatever is in front of it; a stream without any is one request.
fn split_pem(bytes: &[u8]) -> Vec<Vec<u8>> {
    const END: &[u8] = b"-----END ";
    let mut blocks = Vec::new();
    let mut rest = bytes;
    while let Some(end) = find(rest, END) {
        let line_end = find(&rest[end..], b"\n").map_or(rest.len(), |length| end + length + 1);
        blocks.push(rest[..line_end].to_vec());
        rest = &rest[line_end..];
    }
    let blank = rest.iter().all(u8::is_ascii_whitespace);
    if blocks.is_empty() && !blank || find(rest, b"-----BEGIN ").is_some() {
        blocks.push(rest.to_vec());
    }
    blocks
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(content: &[u8]) -> String {
        pem::encode(pem::CERTIFICATE_REQUEST, content)
    }

    #[test]
    fn a_stream_of_pem_is_as_many_requests_as_it_has_blocks() {
        let stream = format!("note\n{}\n{}trailing note\n", block(&[1]), block(&[2]));
        let blocks = split_pem(stream.as_bytes());
        let ders: Vec<_> = blocks.iter().map(|b| request_der(b).unwrap()).collect();
        assert_eq!(ders, [[1], [2]]);
    }

    #[test]
    fn a_cut_off_block_is_a_request_that_will_be_refused_not_one_that_is_lost() {
        let stream = format!("{}{}", block(&[1]), &block(&[2])[..40]);
        let blocks = split_pem(stream.as_bytes());
        assert_eq!(blocks.len(), 2);
        assert!(request_der(&blocks[1]).is_err());
    }

    #[test]
    fn der_on_standard_input_is_one_request_and_nothing_is_none() {
        assert_eq!(split_pem(&[0x30, 0x00]).len(), 1);
        assert!(split_pem(b" \n").is_empty());
    }

    #[test]
    fn the_old_label_is_read_and_a_certificate_is_not() {
        let old = block(&[7]).replace("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST");
        assert_eq!(request_der(old.as_bytes()).unwrap(), [7]);
        let certificate = pem::encode(pem::CERTIFICATE, &[7]);
        let refused = request_der(certificate.as_bytes()).unwrap_err();
        assert!(matches!(refused.error, InputError::Pem(_)));
        assert_eq!(refused.sha256, Some(sha256(certificate.as_bytes())));
    }

    #[test]
    fn a_file_name_that_is_hidden_an_option_or_invisible_gives_no_name() {
        for bad in [".hidden.csr", "-rf.csr", "a\u{202e}b.csr", "a\u{1b}b.csr", "a\\b.csr"] {
            assert!(stem(Path::new(bad)).is_err(), "{bad:?}");
        }
        assert_eq!(stem(Path::new("x/web 1.example.com.csr")).unwrap(), "web 1.example.com");
    }
}
