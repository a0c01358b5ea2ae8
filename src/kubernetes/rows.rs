//! The rows and notes of a report.

use std::path::{Path, PathBuf};

use super::existing::Accepted;
use super::inspect::Found;
use super::issuers::ClusterIssuers;
use super::plan::{Artefact, Content, Plan};
use super::report::{Row, Status};
use super::staging;
use crate::base::clock::Timestamp;

/// The row of one artefact; `made` is its certificate when this run issued it.
pub(super) fn row(
    artefact: &Artefact,
    found: &Found,
    made: Option<&Accepted>,
    issuers: &ClusterIssuers,
) -> Row {
    let shown = |path: &PathBuf| path.display().to_string();
    let mut row = Row {
        file: artefact.path().display().to_string(),
        copies: artefact.paths.iter().skip(1).map(shown).collect(),
        subject: None,
        sans: Vec::new(),
        issuer: None,
        not_after: None,
        status: if found.missing.is_empty() { Status::Unchanged } else { Status::Written },
    };
    match &artefact.content {
        Content::CaCertificate(ca) => {
            let issuer = issuers.get(*ca);
            row.subject = Some(issuer.certificate().subject().to_string());
            row.issuer = Some(ca.issuer_name());
            row.not_after = Some(issuer.certificate().validity().not_after().to_string());
        }
        Content::Certificate(leaf) | Content::Kubeconfig { leaf, .. } => {
            row.subject = Some(leaf.subject.to_string());
            row.issuer = Some(leaf.ca.issuer_name());
            match made.or(found.accepted.as_ref()) {
                Some(certificate) => {
                    row.sans = certificate.sans().iter().map(ToString::to_string).collect();
                    row.not_after = Some(certificate.not_after().to_string());
                }
                None => row.status = Status::NotRequested,
            }
        }
        Content::ServiceAccountKeys if found.pair.is_none() => row.status = Status::NotRequested,
        Content::ServiceAccountKeys => {}
    }
    row
}

/// What the state of the tree asks the operator to know.
pub(super) fn notes(plan: &Plan, found: &[Found], out: &Path, now: Timestamp) -> Vec<String> {
    let mut notes = Vec::new();
    for (artefact, found) in plan.artefacts.iter().zip(found) {
        if let Some(certificate) = &found.accepted
            && certificate.not_after() < now
        {
            notes.push(format!(
                "{} expired at {}; --renew makes a new tree",
                artefact.path().display(),
                certificate.not_after()
            ));
        }
    }
    for name in leftovers(out) {
        notes.push(format!(
            "{} is left from a run that was killed and holds private keys that nothing uses; unless \
             another run is going on, delete it",
            out.join(name).display()
        ));
    }
    notes
}

/// What is different when keys are made elsewhere.
pub(super) fn keys_elsewhere_notes(skipped: usize) -> Vec<String> {
    let mut notes = vec![
        "each kubeconfig refers to its key as a file beside it (admin.conf to admin.key): put it there"
            .to_owned(),
    ];
    if skipped > 0 {
        notes.push(format!(
            "{skipped} planned files have no request and were not made; sa.key and sa.pub are made \
             where the other keys are, once, and copied to every control-plane node"
        ));
    }
    notes
}

fn leftovers(out: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(out) else { return Vec::new() };
    entries
        .flatten()
        .map(|entry| PathBuf::from(entry.file_name()))
        .filter(|name| name.to_string_lossy().starts_with(staging::PREFIX))
        .collect()
}
