//! Requests made elsewhere: a folder in the layout of the tree, such as `kubeadm certs generate-csr`
//! makes it. Touches the disk.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::authority::ClusterCa;
use super::names::{NameDifference, SubjectDifference, compare_sans, compare_subject};
use super::plan::{Leaf, Plan};
use crate::base::algorithm::sha256;
use crate::base::pem::{self, PemError};
use crate::base::spki::Spki;
use crate::inventory::Refusal;
use crate::request::{self, RequestError};

/// Why a folder of requests is not used.
#[derive(Debug, thiserror::Error)]
pub enum RequestsError {
    /// The folder or a file cannot be read.
    #[error("{} cannot be read", .path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Nothing in it.
    #[error(
        "{} has no request for any file of the plan, expected such as {}",
        .folder.display(), .example.display()
    )]
    None {
        /// The folder.
        folder: PathBuf,
        /// Where one would be.
        example: PathBuf,
    },
    /// Requests that are not as the cluster file says. None was signed.
    #[error("{}", list(.0))]
    Deviating(Vec<Deviation>),
}

/// A request that is not signed, and why.
#[derive(Debug)]
pub struct Deviation {
    /// The file, below the folder of requests.
    pub path: PathBuf,
    /// Why.
    pub reason: DeviationReason,
    /// What it was for, unless the plan has no such file: issuer, profile, and SHA-256 of the file.
    pub planned: Option<PlannedFor>,
}

/// What a request was for.
#[derive(Clone, Copy, Debug)]
pub struct PlannedFor {
    /// The issuer that was to sign.
    pub ca: ClusterCa,
    /// The profile's name.
    pub profile: &'static str,
    /// SHA-256 over the request, DER, or over the file when it holds none.
    pub request_sha256: [u8; 32],
}

impl Deviation {
    /// The reason with all its causes.
    fn explanation(&self) -> String {
        let mut text = self.reason.to_string();
        let mut source = std::error::Error::source(&self.reason);
        while let Some(cause) = source {
            let _ = write!(text, ": {cause}");
            source = cause.source();
        }
        text
    }

    /// Its record, when it was for an issuer.
    pub(super) fn refusal(&self) -> Option<Refusal> {
        let planned = self.planned?;
        Some(Refusal {
            issuer: planned.ca.issuer_name().to_owned(),
            profile: planned.profile.to_owned(),
            request_sha256: planned.request_sha256,
            reason: format!("not as the cluster file says: {}", self.explanation()),
        })
    }
}

/// Why a request is not signed.
#[derive(Debug, thiserror::Error)]
pub enum DeviationReason {
    /// No file of the plan.
    #[error("the cluster file asks for no such certificate{0}")]
    Unplanned(&'static str),
    /// Not a PEM request.
    #[error("not a PEM or DER request")]
    Pem(#[from] PemError),
    /// Too long to be one.
    #[error("longer than {LONGEST} bytes")]
    TooLong,
    /// A request that does not verify.
    #[error("the request is refused")]
    Request(#[from] RequestError),
    /// Another subject.
    #[error("subject")]
    Subject(#[from] SubjectDifference),
    /// Other names.
    #[error("names")]
    Names(#[from] NameDifference),
}

fn list(deviations: &[Deviation]) -> String {
    let mut text = format!(
        "{} not as the cluster file says",
        if deviations.len() == 1 { "a request is" } else { "several requests are" }
    );
    for deviation in deviations {
        let _ = write!(text, "\n  {}: {}", deviation.path.display(), deviation.explanation());
    }
    text
}

/// An accepted request.
pub(super) struct Requested {
    pub(super) der: Vec<u8>,
    pub(super) spki: Spki,
}

/// Far above any request that we would sign.
const LONGEST: u64 = 64 * 1024;

/// Node, `pki`, `etcd`: the tree is no deeper.
const DEEPEST: usize = 4;

/// Reads every request below `folder` and compares it with the plan; by index of the artefact. Files
/// that do not end in `.csr` are not opened.
pub(super) fn load(
    folder: &Path,
    plan: &Plan,
) -> Result<BTreeMap<usize, Requested>, RequestsError> {
    let planned: BTreeMap<PathBuf, usize> = plan
        .artefacts
        .iter()
        .enumerate()
        .filter_map(|(index, artefact)| Some((artefact.request_path()?, index)))
        .collect();
    let mut files = Vec::new();
    walk(folder, Path::new(""), DEEPEST, &mut files)?;
    files.sort_unstable();
    let mut requests = BTreeMap::new();
    let mut deviations = Vec::new();
    for path in files {
        let artefact = planned.get(&path).map(|index| (*index, &plan.artefacts[*index]));
        let Some((index, leaf)) =
            artefact.and_then(|(index, artefact)| Some((index, artefact.content.leaf()?)))
        else {
            let reason = DeviationReason::Unplanned(hint(&path));
            deviations.push(Deviation { path, reason, planned: None });
            continue;
        };
        let bytes = read(&folder.join(&path))?;
        match check(&bytes, leaf) {
            Ok(request) => {
                requests.insert(index, request);
            }
            Err(reason) => {
                let der = pem::der_or_pem(pem::CERTIFICATE_REQUEST, &bytes);
                let planned = Some(PlannedFor {
                    ca: leaf.ca,
                    profile: leaf.usage.profile(),
                    request_sha256: sha256(der.as_deref().unwrap_or(&bytes)),
                });
                deviations.push(Deviation { path, reason, planned });
            }
        }
    }
    if !deviations.is_empty() {
        return Err(RequestsError::Deviating(deviations));
    }
    match planned.into_keys().next() {
        Some(example) if requests.is_empty() => {
            Err(RequestsError::None { folder: folder.to_owned(), example: folder.join(example) })
        }
        _ => Ok(requests),
    }
}

fn hint(path: &Path) -> &'static str {
    if path.ends_with("super-admin.conf.csr") {
        return " (super-admin.conf is issued with --super-admin, for the first control-plane node)";
    }
    ""
}

fn check(bytes: &[u8], leaf: &Leaf) -> Result<Requested, DeviationReason> {
    if u64::try_from(bytes.len()).is_ok_and(|length| length > LONGEST) {
        return Err(DeviationReason::TooLong);
    }
    let der = pem::der_or_pem(pem::CERTIFICATE_REQUEST, bytes)?;
    let request = request::verify(&der)?;
    compare_subject(request.subject().as_name(), &leaf.subject)?;
    compare_sans(request.sans(), leaf)?;
    Ok(Requested { spki: request.spki().clone(), der })
}

/// At most one byte more than a request may have.
fn read(path: &Path) -> Result<Vec<u8>, RequestsError> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes))
        .map_err(|source| RequestsError::Io { path: path.to_owned(), source })?;
    Ok(bytes)
}

/// Collects the regular files that end in `.csr`, by their path below `folder`.
fn walk(
    folder: &Path,
    below: &Path,
    depth: usize,
    files: &mut Vec<PathBuf>,
) -> Result<(), RequestsError> {
    let here = folder.join(below);
    let failed = |source| RequestsError::Io { path: here.clone(), source };
    for entry in std::fs::read_dir(&here).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let path = below.join(entry.file_name());
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() && depth > 1 {
            walk(folder, &path, depth - 1, files)?;
        } else if kind.is_file() && path.extension().is_some_and(|extension| extension == "csr") {
            files.push(path);
        }
    }
    Ok(())
}
