//! `keystead revoke`: certificates that nobody should rely on any more.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{ArgGroup, Args};
use keystead::base::clock::Timestamp;
use keystead::base::revocation::Reason;
use keystead::inventory::{Inventory, StoreError};
use keystead::kubernetes::control_plane_client;
use keystead::profile::Profile;
use keystead::revocation::revoke::{Change, RevokeError, Target, last_in_force};

use crate::cli::args::Globals;
use crate::cli::context::{Office, now};
use crate::cli::exit::{Exit, Failure};
use crate::cli::prompt;
use crate::cli::report::{Ui, escaped};
use crate::cli::values;

mod report;
mod select;

use report::{Last, Revoking};

/// Revoke certificates, or put them on hold
///
/// Named one by one: by the first digits of a serial number or fingerprint, or by the certificate's file,
/// whose bytes must be those on record. Or all that --key, --issuer, --profile, --name and --node leave
/// together; if that is more than one, they are listed and it is asked. What may have been signed before
/// a crash (maybe signed) counts as a certificate.
///
/// A revocation is for good, on record, and done once: what is revoked keeps its first date and reason,
/// and a second run says so. It needs no token and no PIN. Others learn of it from the next CRL
/// (keystead crl issue) or OCSP response. The reasons keyCompromise, cACompromise and aACompromise also
/// block the key: it never gets a certificate again.
///
/// The last valid certificate of a client of a Kubernetes control plane is revoked or put on hold only
/// with --last, or when its name is typed.
///
/// As JSON: action, dry_run, changed, unchanged, keys_blocked, last (common_name, issuer, serial, stops)
/// and certificates, each with serial, issuer, profile, subject, names, not_after, expired, state (issued,
/// maybe-signed or unrecorded), ca, key_sha256, crl, outcome (revoked, held, released, unchanged or
/// planned) and revoked (at, reason, invalidity).
#[derive(Args, Debug)]
#[command(
    group = ArgGroup::new("query").multiple(true).args(["key", "issuer", "profile", "name", "node"]),
    group = ArgGroup::new("which").required(true).multiple(true)
        .args(["certificates", "key", "issuer", "profile", "name", "node"]),
    override_usage = "\
keystead revoke [OPTIONS] <SERIAL|FILE>...
       keystead revoke [OPTIONS] [--key <FILE|SHA256>] [--issuer <NAME>]
                       [--profile <NAME>] [--name <NAME>] [--node <NODE>]",
    after_help = "\
Examples:
  keystead revoke 5f0a1c --reason superseded
  keystead revoke web.crt --reason keyCompromise --invalidity 2026-11-20
  keystead revoke --key stolen.csr --reason keyCompromise --yes
  keystead revoke --issuer web --name www.example.com --dry-run
  keystead revoke --issuer kubernetes --node worker-7.example.com --yes
  keystead revoke laptop.crt --hold"
)]
pub(crate) struct Command {
    /// Digits of a serial number, at least four, or a certificate file, PEM (the first one) or DER; a
    /// file whose name is digits alone is named with its folder, ./5f0a
    #[arg(value_name = "SERIAL|FILE", conflicts_with = "query")]
    certificates: Vec<PathBuf>,
    /// Those of this key: a certificate, request or public key, or the SHA-256 of its
    /// SubjectPublicKeyInfo
    #[arg(long, value_name = "FILE|SHA256")]
    key: Option<PathBuf>,
    /// Those of this issuer
    #[arg(long, value_name = "NAME")]
    issuer: Option<String>,
    /// Those under this profile
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// Those with this common name or alternative name, the whole of it
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Those of this Kubernetes node: its kubelet's, its API server's, its etcd member's
    #[arg(long, value_name = "NODE")]
    node: Option<String>,
    /// Why, as in RFC 5280 §5.3.1
    #[arg(long, value_name = "REASON", value_parser = reasons(), ignore_case = true,
          default_value = "unspecified", hide_default_value = true)]
    reason: Reason,
    /// Since when the key is thought to be in other hands, in UTC
    #[arg(long, value_name = "TIME", value_parser = values::instant)]
    invalidity: Option<Timestamp>,
    /// Put them on hold instead, where their profile allows it
    #[arg(long, conflicts_with_all = ["reason", "invalidity", "release"])]
    hold: bool,
    /// Take them from hold
    #[arg(long, conflicts_with_all = ["reason", "invalidity"])]
    release: bool,
    /// Also a certificate that an issuer of this home signed and that is not on record
    #[arg(long, conflicts_with = "query")]
    unrecorded: bool,
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
    /// Do not ask about several certificates or that of a CA
    #[arg(long, short)]
    yes: bool,
    /// Also the last certificate of a control-plane client
    #[arg(long)]
    last: bool,
}

/// The names of reasons that revoke for good.
fn reasons() -> impl clap::builder::TypedValueParser<Value = Reason> {
    PossibleValuesParser::new(Reason::PERMANENT.map(Reason::name))
        .try_map(|word| word.parse::<Reason>())
}

pub(crate) fn run(command: Command, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    let office = Office::open(globals, ui)?;
    let mut inventory = if command.dry_run {
        Inventory::open_read_only(office.home.path())?
    } else {
        office.inventory()?
    };
    let targets = select::targets(&command, &office, &inventory)?;
    let (change, now) = (command.change(), now());
    refuse(change, &targets, &office, now)?;
    let needed: Vec<Target> =
        targets.iter().filter(|target| change.is_needed(target)).cloned().collect();
    let last = last(change, &needed, &inventory, now)?;
    let mut report = Revoking::new(change, &targets, last, now);
    tell(&report, &command, &targets, ui);
    if command.dry_run {
        ui.print(&report)?;
        return Ok(Exit::Done);
    }
    confirm(&command, &report, &needed, ui)?;
    let changed = change.apply(&targets, &mut inventory, now)?;
    let standings: Result<Vec<_>, StoreError> = targets
        .iter()
        .map(|target| inventory.revoked(&target.authority_key, &target.facts.serial))
        .collect();
    report.done(change, &targets, &changed, &standings?);
    warn_of_issuers(change, &needed, &office)?;
    ui.print(&report)?;
    if changed.contains(&true) {
        let mut issuers: Vec<&str> = needed.iter().map(|target| &*target.issuer).collect();
        issuers.sort_unstable();
        issuers.dedup();
        let commands: Vec<_> =
            issuers.iter().map(|name| format!("`keystead crl issue {name}`")).collect();
        ui.note(format!("others learn of it from the next CRL: {}", commands.join(", ")));
    }
    Ok(Exit::Done)
}

impl Command {
    fn change(&self) -> Change {
        if self.hold {
            return Change::Hold;
        }
        if self.release {
            return Change::Release;
        }
        Change::Revoke { reason: self.reason, invalidity: self.invalidity }
    }
}

/// Refuses all when one may not be changed so.
fn refuse(
    change: Change,
    targets: &[Target],
    office: &Office,
    now: Timestamp,
) -> Result<(), Failure> {
    let mut profiles: BTreeMap<String, Arc<Profile>> = BTreeMap::new();
    targets.iter().try_for_each(|target| {
        change.check(target, now, |name| match profiles.get(name) {
            Some(profile) => Ok(profile.clone()),
            None => {
                let profile = office.profile(name)?;
                profiles.insert(name.to_owned(), profile.clone());
                Ok::<_, Failure>(profile)
            }
        })
    })
}

/// What would be left without any certificate.
fn last(
    change: Change,
    needed: &[Target],
    inventory: &Inventory,
    now: Timestamp,
) -> Result<Vec<Last>, RevokeError> {
    if change == Change::Release {
        return Ok(Vec::new());
    }
    let matters = |facts: &keystead::revocation::facts::CertificateFacts| {
        control_plane_client(&facts.subject).is_some()
    };
    let places = last_in_force(needed, inventory, now, matters)?;
    let last = places.into_iter().filter_map(|place| {
        let target = needed.get(place)?;
        Some(Last::new(target, control_plane_client(&target.facts.subject)?))
    });
    Ok(last.collect())
}

/// Says what a person should know before, or instead of, the change.
fn tell(report: &Revoking, command: &Command, targets: &[Target], ui: Ui) {
    let count = |is: &dyn Fn(&Target) -> bool| targets.iter().filter(|target| is(target)).count();
    match report.expired() {
        0 => {}
        expired => ui.note(format!(
            "{expired} of the certificates have expired; nobody accepts them, revoked or not"
        )),
    }
    if count(&Target::is_root) > 0 && !command.release {
        ui.warn(
            "a root's own certificate is trusted because somebody installed it: take it out there, \
             its own CRL convinces few",
        );
    }
    let kubernetes = |target: &Target| {
        target.profile.as_deref().is_some_and(|profile| profile.starts_with("k8s-"))
    };
    if count(&kubernetes) > 0 && !command.release {
        ui.note(
            "Kubernetes reads no CRL and goes on accepting its certificates; etcd reads one, with \
             --client-crl-file (docs/kubernetes.md)",
        );
    }
}

/// Asks where that is the rule; an error unless the answer is yes.
fn confirm(command: &Command, report: &Revoking, needed: &[Target], ui: Ui) -> Result<(), Failure> {
    let verb = report.action;
    let several = command.certificates.is_empty() && needed.len() > 1;
    let of_a_ca = !command.release && needed.iter().any(|target| target.facts.ca);
    let asks_last = !report.last.is_empty() && !command.last;
    let asks = asks_last || !command.yes && (several || of_a_ca);
    if !asks {
        return Ok(());
    }
    ui.show(report);
    if asks_last {
        for last in &report.last {
            let question = format!("To {verb} it, type its name, {}: ", last.common_name);
            match answer(&question)? {
                Some(name) if name == last.common_name => {}
                Some(_) => return Err(nothing_done()),
                None => {
                    return Err(Failure::refused(format!(
                        "this is the last certificate in force of {}",
                        last.common_name
                    ))
                    .hint("nothing was changed; when it is meant, add --last"));
                }
            }
        }
        return Ok(());
    }
    if of_a_ca {
        ui.warn("with the certificate of a CA, everything that it issued stops being valid");
    }
    let question = format!("To {verb} {} certificate(s), type yes: ", needed.len());
    match answer(&question)? {
        Some(word) if word.eq_ignore_ascii_case("yes") => Ok(()),
        Some(_) => Err(nothing_done()),
        None => Err(Failure::refused(format!(
            "there is no terminal to ask whether to {verb} {} certificate(s)",
            needed.len()
        ))
        .hint("nothing was changed; when it is meant, add --yes")),
    }
}

fn answer(question: &str) -> Result<Option<String>, Failure> {
    prompt::answer(question).map_err(|error| Failure::io("no answer can be read", error))
}

fn nothing_done() -> Failure {
    Failure::refused("not confirmed; nothing was changed")
}

/// A blocked key that signs here gets no certificate, and still signs.
fn warn_of_issuers(change: Change, needed: &[Target], office: &Office) -> Result<(), Failure> {
    if !change.blocks_keys() {
        return Ok(());
    }
    for issuer in office.home.issuers()? {
        let key = keystead::base::algorithm::sha256(&issuer.spki_der);
        if needed.iter().any(|target| target.facts.key_sha256 == key) {
            office.ui.warn(format!(
                "the blocked key is that of the issuer {}: it gets no new certificate, but still signs",
                escaped(&issuer.name)
            ));
        }
    }
    Ok(())
}
