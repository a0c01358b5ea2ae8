//! `keystead crl verify`: whether a CRL may be published and relied on; the check of a deploy step.

use std::path::{Path, PathBuf};

use clap::Args;
use keystead::base::clock::Timestamp;
use keystead::base::crl::{Crl, CrlEntry};
use keystead::base::issuer_cert::IssuerCert;
use keystead::base::pem;
use keystead::inventory::Inventory;
use keystead::lint::{Finding, Label, Registry, Severity};
use keystead::revocation::compare::Succession;
use keystead::revocation::reader::{
    self, CrlFault, CrlFile, Currency, currency, entries_stay, future_faults, series_fault,
};
use serde::Serialize;

use super::{Facts, parse, read};
use crate::cli::args::Globals;
use crate::cli::context::{home_if_any, now};
use crate::cli::exit::{Exit, Failure};
use crate::cli::files::{self, shown};
use crate::cli::report::{Page, Report, Ui};
use crate::cli::values;

/// Verify a CRL, as a web server's deploy step does
///
/// Checks the signature, the issuer's name and the key identifier against the issuer's certificate, the
/// times, the entries and the lint rules. With --previous, the number must be higher than that of the
/// CRL in service, and no entry may be gone: a CRL does not tell when a certificate expires, so an entry
/// that is missing refuses unless the certificate was on hold, or the inventory of --home says that it
/// had expired before the previous CRL was issued (RFC 5280 §3.3). It needs no home and no token.
///
/// It exits with 0 when the CRL is good, 1 when it is refused, 4 when it is good and the next one is due
/// (three quarters of the time to nextUpdate are over), 5 when it has expired.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead crl verify example.crl --issuer ca.crt
  keystead crl verify new.crl --issuer ca.crt --previous /srv/crl/example.crl
  keystead crl verify example.crl --issuer ca.crt --at 2027-01-01T00:00:00Z")]
pub(super) struct Command {
    /// The CRL, DER or PEM; - for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The certificate of the CA that issued it
    #[arg(long, value_name = "CERT")]
    issuer: PathBuf,
    /// The CRL that it will take the place of
    #[arg(long, value_name = "FILE")]
    previous: Option<PathBuf>,
    /// At this time, RFC 3339 in UTC, instead of now
    #[arg(long, value_name = "TIME", value_parser = values::instant)]
    at: Option<Timestamp>,
}

#[derive(Serialize)]
struct Verdict {
    /// `good`, `due`, `expired` or `refused`.
    verdict: &'static str,
    at: String,
    crl: Facts,
    previous: Option<Previous>,
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
}

#[derive(Serialize)]
struct Problem {
    code: String,
    clause: String,
    detail: String,
}

#[derive(Serialize)]
struct Previous {
    #[serde(flatten)]
    facts: Facts,
    /// None when the entries cannot be compared: CRLs of two series, deltas to two bases.
    changes: Option<Changes>,
}

#[derive(Serialize)]
struct Changes {
    added: u64,
    changed: u64,
    expired: u64,
    released: u64,
    dropped: u64,
}

impl Report for Verdict {
    fn text(&self, page: &mut Page) {
        self.crl.text(page);
        if let Some(previous) = &self.previous {
            let number = previous.facts.number.as_deref().unwrap_or("none");
            let changes = previous.changes.as_ref().map(|changes| {
                let Changes { added, changed, expired, released, dropped } = changes;
                format!(
                    ": {added} added, {changed} changed, {expired} expired, {released} released, \
                     {dropped} dropped"
                )
            });
            page.line(format!("previous: number {number}{}", changes.unwrap_or_default()));
        }
        for (label, problems) in [("refused", &self.problems), ("warning", &self.warnings)] {
            for Problem { code, clause, detail } in problems {
                page.paragraph(&format!("  {label}"), &format!("{code}: {detail} ({clause})"));
            }
        }
        let until = self.crl.next_update.as_deref().unwrap_or("ever");
        page.line(match self.verdict {
            "good" => format!("good: in force until {until}"),
            "due" => format!("due: in force until {until}, but the next one should be there"),
            "expired" => format!("expired: it was in force until {until}, and it is {}", self.at),
            _ => format!("refused: {} problem(s)", self.problems.len()),
        });
    }
}

pub(super) fn run(command: &Command, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    let issuer = read_issuer(&command.issuer)?;
    let at = command.at.unwrap_or_else(now);
    if !issuer.validity().contains(at) {
        ui.warn(format!(
            "the certificate {} is valid from {}, which {at} is not in",
            shown(&command.issuer),
            issuer.validity()
        ));
    }
    let file = read(&command.file)?;
    let previous_file = command.previous.as_deref().map(read).transpose()?;
    let crl = parse(&command.file, &file)?;
    let mut faults = reader::verify(&crl, &issuer);
    faults.extend(future_faults(&crl, at));
    let previous = match command.previous.as_deref().zip(previous_file.as_ref()) {
        Some((path, file)) => Some(follow(path, file, &crl, &issuer, globals, &mut faults)?),
        None => None,
    };
    let mut problems: Vec<Problem> = faults.iter().map(Problem::from).collect();
    let mut warnings = Vec::new();
    // What compares a CRL with its issuer is among the faults above.
    let inspection = Registry::all().inspect(file.as_der(), Label::from_pem(pem::CRL), None);
    for finding in &inspection.findings {
        let list = if finding.severity == Severity::Error { &mut problems } else { &mut warnings };
        list.push(Problem::from(finding));
    }
    let (verdict, exit) = match currency(&crl, at) {
        _ if !problems.is_empty() => ("refused", Exit::Refused),
        Currency::Expired => ("expired", Exit::Overdue),
        Currency::Due => ("due", Exit::Attention),
        Currency::Current => ("good", Exit::Done),
    };
    let crl = Facts::of(&command.file, &crl);
    ui.print(&Verdict { verdict, at: at.to_string(), crl, previous, problems, warnings })?;
    Ok(exit)
}

/// Compares with the CRL that is in service, which must be the issuer's too.
fn follow(
    path: &Path,
    file: &CrlFile,
    crl: &Crl<'_>,
    issuer: &IssuerCert,
    globals: &Globals,
    faults: &mut Vec<CrlFault>,
) -> Result<Previous, Failure> {
    let previous = parse(path, file)?;
    let unsound = reader::verify(&previous, issuer).into_iter();
    faults.extend(unsound.map(|fault| CrlFault::Previous(Box::new(fault))));
    let fault = series_fault(&previous, crl);
    let is_series = !matches!(fault, Some(CrlFault::Series(_)));
    faults.extend(fault);
    let mut changes = None;
    if is_series && entries_stay(&previous, crl) {
        let mut records = Records { globals, inventory: None, issuer };
        let succession = Succession::between(&previous, crl, |entry| records.expiry(entry))?;
        faults.extend(succession.fault());
        changes = Some(Changes::from(&succession));
    }
    Ok(Previous { facts: Facts::of(path, &previous), changes })
}

/// The inventory of a home, opened when it is asked; whoever has no home has no records.
struct Records<'a> {
    globals: &'a Globals,
    inventory: Option<Option<Inventory>>,
    issuer: &'a IssuerCert,
}

impl Records<'_> {
    /// When the certificate of an entry expires, if it is on record as this issuer's.
    fn expiry(&mut self, entry: &CrlEntry<'_>) -> Result<Option<Timestamp>, Failure> {
        if self.inventory.is_none() {
            let home = home_if_any(self.globals)?;
            let open = |home: keystead::config::Home| Inventory::open_read_only(home.path());
            self.inventory = Some(home.map(open).transpose()?);
        }
        // An entry of an indirect CRL is another issuer's; ours have serial numbers of 17 octets.
        let Some(Some(inventory)) = &self.inventory else { return Ok(None) };
        if entry.issuer.is_some() || entry.serial.len() < 2 {
            return Ok(None);
        }
        let found = inventory.show(&hex::encode(entry.serial))?;
        let ours = found.into_iter().find(|known| {
            known.serial.as_ref().is_some_and(|serial| *serial.0 == *entry.serial)
                && known.issuer_key_sha256 == self.issuer.spki().sha256()
        });
        Ok(ours.and_then(|known| known.not_after))
    }
}

fn read_issuer(path: &Path) -> Result<IssuerCert, Failure> {
    /// No certificate is larger.
    const LARGEST: u64 = 1 << 20;
    let name = shown(path);
    let content = std::fs::File::open(path)
        .and_then(|file| files::read_at_most(file, LARGEST))
        .map_err(|error| Failure::io(format!("cannot read {name}"), error))?;
    let usage = |error: Box<dyn std::error::Error + Send + Sync>| {
        Failure::new(Exit::Usage, error).context(format!("{name} is not one CA certificate"))
    };
    let der = pem::der_or_pem(pem::CERTIFICATE, &content).map_err(|error| usage(error.into()))?;
    IssuerCert::from_der(&der).map_err(|error| usage(error.into()))
}

impl From<&CrlFault> for Problem {
    fn from(fault: &CrlFault) -> Self {
        Self {
            code: fault.code().to_owned(),
            clause: fault.clause().to_owned(),
            detail: fault.to_string(),
        }
    }
}

impl From<&Finding> for Problem {
    fn from(finding: &Finding) -> Self {
        Self {
            code: finding.code(),
            clause: finding.clause().to_owned(),
            detail: finding.detail.clone(),
        }
    }
}

impl From<&Succession> for Changes {
    fn from(found: &Succession) -> Self {
        let Succession { added, changed, expired, released, dropped, .. } = *found;
        Self { added, changed, expired, released, dropped }
    }
}
