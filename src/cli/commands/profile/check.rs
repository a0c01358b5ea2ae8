//! `keystead profile check`: what would come of requests, before anybody signs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use keystead::base::algorithm::SignatureAlgorithm;
use keystead::base::issuer_cert::IssuerCert;
use keystead::base::pem;
use keystead::base::pointers::IssuerPointers;
use keystead::config::Home;
use keystead::inventory::{Inventory, KeyGuard, StoreError};
use keystead::issuance;
use keystead::lint::{Linted, Registry};
use keystead::profile::{Overrides, PlanKind, Profile, ProfileKind};
use keystead::request::{self, WeakKeyList};
use keystead::trial::{self, Refusal, Signatory, ThrowawayIssuer};
use serde::Serialize;

use super::{Advice, trial_failed};
use crate::cli::args::Globals;
use crate::cli::context::{Office, home_if_any, now, registry, weak_keys};
use crate::cli::exit::{Exit, Failure};
use crate::cli::inputs::{self, Input};
use crate::cli::profiles::ProfileSource;
use crate::cli::report::{Page, Report, Ui, escaped};

/// Check requests against a profile, without signing any
///
/// Each request goes through everything that `sign` does before the token is touched: it is read and
/// verified, compared with the profile, encoded and linted. Nothing is signed or recorded. Without an
/// issuer, a throwaway one without limits stands in; with one, its name constraints, its path length and
/// the end of its validity count too. With a home, the keys of the requests are looked for in its lists
/// of weak keys and among its blocked keys and CA keys. The exit code is 1 when a request is refused.
#[derive(Args, Debug)]
#[command(
    after_help = "\
Examples:
  keystead profile check tls-server web.csr
  keystead profile check ./web-internal.toml /media/stick/requests --json
  keystead --home ./home profile check tls-server web.csr --issuer example
  keystead profile check tls-client jane.csr --issuer-cert issuing.pem",
    override_usage = "\
keystead profile check [OPTIONS] <NAME|FILE> <CSR|DIR|->..."
)]
pub(super) struct Command {
    /// A profile's name, or the path of its file (with a / or .toml)
    #[arg(value_name = "NAME|FILE")]
    profile: String,
    /// Request files, folders of them, or - for standard input
    #[arg(required = true, value_name = "CSR|DIR|-")]
    requests: Vec<PathBuf>,
    /// The issuer of the home that would sign; its certificate is enough
    #[arg(long, value_name = "NAME", conflicts_with = "issuer_cert")]
    issuer: Option<String>,
    /// The certificate of the issuer that would sign, PEM or DER; in PEM, those above it may follow
    #[arg(long, value_name = "FILE")]
    issuer_cert: Option<PathBuf>,
}

#[derive(Serialize)]
struct Verdicts {
    profile: String,
    issuer: Option<String>,
    /// Whether the keys were looked for in the lists of weak keys of a home.
    weak_keys_asked: bool,
    /// Whether they were looked for among the blocked keys and CA keys of its inventory.
    inventory_asked: bool,
    accepted: usize,
    refused: usize,
    failed: usize,
    requests: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    request: String,
    verdict: Verdict,
    code: Option<&'static str>,
    reason: Option<String>,
    clause: Option<&'static str>,
    subject: Option<String>,
    sans: Vec<String>,
    not_after: Option<String>,
    warnings: Vec<Advice>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Accepted,
    Refused,
    Failed,
}

/// Who would sign.
struct Authority {
    certificate: Arc<IssuerCert>,
    algorithm: SignatureAlgorithm,
    pointers: IssuerPointers,
    /// Its subject, unless it is a throwaway.
    name: Option<String>,
}

/// What a home knows about keys.
#[derive(Default)]
struct KnownKeys {
    weak: Option<WeakKeyList>,
    inventory: Option<KeyGuard>,
}

/// What every request is judged by.
struct Bench<'a> {
    profile: Arc<Profile>,
    authority: Authority,
    rules: &'a Registry,
    keys: KnownKeys,
}

pub(super) fn run(command: Command, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    let home = match &command.issuer {
        Some(_) => Some(Office::open(globals, ui)?.home),
        None => home_if_any(globals)?,
    };
    let profile = ProfileSource::find(home.as_ref(), &command.profile)?.load()?;
    if profile.kind() == ProfileKind::Root {
        return Err(Failure::usage(format!(
            "profile {} makes roots, and a root is not made from a request",
            profile.name()
        ))
        .hint("keystead profile test tries such a profile"));
    }
    // The external linters of the home judge too, as they would when it signs.
    let rules = home.as_ref().map(registry).transpose()?;
    let rules = rules.as_ref().unwrap_or_else(|| Registry::all());
    let inputs = inputs::collect(&command.requests, &ui)?;
    let authority = authority(&command, globals, ui, profile.name())?;
    let keys = home.as_ref().map(KnownKeys::of).transpose()?.unwrap_or_default();
    let bench = Bench { profile: Arc::new(profile), authority, rules, keys };
    let Bench { profile, authority, keys, .. } = &bench;
    let progress = ui.progress(inputs.len().try_into().unwrap_or(0), "checking");
    let mut verdicts = Verdicts {
        profile: profile.name().to_owned(),
        issuer: authority.name.clone(),
        weak_keys_asked: keys.weak.is_some(),
        inventory_asked: keys.inventory.is_some(),
        accepted: 0,
        refused: 0,
        failed: 0,
        requests: Vec::with_capacity(inputs.len()),
    };
    for input in &inputs {
        verdicts.push(bench.row(input));
        progress.inc(1);
    }
    progress.finish_and_clear();
    ui.print(&verdicts)?;
    if let Some(not_asked) = bench.keys.not_asked() {
        ui.note(not_asked);
    }
    if inputs.len() > 1 {
        let Verdicts { accepted, refused, failed, .. } = verdicts;
        ui.note(format!("{accepted} would be issued, {refused} refused, {failed} failed"));
    }
    Ok(match (verdicts.failed, verdicts.refused) {
        (0, 0) => Exit::Done,
        (0, _) => Exit::Refused,
        _ => Exit::Failed,
    })
}

fn authority(
    command: &Command,
    globals: &Globals,
    ui: Ui,
    profile: &str,
) -> Result<Authority, Failure> {
    if let Some(name) = &command.issuer {
        let office = Office::open(globals, ui)?;
        let record = office.certified_issuer(name)?;
        office.refuse_profile(&record, profile)?;
        let pointers = record.pointers();
        if let Some(certificate) = record.certificate {
            let name = Some(certificate.subject().to_string());
            return Ok(Authority { certificate, algorithm: record.signature, pointers, name });
        }
    }
    // Only the settings of a home say where an issuer's CRLs are.
    let pointers = IssuerPointers::default();
    if let Some(path) = &command.issuer_cert {
        let certificate = issuer_certificate(path)?;
        let algorithm = certificate.spki().algorithm().default_signature();
        let name = Some(certificate.subject().to_string());
        return Ok(Authority { certificate: Arc::new(certificate), algorithm, pointers, name });
    }
    let throwaway = ThrowawayIssuer::new().map_err(trial_failed)?;
    let (certificate, algorithm) = (Arc::clone(throwaway.certificate()), throwaway.algorithm());
    Ok(Authority { certificate, algorithm, pointers, name: None })
}

/// The first certificate of a file, with what those behind it leave to it.
fn issuer_certificate(path: &Path) -> Result<IssuerCert, Failure> {
    let shown = escaped(&path.to_string_lossy());
    let content =
        std::fs::read(path).map_err(|error| Failure::io(format!("cannot read {shown}"), error))?;
    let unusable =
        |failure: Failure| failure.context(format!("{shown} is no issuer's certificate"));
    let ders = match std::str::from_utf8(&content) {
        Ok(text) if text.contains("-----BEGIN ") => pem::decode_all(pem::CERTIFICATE, text)
            .map_err(|error| unusable(Failure::new(Exit::Usage, error)))?,
        _ => vec![content],
    };
    let read: Result<Vec<IssuerCert>, _> =
        ders.iter().map(|der| IssuerCert::from_der(der)).collect();
    let mut read = read.map_err(|error| unusable(Failure::new(Exit::Usage, error)))?.into_iter();
    let first = read.next();
    let above: Vec<IssuerCert> = read.collect();
    first
        .map(|first| first.below(&above))
        .ok_or_else(|| unusable(Failure::usage("it holds no certificate")))
}

impl KnownKeys {
    fn of(home: &Home) -> Result<Self, Failure> {
        let inventory = match Inventory::open_read_only(home.path()) {
            Ok(inventory) => Some(inventory.key_guard()?),
            Err(StoreError::Missing(_)) => None,
            Err(error) => return Err(error.into()),
        };
        Ok(Self { weak: Some(weak_keys(home)?), inventory })
    }

    /// What a home would have been asked for, for people.
    fn not_asked(&self) -> Option<&'static str> {
        match (&self.weak, &self.inventory) {
            (Some(_), Some(_)) => None,
            (Some(_), None) => Some(
                "the home has no inventory yet, so blocked keys and CA keys were not asked about",
            ),
            (None, _) => Some(
                "without a home (--home), lists of weak keys, blocked keys and CA keys were not \
                 asked about",
            ),
        }
    }
}

impl Bench<'_> {
    /// What would come of a request, DER.
    fn judge(&self, csr: &[u8]) -> Result<Linted, Refusal> {
        let Self { profile, authority, rules, keys } = self;
        let Authority { certificate, algorithm, pointers, .. } = authority;
        let request = request::verify(csr)?;
        let (none, nothing) = (WeakKeyList::default(), KeyGuard::default());
        let weak = keys.weak.as_ref().unwrap_or(&none);
        let guard = keys.inventory.as_ref().unwrap_or(&nothing);
        issuance::check_key(request.spki(), certificate.spki(), profile.kind(), weak, guard)?;
        let signatory = Signatory { certificate, algorithm: *algorithm, pointers };
        trial::check(request, profile, &Overrides::default(), &signatory, rules, now())
    }

    fn row(&self, input: &Input) -> Row {
        let mut row = Row {
            request: input.name.clone(),
            verdict: Verdict::Accepted,
            code: None,
            reason: None,
            clause: None,
            subject: None,
            sans: Vec::new(),
            not_after: None,
            warnings: Vec::new(),
        };
        let csr = match input.read() {
            Ok(csr) => csr,
            Err(unreadable) => {
                let damaged = unreadable.sha256.is_some();
                row.verdict = if damaged { Verdict::Refused } else { Verdict::Failed };
                row.code = Some(if damaged { "input.not-a-request" } else { "input.unreadable" });
                row.reason = Some(Failure::new(Exit::Refused, unreadable.error).one_line());
                return row;
            }
        };
        match self.judge(&csr) {
            Ok(linted) => {
                let plan = linted.tbs().plan();
                row.subject = Some(plan.subject().to_string());
                row.sans = plan.sans().iter().map(ToString::to_string).collect();
                if let PlanKind::Certificate(validity) = plan.kind() {
                    row.not_after = Some(validity.not_after().to_string());
                }
                row.warnings = linted.warnings().iter().map(Into::into).collect();
            }
            Err(refusal) => {
                let failed = refusal.is_failure();
                row.verdict = if failed { Verdict::Failed } else { Verdict::Refused };
                row.code = Some(refusal.code());
                row.clause = Some(refusal.clause());
                row.reason = Some(Failure::new(Exit::Refused, refusal).one_line());
            }
        }
        row
    }
}

impl Verdicts {
    fn push(&mut self, row: Row) {
        match row.verdict {
            Verdict::Accepted => self.accepted += 1,
            Verdict::Refused => self.refused += 1,
            Verdict::Failed => self.failed += 1,
        }
        self.requests.push(row);
    }
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

impl Report for Verdicts {
    fn text(&self, page: &mut Page) {
        page.table(
            &["request", "verdict", "why"],
            self.requests.iter().map(|row| {
                vec![row.request.clone(), row.verdict.word().to_owned(), why(row).join("\n")]
            }),
        );
    }
}

/// What stands behind a verdict: the refusal with its code and clause, or what advises against it.
fn why(row: &Row) -> Vec<String> {
    if let Some(reason) = &row.reason {
        let source = match (row.code, row.clause) {
            (Some(code), Some(clause)) => format!(" [{code}; {clause}]"),
            (Some(code), None) => format!(" [{code}]"),
            (None, _) => String::new(),
        };
        return vec![format!("{reason}{source}")];
    }
    let warnings = row.warnings.iter().map(Advice::sentence).map(|text| format!("warning: {text}"));
    warnings.collect()
}
