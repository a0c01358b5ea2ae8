//! A walk over the plan that finds out what of it is there already. Reads the disk, changes nothing.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::existing::{
    Accepted, Difference, check_anchor, check_certificate, check_key, check_kubeconfig,
    check_service_account, read,
};
use super::issuers::ClusterIssuers;
use super::plan::{Artefact, Content, Plan};
use super::tree_error::TreeError;

/// What is there of one artefact.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Places where it has to be written.
    pub(super) missing: Vec<PathBuf>,
    /// Its certificate, when it is a leaf that is there.
    pub(super) accepted: Option<Accepted>,
    /// The service account pair, when one node has it: `sa.key` and `sa.pub`.
    pub(super) pair: Option<Pair>,
}

/// `sa.key` and `sa.pub`.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    pub(super) key: Zeroizing<String>,
    pub(super) public: Zeroizing<String>,
}

/// What is there of every artefact of the plan below `out`, in its order. With `keys_elsewhere`, a
/// certificate may be there without its key.
pub(super) fn inspect(
    plan: &Plan,
    issuers: &ClusterIssuers,
    out: &Path,
    keys_elsewhere: bool,
) -> Result<Vec<Found>, TreeError> {
    let look = Look { issuers, out, keys_elsewhere };
    plan.artefacts.iter().map(|artefact| look.at(artefact)).collect()
}

/// The service account pair of a tree, if any of its nodes has one.
pub(super) fn service_account(plan: &Plan, out: &Path) -> Result<Option<Pair>, TreeError> {
    let artefact = plan
        .artefacts
        .iter()
        .find(|artefact| matches!(artefact.content, Content::ServiceAccountKeys));
    match artefact {
        Some(artefact) => Ok(pairs(artefact, out)?.pair),
        None => Ok(None),
    }
}

struct Look<'a> {
    issuers: &'a ClusterIssuers,
    out: &'a Path,
    keys_elsewhere: bool,
}

impl Look<'_> {
    fn at(&self, artefact: &Artefact) -> Result<Found, TreeError> {
        match &artefact.content {
            Content::CaCertificate(ca) => {
                let mut found = Found::default();
                for path in &artefact.paths {
                    let full = self.out.join(path);
                    match text(&full)? {
                        None => found.missing.push(path.clone()),
                        Some(text) => check_anchor(&text, self.issuers.get(*ca))
                            .map_err(|difference| existing(&full, difference))?,
                    }
                }
                Ok(found)
            }
            Content::Certificate(leaf) => {
                let full = self.out.join(artefact.path());
                let key_path = full.with_extension("key");
                match (text(&full)?, text(&key_path)?) {
                    (None, None) => Ok(missing(artefact)),
                    (None, Some(_)) if self.keys_elsewhere => Ok(missing(artefact)),
                    (None, Some(_)) => Err(half(&key_path, &full)),
                    (Some(_), None) if !self.keys_elsewhere => Err(half(&full, &key_path)),
                    (Some(text), key) => check_certificate(&text, leaf, self.issuers.get(leaf.ca))
                        .and_then(|accepted| {
                            key.map_or(Ok(()), |key| check_key(&key, &accepted))?;
                            Ok(there(accepted))
                        })
                        .map_err(|difference| existing(&full, difference)),
                }
            }
            Content::Kubeconfig { leaf, server, cluster } => {
                let full = self.out.join(artefact.path());
                let Some(text) = text(&full)? else { return Ok(missing(artefact)) };
                let key_file = key_file(artefact);
                let issuer = self.issuers.get(leaf.ca);
                check_kubeconfig(&text, leaf, server, cluster, &key_file, issuer)
                    .map(there)
                    .map_err(|difference| existing(&full, difference))
            }
            Content::ServiceAccountKeys => pairs(artefact, self.out),
        }
    }
}

/// The name by which a kubeconfig without its key refers to it: `admin.key` beside `admin.conf`.
pub(super) fn key_file(artefact: &Artefact) -> String {
    let name = artefact.path().with_extension("key");
    name.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn there(accepted: Accepted) -> Found {
    Found { accepted: Some(accepted), ..Found::default() }
}

fn missing(artefact: &Artefact) -> Found {
    Found { missing: artefact.paths.clone(), ..Found::default() }
}

fn pairs(artefact: &Artefact, out: &Path) -> Result<Found, TreeError> {
    let mut found = Found::default();
    let mut first: Option<PathBuf> = None;
    for path in &artefact.paths {
        let full = out.join(path);
        let public_path = full.with_extension("pub");
        let (key, public) = match (text(&full)?, text(&public_path)?) {
            (None, None) => {
                found.missing.push(path.clone());
                continue;
            }
            (Some(key), Some(public)) => (key, public),
            (Some(_), None) => return Err(half(&full, &public_path)),
            (None, Some(_)) => return Err(half(&public_path, &full)),
        };
        check_service_account(&key, &public).map_err(|difference| existing(&full, difference))?;
        match (&found.pair, &first) {
            (Some(pair), Some(other)) if *pair.key != *key || *pair.public != *public => {
                let other = other.display().to_string();
                return Err(existing(&full, Difference::Copies { other }));
            }
            (Some(_), _) => {}
            (None, _) => {
                found.pair = Some(Pair { key, public });
                first = Some(full);
            }
        }
    }
    Ok(found)
}

fn text(path: &Path) -> Result<Option<Zeroizing<String>>, TreeError> {
    read(path).map_err(|source| TreeError::Io { path: path.to_owned(), action: "read", source })
}

fn half(there: &Path, missing: &Path) -> TreeError {
    existing(there, Difference::Half { missing: missing.display().to_string() })
}

fn existing(path: &Path, difference: Difference) -> TreeError {
    TreeError::Existing { path: path.to_owned(), source: Box::new(difference) }
}
