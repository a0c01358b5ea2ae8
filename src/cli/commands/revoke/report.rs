//! What `keystead revoke` says: the certificates, one by one, and what became of them.

use keystead::base::clock::Timestamp;
use keystead::inventory::{Revoked, Standing};
use keystead::kubernetes::ControlPlaneClient;
use keystead::revocation::revoke::{Change, Target};
use serde::Serialize;

use crate::cli::report::{Page, Report, escaped};

/// The whole report. Serialized, it is the documented JSON of `revoke`.
#[derive(Serialize)]
pub(super) struct Revoking {
    /// `revoke`, `hold` or `release`.
    pub(super) action: &'static str,
    /// Whether nothing was changed, on purpose.
    dry_run: bool,
    /// How many were, or would be, changed.
    changed: usize,
    /// How many were so before.
    unchanged: usize,
    /// SHA-256 of the keys that were, or would be, blocked.
    keys_blocked: Vec<String>,
    /// Clients of a control plane that have no other certificate in force.
    pub(super) last: Vec<Last>,
    certificates: Vec<Row>,
}

/// The last certificate in force of a client of a control plane.
#[derive(Serialize)]
pub(super) struct Last {
    pub(super) common_name: &'static str,
    issuer: String,
    serial: String,
    /// What stops where this revocation is seen.
    stops: &'static str,
}

#[derive(Serialize)]
struct Row {
    serial: String,
    issuer: String,
    profile: Option<String>,
    subject: String,
    names: Vec<String>,
    not_after: String,
    expired: bool,
    /// `issued`, `maybe-signed` or `unrecorded`.
    state: &'static str,
    ca: bool,
    key_sha256: String,
    /// The URI of the CRL that would list it; none when the certificate names none.
    crl: Option<String>,
    /// `revoked`, `held`, `released`, `unchanged` or `planned`.
    outcome: &'static str,
    /// Since when it is revoked or on hold, and why.
    revoked: Option<Standing>,
}

impl Last {
    pub(super) fn new(target: &Target, client: ControlPlaneClient) -> Self {
        Self {
            common_name: client.common_name,
            issuer: target.issuer.clone(),
            serial: target.facts.serial_hex(),
            stops: client.stops,
        }
    }
}

impl Revoking {
    /// What would be done.
    pub(super) fn new(change: Change, targets: &[Target], last: Vec<Last>, now: Timestamp) -> Self {
        let needed = |target: &&Target| change.is_needed(target);
        let mut keys_blocked: Vec<String> = targets
            .iter()
            .filter(|target| change.blocks_keys() && !target.key_blocked)
            .map(|target| hex::encode(target.facts.key_sha256))
            .collect();
        keys_blocked.sort_unstable();
        keys_blocked.dedup();
        let changed = targets.iter().filter(needed).count();
        Self {
            action: match change {
                Change::Revoke { .. } => "revoke",
                Change::Hold => "hold",
                Change::Release => "release",
            },
            dry_run: true,
            changed,
            unchanged: targets.len() - changed,
            keys_blocked,
            last,
            certificates: targets.iter().map(|target| Row::new(change, target, now)).collect(),
        }
    }

    /// What was done: `changed` and `standings` are those of each target.
    pub(super) fn done(
        &mut self,
        change: Change,
        targets: &[Target],
        changed: &[bool],
        standings: &[Option<Revoked>],
    ) {
        self.dry_run = false;
        self.changed = changed.iter().filter(|changed| **changed).count();
        self.unchanged = targets.len() - self.changed;
        for ((row, changed), standing) in self.certificates.iter_mut().zip(changed).zip(standings) {
            row.outcome = match change {
                _ if !changed => "unchanged",
                Change::Revoke { .. } => "revoked",
                Change::Hold => "held",
                Change::Release => "released",
            };
            row.revoked = standing.as_ref().map(Standing::from);
        }
    }

    /// How many have expired.
    pub(super) fn expired(&self) -> usize {
        self.certificates.iter().filter(|row| row.expired).count()
    }
}

impl Row {
    fn new(change: Change, target: &Target, now: Timestamp) -> Self {
        let facts = &target.facts;
        Self {
            serial: facts.serial_hex(),
            issuer: target.issuer.clone(),
            profile: target.profile.clone(),
            subject: facts.subject.to_string(),
            names: facts.sans.iter().map(ToString::to_string).collect(),
            not_after: facts.not_after.to_string(),
            expired: facts.is_expired(now),
            state: match (target.intent, target.issued) {
                (None, _) => "unrecorded",
                (_, true) => "issued",
                (_, false) => "maybe-signed",
            },
            ca: facts.ca,
            key_sha256: hex::encode(facts.key_sha256),
            crl: Some(facts.point.clone()).filter(|point| !point.is_empty()),
            outcome: if change.is_needed(target) { "planned" } else { "unchanged" },
            revoked: target.standing.as_ref().map(Standing::from),
        }
    }

    /// The subject, or a name where it is empty; then what is unusual about the certificate.
    fn called(&self) -> String {
        let name = match self.names.first() {
            Some(name) if self.subject.is_empty() => escaped(name),
            _ => self.subject.clone(),
        };
        let unusual = [
            (self.ca, "CA"),
            (self.state == "maybe-signed", "maybe signed"),
            (self.state == "unrecorded", "not on record"),
        ];
        let words: Vec<&str> =
            unusual.into_iter().filter(|(is, _)| *is).map(|(_, word)| word).collect();
        if words.is_empty() { name } else { format!("{name} ({})", words.join(", ")) }
    }

    fn outcome(&self, action: &str) -> String {
        match (self.outcome, &self.revoked) {
            ("planned", _) => format!("to {action}"),
            ("unchanged", None) => "not on hold".to_owned(),
            ("unchanged", Some(standing)) if standing.is_hold() => "on hold before".to_owned(),
            ("unchanged", Some(_)) => "revoked before".to_owned(),
            ("held", _) => "on hold".to_owned(),
            (done, _) => done.to_owned(),
        }
    }
}

fn day(time: &str) -> String {
    time.split('T').next().unwrap_or_default().to_owned()
}

impl Report for Revoking {
    fn text(&self, page: &mut Page) {
        page.table(
            &["serial", "issuer", "subject", "valid until", "outcome"],
            self.certificates.iter().map(|row| {
                vec![
                    row.serial.chars().take(12).collect(),
                    escaped(&row.issuer),
                    row.called(),
                    if row.expired { "expired".to_owned() } else { day(&row.not_after) },
                    row.outcome(self.action),
                ]
            }),
        );
        for last in &self.last {
            let label = if self.dry_run { "the last" } else { "it was the last" };
            page.line(format!("{label} in force of {}: {}", last.common_name, last.stops));
        }
        for key in &self.keys_blocked {
            let label = if self.dry_run { "key to block" } else { "blocked key" };
            page.line(format!("{label}: {key}"));
        }
        let (done, changed) = match (self.dry_run, self.action) {
            (true, action) => (format!("to {action}"), self.changed),
            (_, "revoke") => ("revoked".to_owned(), self.changed),
            (_, "hold") => ("put on hold".to_owned(), self.changed),
            (_, _) => ("released".to_owned(), self.changed),
        };
        page.line(format!("{changed} {done}, {} unchanged", self.unchanged));
    }
}
