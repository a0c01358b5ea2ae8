//! Answers for every certificate of an issuer, signed in advance, as files for a static web server.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::path::file_of;
use super::request::Request;
use super::responder::Party;
use super::response::Response;
use crate::base::cert_id::{CertHash, CertId, CertIdError};
use crate::base::clock::Timestamp;
use crate::inventory::{Inventory, StoreError};
use crate::issuance::{Desk, IssueError, issue_responses};
use crate::publish::{Mirror, PublishError};
use crate::tbs::{CertStatus, OcspPlan};

/// By which hashes clients name the issuer: nearly all by SHA-1, few by SHA-256.
const HASHES: [CertHash; 2] = [CertHash::Sha1, CertHash::Sha256];

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Presigned {
    /// Certificates with an answer.
    pub certificates: u64,
    /// Responses that were signed and written.
    pub signed: u64,
    /// Responses that were there and say what would be said now.
    pub unchanged: u64,
}

/// Why not everything was signed. What was is in its place; the next run goes on.
#[derive(Debug, thiserror::Error)]
pub enum PresignError {
    /// The responder's certificate is expired, not yet valid, or revoked.
    #[error("the certificate of the OCSP responder of {0} is not valid now, or revoked")]
    Responder(String),
    /// The inventory cannot be read.
    #[error("the inventory cannot be read")]
    Store(#[from] StoreError),
    /// A response was not made.
    #[error("the responses are not complete")]
    Issue(#[from] IssueError),
    /// A file was not written.
    #[error("the responses are not complete")]
    Publish(#[from] PublishError),
    /// A file where a response belongs is none of ours.
    #[error("{} is no OCSP response, nothing else is overwritten", .path.display())]
    Foreign {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: CertIdError,
    },
    /// A file cannot be read.
    #[error("{} cannot be read", .path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A serial number that is none.
    #[error("a serial number in the inventory cannot be encoded")]
    Serial(#[source] CertIdError),
}

/// Signs what is missing in `folder`, has another status by now, or has reached half of its life: an
/// answer for each issued certificate that is not expired, and for each revoked one. A file has the name
/// that the path of a GET has once a web server has decoded it: `/` in it makes folders, and what ends
/// with `/` is `index.html` there.
///
/// # Errors
/// [`PresignError`].
pub fn presign(
    party: &Party,
    store: &Inventory,
    folder: &Path,
    desk: &mut Desk<'_>,
) -> Result<Presigned, PresignError> {
    // Another run into the same folder ends before it is asked what time it is and what there is.
    let mut mirror = Mirror::new(folder)?;
    let now = desk.clock.now();
    let not_valid = || PresignError::Responder(party.name().to_owned());
    if !party.responder().validity().contains(now) {
        return Err(not_valid());
    }
    let statuses = statuses(party, store, now)?;
    if statuses.get(party.responder().serial()) != Some(&CertStatus::Good) {
        return Err(not_valid());
    }
    let mut done = Presigned {
        certificates: u64::try_from(statuses.len()).unwrap_or(u64::MAX),
        ..Presigned::default()
    };
    let unchanged = Mutex::new((0_u64, None));
    let plans = statuses.into_iter().flat_map(|(serial, status)| {
        HASHES.map(|hash| due(party, folder, (hash, &serial, status), now))
    });
    // The first error ends the list: nothing is signed behind it.
    let plans = plans.map_while(|plan| {
        let mut seen = unchanged.lock().unwrap_or_else(PoisonError::into_inner);
        match plan {
            Ok(Some(plan)) => Some(Some(plan)),
            Ok(None) => {
                seen.0 += 1;
                Some(None)
            }
            Err(error) => {
                seen.1 = Some(error);
                None
            }
        }
    });
    let signer = &**party.signer();
    issue_responses(party.name(), signer, plans.flatten(), desk, |file: String, issued| {
        let response = issued.signed().linted().tbs().plan().response(issued.as_der())?;
        mirror.put(&file, &response)?;
        done.signed += 1;
        Ok(())
    })?;
    mirror.finish()?;
    let (unchanged, error) = unchanged.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.unchanged = unchanged;
    error.map_or(Ok(done), Err)
}

/// The status of every certificate to answer for, by serial.
fn statuses(
    party: &Party,
    store: &Inventory,
    now: Timestamp,
) -> Result<BTreeMap<Vec<u8>, CertStatus>, StoreError> {
    let key = party.authority_key();
    let mut all = BTreeMap::new();
    store.each_issued(key, now, |serial| {
        all.insert(serial, CertStatus::Good);
        Ok::<(), StoreError>(())
    })?;
    store.each_revoked(key, |revoked| {
        let expired = revoked.not_after.is_some_and(|end| end < now);
        if !expired {
            let (date, reason) = (revoked.entry.date, revoked.entry.reason);
            all.insert(revoked.entry.serial, CertStatus::Revoked { date, reason });
        }
        Ok::<(), StoreError>(())
    })?;
    Ok(all)
}

/// The file and the plan of an answer, unless the one that is there is good enough.
fn due(
    party: &Party,
    folder: &Path,
    (hash, serial, status): (CertHash, &[u8], CertStatus),
    now: Timestamp,
) -> Result<Option<(String, OcspPlan)>, PresignError> {
    let id = CertId::of(hash, &party.issuer(), serial).map_err(PresignError::Serial)?;
    let file = file_of(&Request::about(&id).map_err(|error| PresignError::Serial(error.into()))?);
    let answer = party.answer(id, status, now);
    let path = folder.join(&file);
    match std::fs::read(&path) {
        Ok(found) => {
            let found = Response::from_der(&found)
                .map_err(|source| PresignError::Foreign { path, source })?;
            if let [found] = &found.answers[..] {
                let life = found.next_update.as_unix().saturating_sub(found.this_update.as_unix());
                let young = now < found.this_update.plus(life / 2) && now >= found.this_update;
                if young && found.id == answer.id && found.status == answer.status {
                    return Ok(None);
                }
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(source) => return Err(PresignError::Io { path, source }),
    }
    let Some(mut plan) = party.plan(now) else {
        return Err(PresignError::Responder(party.name().to_owned()));
    };
    plan.answers.push(answer);
    Ok(Some((file, plan)))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Site, start};
    use super::*;
    use crate::base::revocation::Reason;

    fn read(path: &Path) -> Response {
        Response::from_der(&std::fs::read(path).unwrap()).unwrap()
    }

    #[test]
    fn every_certificate_has_an_answer_by_both_hashes_where_a_get_asks_for_it() {
        let (site, folder) = (Site::new(), tempfile::tempdir().unwrap());
        let serials = [site.leaf(), site.leaf()];
        site.revoke(&serials[1], Reason::Superseded);
        let lost = site.maybe_signed_leaf();
        let done = site.presign(folder.path()).unwrap();
        // Root, responder and the two leaves; what may have been signed has no answer.
        assert_eq!(done, Presigned { certificates: 4, signed: 8, unchanged: 0 });
        for hash in HASHES {
            let file = |serial| {
                let id = CertId::of(hash, site.issuer.certificate(), serial).unwrap();
                folder.path().join(file_of(&Request::about(&id).unwrap()))
            };
            assert_eq!(read(&file(&serials[0])).answers[0].status, CertStatus::Good);
            let revoked = read(&file(&serials[1])).answers[0].status;
            assert!(matches!(revoked, CertStatus::Revoked { .. }), "{revoked:?}");
            assert!(!file(&lost).exists());
        }
        assert!(site.audit().is_sound());
    }

    #[test]
    fn only_what_changed_or_is_past_half_of_its_life_is_signed_again() {
        let (site, folder) = (Site::new(), tempfile::tempdir().unwrap());
        let serial = site.leaf();
        assert_eq!(site.presign(folder.path()).unwrap().signed, 6);
        assert_eq!(site.presign(folder.path()).unwrap().unchanged, 6);
        site.revoke(&serial, Reason::KeyCompromise);
        let done = site.presign(folder.path()).unwrap();
        assert_eq!((done.signed, done.unchanged), (2, 4));
        site.clock.set(start().plus(site.lifetime / 2));
        assert_eq!(site.presign(folder.path()).unwrap().signed, 6);
    }

    #[test]
    fn what_is_no_response_is_not_overwritten() {
        let (site, folder) = (Site::new(), tempfile::tempdir().unwrap());
        let serial = site.leaf();
        let id = CertId::of(CertHash::Sha1, site.issuer.certificate(), &serial).unwrap();
        let path = folder.path().join(file_of(&Request::about(&id).unwrap()));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"), &path).unwrap();
        let error = site.presign(folder.path()).unwrap_err();
        assert!(matches!(error, PresignError::Foreign { .. }), "{error:?}");
        assert!(std::fs::read_to_string(&path).unwrap().contains("[package]"));
    }
}
