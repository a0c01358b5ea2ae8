//! From a plan to a tree of files: what is missing is issued, what is there is left alone.
//!
//! Order: look at what is there; keys or requests; every folder and every private key on disk, in a
//! hidden folder; one trial of the profiles; signatures; the remaining files; everything in its place.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::authority::ClusterCa;
use super::existing::check_certificate;
use super::inspect::{Found, Pair, inspect, key_file, service_account};
use super::issuers::ClusterIssuers;
use super::keys::{HostKey, generate_many};
use super::kubeconfig::{ClientKey, Kubeconfig};
use super::plan::{Artefact, Content, Leaf, Options, Plan};
use super::profiles::ProfileSet;
use super::report::{Report, Status};
use super::requests::{self, Deviation, Requested, RequestsError};
use super::rows;
use super::staging::Staging;
use super::tree_error::TreeError;
use crate::base::pem;
use crate::issuance::{self, Desk, IssueError, Order};
use crate::profile::Overrides;
use crate::publish::{self, Access};

/// A file of the tree: its path below the output folder, its content, who may read it.
type OutFile = (PathBuf, Zeroizing<Vec<u8>>, Access);

/// A leaf that is going to be issued.
struct Job<'a> {
    index: usize,
    artefact: &'a Artefact,
    leaf: &'a Leaf,
    order: Order,
    /// None when the request was made elsewhere.
    key: Option<HostKey>,
}

/// Makes what is missing of `plan` below `out`. What is there must be what the plan says and is not
/// touched; a tree that is complete stays as it is and costs no signature. With `options.renew`
/// everything is made anew except the service account pair, and the old tree is set aside.
///
/// # Errors
/// [`TreeError`]; then no file has been written or changed below `out`.
pub fn issue(
    plan: &Plan,
    issuers: &ClusterIssuers,
    profiles: &ProfileSet,
    desk: &mut Desk<'_>,
    out: &Path,
    options: &Options,
) -> Result<Report, TreeError> {
    let keys_elsewhere = options.csr_dir.is_some();
    let found = if options.renew {
        all_missing(plan, out)?
    } else {
        inspect(plan, issuers, out, keys_elsewhere)?
    };
    let jobs = match &options.csr_dir {
        Some(folder) => {
            let requests = accepted_requests(plan, folder, desk)?;
            requested(plan, &found, profiles, folder, requests)?
        }
        None => generated(plan, &found, profiles)?,
    };
    let mut run = Run { plan, issuers, out, found, keys_elsewhere };
    let shared = run.shared_files()?;
    if jobs.is_empty() && shared.is_empty() {
        return Ok(run.report(&BTreeMap::new(), None, desk.clock.now()));
    }
    let mut staging = Staging::begin(out, options.renew)?;
    staging.write(shared.into_iter().chain(private_files(&jobs)))?;
    for job in &jobs {
        staging.prepare(job.artefact.path())?;
    }
    refuse_early(&jobs, issuers, desk)?;
    let issued = sign(&jobs, issuers, desk)?;
    let mut files = Vec::new();
    let mut certificates = BTreeMap::new();
    for job in jobs {
        let Some(text) = issued.get(&job.index) else { continue };
        let issuer = issuers.get(job.leaf.ca);
        let accepted = check_certificate(text, job.leaf, issuer).map_err(|difference| {
            TreeError::Deviates {
                path: out.join(job.artefact.path()),
                source: Box::new(difference),
            }
        })?;
        certificates.insert(job.index, accepted);
        files.push(run.file(job, text)?);
    }
    staging.write(files)?;
    let now = desk.clock.now();
    let previous = staging.commit(now)?;
    Ok(run.report(&certificates, previous, now))
}

/// What stays the same during a run.
struct Run<'a> {
    plan: &'a Plan,
    issuers: &'a ClusterIssuers,
    out: &'a Path,
    found: Vec<Found>,
    keys_elsewhere: bool,
}

impl Run<'_> {
    /// CA certificates and the service account pair, for the places that lack them.
    fn shared_files(&mut self) -> Result<Vec<OutFile>, TreeError> {
        let mut files = Vec::new();
        for (artefact, found) in self.plan.artefacts.iter().zip(&mut self.found) {
            match &artefact.content {
                Content::CaCertificate(ca) => {
                    let text = pem::encode(pem::CERTIFICATE, self.issuers.get(*ca).anchor());
                    for path in &found.missing {
                        let content = Zeroizing::new(text.clone().into_bytes());
                        files.push((path.clone(), content, Access::Public));
                    }
                }
                // Who keeps the keys elsewhere has this one made there too.
                Content::ServiceAccountKeys if self.keys_elsewhere && found.pair.is_none() => {}
                Content::ServiceAccountKeys if !found.missing.is_empty() => {
                    let pair = match found.pair.take() {
                        Some(pair) => pair,
                        None => new_pair(self.plan)?,
                    };
                    for path in &found.missing {
                        let key = Zeroizing::new(pair.key.as_bytes().to_vec());
                        files.push((path.clone(), key, Access::Private));
                        let public = Zeroizing::new(pair.public.as_bytes().to_vec());
                        files.push((path.with_extension("pub"), public, Access::Public));
                    }
                    found.pair = Some(pair);
                }
                _ => {}
            }
        }
        Ok(files)
    }

    /// The certificate file or the kubeconfig of a finished job.
    fn file(&self, job: Job<'_>, certificate: &str) -> Result<OutFile, TreeError> {
        let path = job.artefact.path().to_owned();
        let Content::Kubeconfig { leaf, server, cluster } = &job.artefact.content else {
            let content = Zeroizing::new(certificate.as_bytes().to_vec());
            return Ok((path, content, Access::Public));
        };
        let (key, access) = match job.key {
            Some(key) => (ClientKey::Embedded(key.to_pem()), Access::Private),
            None => (ClientKey::File(key_file(job.artefact)), Access::Public),
        };
        let kubeconfig = Kubeconfig {
            cluster: cluster.clone(),
            server: server.clone(),
            ca: pem::encode(pem::CERTIFICATE, self.issuers.get(leaf.ca).anchor()),
            user: leaf.subject.common_name.clone(),
            certificate: certificate.to_owned(),
            key,
        };
        let text = kubeconfig.to_yaml()?;
        Ok((path, Zeroizing::new(text.as_bytes().to_vec()), access))
    }

    fn report(
        &self,
        certificates: &BTreeMap<usize, super::existing::Accepted>,
        previous: Option<String>,
        now: crate::base::clock::Timestamp,
    ) -> Report {
        let rows: Vec<_> = self
            .plan
            .artefacts
            .iter()
            .zip(&self.found)
            .enumerate()
            .map(|(index, (artefact, found))| {
                rows::row(artefact, found, certificates.get(&index), self.issuers)
            })
            .collect();
        let mut notes = self.plan.notes.clone();
        notes.extend(rows::notes(self.plan, &self.found, self.out, now));
        let skipped = rows.iter().filter(|row| row.status == Status::NotRequested).count();
        if self.keys_elsewhere {
            notes.extend(rows::keys_elsewhere_notes(skipped));
        }
        if let Some(previous) = &previous {
            notes.push(format!("the tree that was there before is in {previous}"));
        }
        Report { folder: self.out.display().to_string(), rows, previous, notes }
    }
}

/// For a renewal: everything is to be made, with the service account pair that is there.
fn all_missing(plan: &Plan, out: &Path) -> Result<Vec<Found>, TreeError> {
    // A new pair would invalidate the token of every pod; certificates are renewed without that.
    let mut pair = service_account(plan, out)?;
    Ok(plan
        .artefacts
        .iter()
        .map(|artefact| Found {
            missing: artefact.paths.clone(),
            accepted: None,
            pair: match artefact.content {
                Content::ServiceAccountKeys => pair.take(),
                _ => None,
            },
        })
        .collect())
}

fn new_pair(plan: &Plan) -> Result<Pair, TreeError> {
    let key = HostKey::generate(plan.keys)?;
    let public = pem::encode(pem::PUBLIC_KEY, key.spki()?.as_der());
    Ok(Pair { key: key.to_pem(), public: Zeroizing::new(public) })
}

/// The leaves that are missing.
fn missing<'a>(plan: &'a Plan, found: &[Found]) -> Vec<(usize, &'a Artefact, &'a Leaf)> {
    plan.artefacts
        .iter()
        .zip(found)
        .enumerate()
        .filter(|(_, (_, found))| !found.missing.is_empty())
        .filter_map(|(index, (artefact, _))| Some((index, artefact, artefact.content.leaf()?)))
        .collect()
}

fn profile(
    profiles: &ProfileSet,
    leaf: &Leaf,
) -> Result<std::sync::Arc<crate::profile::Profile>, TreeError> {
    profiles.get(leaf.usage).cloned().ok_or_else(|| TreeError::Profile(leaf.usage.profile()))
}

/// Jobs with keys made here.
fn generated<'a>(
    plan: &'a Plan,
    found: &[Found],
    profiles: &ProfileSet,
) -> Result<Vec<Job<'a>>, TreeError> {
    let missing = missing(plan, found);
    let keys = generate_many(plan.keys, missing.len())?;
    missing
        .into_iter()
        .zip(keys)
        .map(|((index, artefact, leaf), key)| {
            let subject = leaf.subject.to_name().map_err(|source| TreeError::Subject {
                path: artefact.path().to_owned(),
                source,
            })?;
            let overrides = Overrides {
                subject: Some(subject),
                sans: leaf.sans.clone(),
                lifetime: Some(leaf.lifetime),
            };
            let order =
                Order { csr: key.request(leaf)?, profile: profile(profiles, leaf)?, overrides };
            Ok(Job { index, artefact, leaf, order, key: Some(key) })
        })
        .collect()
}

/// Reads the folder of requests; those that deviate from the plan are recorded as refused.
fn accepted_requests(
    plan: &Plan,
    folder: &Path,
    desk: &mut Desk<'_>,
) -> Result<BTreeMap<usize, Requested>, TreeError> {
    let outcome = requests::load(folder, plan);
    if let Err(RequestsError::Deviating(deviations)) = &outcome {
        let refusals: Vec<_> = deviations.iter().filter_map(Deviation::refusal).collect();
        desk.inventory.record_refusals(&refusals, desk.clock.now()).map_err(TreeError::Record)?;
    }
    Ok(outcome?)
}

/// Jobs for requests made elsewhere, which already have the planned subject and names.
fn requested<'a>(
    plan: &'a Plan,
    found: &[Found],
    profiles: &ProfileSet,
    folder: &Path,
    mut requests: BTreeMap<usize, Requested>,
) -> Result<Vec<Job<'a>>, TreeError> {
    for (index, found) in found.iter().enumerate() {
        if let (Some(request), Some(accepted)) = (requests.get(&index), &found.accepted)
            && accepted.spki() != &request.spki
        {
            let path = plan.artefacts[index].request_path().unwrap_or_default();
            return Err(TreeError::OtherKey(folder.join(path)));
        }
    }
    missing(plan, found)
        .into_iter()
        .filter_map(|(index, artefact, leaf)| {
            Some((index, artefact, leaf, requests.remove(&index)?))
        })
        .map(|(index, artefact, leaf, request)| {
            // Subject and names stay as they are in the request, to the byte.
            let overrides = Overrides { lifetime: Some(leaf.lifetime), ..Overrides::default() };
            let order = Order { csr: request.der, profile: profile(profiles, leaf)?, overrides };
            Ok(Job { index, artefact, leaf, order, key: None })
        })
        .collect()
}

/// The keys that lie beside certificates; those of kubeconfigs are written with them.
fn private_files(jobs: &[Job<'_>]) -> Vec<OutFile> {
    jobs.iter()
        .filter(|job| matches!(job.artefact.content, Content::Certificate(_)))
        .filter_map(|job| {
            let pem = job.key.as_ref()?.to_pem();
            let path = job.artefact.path().with_extension("key");
            Some((path, Zeroizing::new(pem.as_bytes().to_vec()), Access::Private))
        })
        .collect()
}

/// Shows each request to its profile before the first signature, so that a run that cannot succeed
/// makes none. What is refused goes through the pipeline all the same, which records the refusal.
fn refuse_early(
    jobs: &[Job<'_>],
    issuers: &ClusterIssuers,
    desk: &mut Desk<'_>,
) -> Result<(), TreeError> {
    let now = desk.clock.now();
    // A store that cannot be read stops the next step, which names it better.
    let guard = desk.inventory.key_guard().unwrap_or_default();
    for job in jobs {
        let issuer = issuers.get(job.leaf.ca).issuer();
        // Without a serial number, the run itself fails and says so.
        let Ok(serial) = desk.serials.next_serial() else { continue };
        if issuance::plan(issuer, &job.order, &guard, serial, now).is_ok() {
            continue;
        }
        if let Err(source) = issuance::issue(issuer, job.order.clone(), desk) {
            let path = job.artefact.path().to_owned();
            return Err(TreeError::Refused { path, source: Box::new(source) });
        }
    }
    Ok(())
}

/// Issues all jobs, CA by CA; the certificate files' texts by index.
fn sign(
    jobs: &[Job<'_>],
    issuers: &ClusterIssuers,
    desk: &mut Desk<'_>,
) -> Result<BTreeMap<usize, String>, TreeError> {
    let mut texts = BTreeMap::new();
    for ca in ClusterCa::ALL {
        let issuer = issuers.get(ca);
        let mine = || jobs.iter().filter(move |job| job.leaf.ca == ca);
        let orders = mine().map(|job| (job.index, job.order.clone()));
        let mut refused = None;
        let outcome = issuance::issue_many(
            issuer.issuer(),
            orders.collect::<Vec<_>>().into_iter(),
            desk,
            |index, result: Result<_, IssueError>| match result {
                Ok(issued) => {
                    texts.insert(index, publish::chain_pem(&issued, issuer.intermediates()));
                    Ok(())
                }
                Err(error) => {
                    refused = Some(index);
                    Err(error)
                }
            },
        );
        if let Err(source) = outcome {
            let stopped = |job: &&Job<'_>| match refused {
                Some(index) => job.index == index,
                None => !texts.contains_key(&job.index),
            };
            let path = mine().find(stopped).map(|job| job.artefact.path().to_owned());
            let path = path.unwrap_or_default();
            return Err(TreeError::Issue { path, source: Box::new(source) });
        }
    }
    Ok(texts)
}

#[cfg(test)]
mod tests;
