//! What is published under a stable name: CRLs and CA certificates, which take the place of older ones
//! of their own kind and of nothing else.

use std::borrow::Cow;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::{Access, NotReplaced, PublishError, folder_of, temporary, unnamed};
use crate::base::crl::{CrlError, CrlOutline};
use crate::base::issuer_cert::{IssuerCert, IssuerCertError};
use crate::base::pem::{self, der_or_pem};

/// No published file is larger: a CRL of some five million entries.
const LARGEST_FILE: u64 = 256 << 20;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// DER, as RFC 5280 §4.2.1.13 and §4.2.2.1 want it behind a URI.
    Der,
    /// PEM, which web servers and proxies read.
    Pem,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Publication {
    /// There was none.
    New,
    /// An older one was replaced.
    Replaced,
    /// The same was there already, as after a run that did not come to its end.
    Unchanged,
}

/// A CRL on its way out: it replaces a CRL of the same series with a lower number.
#[derive(Clone, Debug)]
pub struct CrlOutput<'a>(CrlOutline<'a>);

/// A CA certificate on its way out: it replaces one of the same subject and key that begins earlier.
#[derive(Clone, Debug)]
pub struct CertificateOutput(IssuerCert);

/// What may be published under a stable name. Nothing outside this module is.
pub trait Stable: sealed::Sealed {}

impl Stable for CrlOutput<'_> {}
impl Stable for CertificateOutput {}

mod sealed {
    use super::NotReplaced;

    pub trait Sealed {
        const LABEL: &'static str;
        fn der(&self) -> &[u8];
        /// Whether it may take the place of `there`, DER of the same kind of file.
        fn refuse(&self, there: &[u8]) -> Result<(), NotReplaced>;
    }
}

impl<'a> CrlOutput<'a> {
    /// Takes a signed CRL.
    ///
    /// # Errors
    /// [`CrlError`] when it is none.
    pub fn new(der: &'a [u8]) -> Result<Self, CrlError> {
        CrlOutline::from_der(der).map(Self)
    }

    /// Writes it into `folder` under its stable names, DER and PEM: those of [`crl_name`]. When only one
    /// of them could be written, doing it again completes it.
    ///
    /// # Errors
    /// [`PublishError`] as for [`replace`].
    pub fn publish(
        &self,
        folder: &Path,
        issuer: &str,
        shard: Option<u32>,
    ) -> Result<[(PathBuf, Publication); 2], PublishError> {
        let is_delta = self.0.base().is_some();
        in_both_forms(folder, self, |form| crl_name(issuer, shard, is_delta, form))
    }
}

impl CertificateOutput {
    /// Takes a CA certificate.
    ///
    /// # Errors
    /// [`IssuerCertError`] when it is none.
    pub fn new(der: &[u8]) -> Result<Self, IssuerCertError> {
        IssuerCert::from_der(der).map(Self)
    }

    /// Writes it into `folder` under its stable names, DER and PEM: those of [`certificate_name`].
    ///
    /// # Errors
    /// [`PublishError`] as for [`replace`].
    pub fn publish(
        &self,
        folder: &Path,
        issuer: &str,
    ) -> Result<[(PathBuf, Publication); 2], PublishError> {
        in_both_forms(folder, self, |form| certificate_name(issuer, form))
    }
}

impl sealed::Sealed for CrlOutput<'_> {
    const LABEL: &'static str = pem::CRL;

    fn der(&self) -> &[u8] {
        self.0.as_der()
    }

    fn refuse(&self, there: &[u8]) -> Result<(), NotReplaced> {
        let there = CrlOutline::from_der(there).map_err(NotReplaced::NotACrl)?;
        if !self.0.same_series(&there) {
            return Err(NotReplaced::OtherSeries(there.issuer().clone()));
        }
        let (old, new) = (there.number(), self.0.number());
        match (old, new) {
            (Some(old), Some(new)) if old < new => Ok(()),
            _ => Err(NotReplaced::NotNewer {
                there: old.map(|number| number.to_string()),
                new: new.map(|number| number.to_string()),
            }),
        }
    }
}

impl sealed::Sealed for CertificateOutput {
    const LABEL: &'static str = pem::CERTIFICATE;

    fn der(&self) -> &[u8] {
        self.0.as_der()
    }

    fn refuse(&self, there: &[u8]) -> Result<(), NotReplaced> {
        let there = IssuerCert::from_der(there).map_err(NotReplaced::NotACertificate)?;
        if there.subject().as_der() != self.0.subject().as_der() || there.spki() != self.0.spki() {
            return Err(NotReplaced::OtherCa(there.subject().clone()));
        }
        let (old, new) = (there.validity().not_before(), self.0.validity().not_before());
        if old < new { Ok(()) } else { Err(NotReplaced::NotLater { there: old, new }) }
    }
}

/// `NAME.crl`, `NAME-SHARD.crl`, `NAME-delta.crl`, `NAME-SHARD-delta.crl`; with `.pem` behind it for PEM.
pub fn crl_name(issuer: &str, shard: Option<u32>, is_delta: bool, form: Form) -> String {
    let shard = shard.map(|shard| format!("-{shard}")).unwrap_or_default();
    let delta = if is_delta { "-delta" } else { "" };
    let pem = if form == Form::Pem { ".pem" } else { "" };
    format!("{issuer}{shard}{delta}.crl{pem}")
}

/// `NAME.cer` for DER, `NAME.crt` for PEM.
pub fn certificate_name(issuer: &str, form: Form) -> String {
    match form {
        Form::Der => format!("{issuer}.cer"),
        Form::Pem => format!("{issuer}.crt"),
    }
}

/// Writes `output` to `path`, new or in the place of an older one; atomic and durable. Whoever opens
/// `path` meanwhile finds the old file or the new one, whole. A link is never followed, and writers of
/// one folder wait for each other.
///
/// # Errors
/// [`PublishError::NotReplaced`] when something else has the place, or what is no older; then it is as
/// it was. [`PublishError::Io`] when the system refuses; then the old file or the new one is there.
pub fn replace(path: &Path, output: &impl Stable, form: Form) -> Result<Publication, PublishError> {
    let io = |action, source| PublishError::Io { path: path.to_owned(), action, source };
    if path.file_name().is_none() {
        return Err(PublishError::NotAFile(path.to_owned()));
    }
    let folder = File::open(folder_of(path)).map_err(|source| io("open the folder", source))?;
    // Until the folder is closed: who comes second has to see what the first one wrote.
    folder.lock().map_err(|source| io("lock the folder", source))?;
    let there = published(path, label(output))?;
    let publication = match &there {
        None => Publication::New,
        Some(there) if there == output.der() => Publication::Unchanged,
        Some(there) => {
            let refused = |source| not_replaced(path, source);
            output.refuse(there).map_err(refused)?;
            Publication::Replaced
        }
    };
    // A list of millions need not be in memory beside its successor's text.
    drop(there);
    if publication != Publication::Unchanged {
        let content = match form {
            Form::Der => Cow::Borrowed(output.der()),
            Form::Pem => Cow::Owned(pem::encode(label(output), output.der()).into_bytes()),
        };
        let file = temporary(path, &content, Access::Public)?;
        file.as_file().sync_all().map_err(|source| io("sync", source))?;
        if publication == Publication::New {
            file.persist_noclobber(path).map_err(|error| unnamed(path, error.error))?;
        } else {
            file.persist(path).map_err(|error| io("give the file its name", error.error))?;
        }
    }
    // Also for what was there: the run that wrote it may have ended before this.
    folder.sync_all().map_err(|source| io("sync the folder", source))?;
    Ok(publication)
}

fn in_both_forms(
    folder: &Path,
    output: &impl Stable,
    name: impl Fn(Form) -> String,
) -> Result<[(PathBuf, Publication); 2], PublishError> {
    let write = |form| {
        let path = folder.join(name(form));
        replace(&path, output, form).map(|publication| (path, publication))
    };
    Ok([write(Form::Der)?, write(Form::Pem)?])
}

fn label<T: Stable>(_: &T) -> &'static str {
    T::LABEL
}

/// The DER of what is published at `path`; none when nothing is there.
fn published(path: &Path, label: &'static str) -> Result<Option<Vec<u8>>, PublishError> {
    let io =
        |source| PublishError::Io { path: path.to_owned(), action: "read what is there", source };
    let refused = |source| not_replaced(path, source);
    match path.symlink_metadata() {
        Ok(found) if !found.is_file() => return Err(refused(NotReplaced::NotAFile)),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io(error)),
    }
    // What was a file a moment ago may be a link or a pipe by now.
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).unwrap_or(0);
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(io)?;
    let mut content = Vec::new();
    file.take(LARGEST_FILE + 1).read_to_end(&mut content).map_err(io)?;
    if u64::try_from(content.len()).unwrap_or(u64::MAX) > LARGEST_FILE {
        return Err(refused(NotReplaced::TooLarge(LARGEST_FILE)));
    }
    der_or_pem(label, &content)
        .map(Some)
        .map_err(|source| refused(NotReplaced::Pem { label, source }))
}

fn not_replaced(path: &Path, source: NotReplaced) -> PublishError {
    PublishError::NotReplaced { path: path.to_owned(), source: Box::new(source) }
}
