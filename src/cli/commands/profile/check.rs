//! `keystead profile check`: what would come of requests, before anybody signs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use keystead::base::algorithm::SignatureAlgorithm;
use keystead::base::issuer_cert::IssuerCert;
use keystead::base::pem;
use keystead::lint::Registry;
use keystead::profile::{Overrides, PlanKind, Profile, ProfileKind};
use keystead::trial::{self, ThrowawayIssuer};
use serde::Serialize;

use super::{Advice, trial_failed};
use crate::cli::args::Globals;
use crate::cli::context::{Office, home_if_any, now, registry};
use crate::cli::exit::{Exit, Failure};
use crate::cli::inputs::{self, Input};
use crate::cli::profiles::ProfileSource;
use crate::cli::report::{Page, Report, Ui, escaped};

/// Check requests against a profile, without signing any
///
/// Each request goes through everything that `sign` does before the token is touched: it is read and
/// verified, compared with the profile, encoded and linted. Nothing is signed or recorded. Without an
/// issuer, a throwaway one without limits stands in; with one, its name constraints, its path length and
/// the end of its validity count too. The exit code is 1 when a request is refused.
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
    /// Its subject, unless it is a throwaway.
    name: Option<String>,
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
    let authority = authority(&command, globals, ui, profile.name())?;
    // The external linters of the home judge too, as they would when it signs.
    let rules = home.as_ref().map(registry).transpose()?;
    let rules = rules.as_ref().unwrap_or_else(|| Registry::all());
    let inputs = inputs::collect(&command.requests, &ui)?;
    let profile = Arc::new(profile);
    let progress = ui.progress(inputs.len().try_into().unwrap_or(0), "checking");
    let mut verdicts = Verdicts {
        profile: profile.name().to_owned(),
        issuer: authority.name.clone(),
        accepted: 0,
        refused: 0,
        failed: 0,
        requests: Vec::with_capacity(inputs.len()),
    };
    for input in &inputs {
        verdicts.push(row(input, &profile, &authority, rules));
        progress.inc(1);
    }
    progress.finish_and_clear();
    ui.print(&verdicts)?;
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
        if let Some(certificate) = record.certificate {
            let name = Some(certificate.subject().to_string());
            return Ok(Authority { certificate, algorithm: record.signature, name });
        }
    }
    if let Some(path) = &command.issuer_cert {
        let certificate = issuer_certificate(path)?;
        let algorithm = certificate.spki().algorithm().default_signature();
        let name = Some(certificate.subject().to_string());
        return Ok(Authority { certificate: Arc::new(certificate), algorithm, name });
    }
    let throwaway = ThrowawayIssuer::new().map_err(trial_failed)?;
    let (certificate, algorithm) = (Arc::clone(throwaway.certificate()), throwaway.algorithm());
    Ok(Authority { certificate, algorithm, name: None })
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

fn row(input: &Input, profile: &Arc<Profile>, authority: &Authority, rules: &Registry) -> Row {
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
    let overrides = Overrides::default();
    let (issuer, algorithm) = (&authority.certificate, authority.algorithm);
    match trial::check(&csr, profile, &overrides, issuer, algorithm, rules, now()) {
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
            (Some(code), Some(clause)) => format!(" [{code}, {clause}]"),
            (Some(code), None) => format!(" [{code}]"),
            (None, _) => String::new(),
        };
        return vec![format!("{reason}{source}")];
    }
    let warnings = row.warnings.iter().map(Advice::sentence).map(|text| format!("warning: {text}"));
    warnings.collect()
}
