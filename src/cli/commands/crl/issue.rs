//! `keystead crl issue` and `keystead crl adopt`: the CRLs of our own issuers.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use keystead::base::crl::Crl;
use keystead::base::issuer_cert::IssuerCert;
use keystead::config::IssuerRecord;
use keystead::inventory::Inventory;
use keystead::issuance::{IssueError, Issuer};
use keystead::publish::{CertificateOutput, CrlOutput, Form, Publication, crl_name};
use keystead::revocation::issue::{
    CrlKind, IssuedCrl, adopt, is_own, issue_crls, require_continuity,
};
use keystead::revocation::reader::{self, CrlFile};
use keystead::tbs::{Content as _, ContentKind};
use serde::Serialize;

use super::{name, parse, read};
use crate::cli::args::Globals;
use crate::cli::context::{Office, at_desk, now, prepare_output_folder};
use crate::cli::exit::{Exit, Failure};
use crate::cli::files::shown;
use crate::cli::report::{Page, Report, Ui};

/// Issue the CRLs of an issuer and publish them
///
/// Lists every revoked certificate that has not expired, and those on hold; an entry leaves only after a
/// CRL that was issued when its certificate had expired already. How long a CRL is in force, shards,
/// scope and the place of delta CRLs are set in issuers/NAME/issuer.toml, [crl]. It is linted and
/// recorded before the token signs it, and verified after. The number is higher than any before, also than that of the CRL
/// that is in the output folder, or is given with --last; if that one knows more than this home,
/// nothing is signed.
///
/// The files have stable names and are replaced at once: NAME.crl, NAME.crl.pem, with shards NAME-0.crl
/// and so on, for delta CRLs NAME-delta.crl; beside them the issuer's certificate, NAME.cer and NAME.crt.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead crl issue example-root --out /media/stick
  keystead crl issue web
  keystead crl issue web --delta")]
pub(super) struct Issue {
    /// The issuer
    #[arg(value_name = "ISSUER")]
    issuer: String,
    /// What changed since the last complete CRL, instead of everything
    #[arg(long)]
    delta: bool,
    /// The folder to publish into [default: published, in the home]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The CRL that is in service, when it is not in the output folder
    #[arg(long, value_name = "FILE")]
    last: Vec<PathBuf>,
}

/// Take over what a CRL of an issuer says, after a restore or a move
///
/// The CRL must be the issuer's own, signed with its key. From then on numbers go on above its number,
/// and every certificate that it revokes is revoked here, with the dates and reasons it has there, also
/// those that this inventory does not know. It needs no token and no PIN.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead crl adopt web /srv/crl/web.crl")]
pub(super) struct Adopt {
    /// The issuer
    #[arg(value_name = "ISSUER")]
    issuer: String,
    /// The CRL, DER or PEM; - for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// What `crl issue` reports.
#[derive(Serialize)]
pub(crate) struct Issued {
    crls: Vec<IssuedRow>,
    /// The issuer's certificate, DER and PEM.
    certificate: Vec<PathBuf>,
}

impl Issued {
    /// The first CRL, DER.
    pub(crate) fn first_file(&self) -> Option<PathBuf> {
        self.crls.first()?.files.first().cloned()
    }
}

#[derive(Serialize)]
struct IssuedRow {
    issuer: String,
    shard: Option<u32>,
    number: u64,
    base_number: Option<u64>,
    this_update: String,
    next_update: String,
    entries: u64,
    /// DER and PEM.
    files: Vec<PathBuf>,
}

impl Report for Issued {
    fn text(&self, page: &mut Page) {
        page.table(
            &["crl", "number", "entries", "next update"],
            self.crls.iter().map(|row| {
                let file = row.files.first().and_then(|path| path.file_name());
                vec![
                    file.map(|name| shown(Path::new(name))).unwrap_or_default(),
                    row.number.to_string(),
                    row.entries.to_string(),
                    row.next_update.clone(),
                ]
            }),
        );
        let folder = self.crls.first().and_then(|row| row.files.first()?.parent());
        if let Some(folder) = folder {
            page.line(format!("published in {}", shown(folder)));
        }
    }
}

#[derive(Serialize)]
struct Adopted {
    issuer: String,
    number: Option<String>,
    entries: u64,
    /// Of these, revoked here since now.
    new: u64,
}

impl Report for Adopted {
    fn text(&self, page: &mut Page) {
        let number = self.number.as_deref().unwrap_or("none");
        page.line(format!(
            "CRL number {number} of {}: {} entries, {} of them new here",
            self.issuer, self.entries, self.new
        ));
    }
}

pub(super) fn run_issue(command: &Issue, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    let office = Office::open(globals, ui)?;
    let record = office.certified_issuer(&command.issuer)?;
    let out = command.out.clone().unwrap_or_else(|| published(&office));
    prepare_output_folder(&out)?;
    let kind = if command.delta { CrlKind::Delta } else { CrlKind::Complete };
    let mut inventory = office.inventory()?;
    let certificate = certificate(&record)?;
    for path in &last_crls(&record, &out, &command.last) {
        let file = read(path)?;
        let explain = |error| {
            let adopt = format!("keystead crl adopt {} {}", record.name, shown(path));
            let failure = Failure::from(error).context(format!("last CRL {}", shown(path)));
            failure.hint(format!(
                "if that CRL is right, take it over and issue again: {adopt}; if another store is in \
                 use for this issuer, use that one"
            ))
        };
        if is_own(&certificate, &record.crl, file.as_der(), &inventory).map_err(explain)? {
            continue;
        }
        let crl = own_crl(path, &file, &certificate)?;
        require_continuity(&certificate, &record.crl, &crl, &inventory).map_err(explain)?;
    }
    let token = office.token()?;
    let issuer = office.open_issuer(record, &token, &mut inventory)?;
    let crls =
        issue_and_publish(&office, &issuer.issuer, &issuer.record, kind, &mut inventory, &out)?;
    office.ui.print(&crls)?;
    Ok(Exit::Done)
}

pub(super) fn run_adopt(command: &Adopt, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    let office = Office::open(globals, ui)?;
    let record = office.certified_issuer(&command.issuer)?;
    let certificate = certificate(&record)?;
    let file = read(&command.file)?;
    let crl = own_crl(&command.file, &file, &certificate)?;
    let mut inventory = office.inventory()?;
    let new = adopt(&certificate, &record.crl, &crl, &mut inventory, now())?;
    office.ui.print(&Adopted {
        issuer: record.name,
        number: crl.number().map(|number| number.to_string()),
        entries: crl.entry_count(),
        new,
    })?;
    Ok(Exit::Done)
}

/// Where a home publishes unless told otherwise.
pub(crate) fn published(office: &Office) -> PathBuf {
    office.home.path().join("published")
}

/// Issues the CRLs of an issuer that is open, and publishes them and its certificate in `out`.
pub(crate) fn issue_and_publish(
    office: &Office,
    issuer: &Issuer,
    record: &IssuerRecord,
    kind: CrlKind,
    inventory: &mut Inventory,
    out: &Path,
) -> Result<Issued, Failure> {
    let mut crls = Vec::new();
    let mut elsewhere = 0;
    at_desk(&office.registry, inventory, |desk| {
        issue_crls(issuer, &record.crl, kind, desk, |one| {
            elsewhere += one.elsewhere;
            crls.push(publish(&one, &record.name, out)?);
            Ok(())
        })
    })?;
    if elsewhere > 0 {
        office.ui.warn(format!(
            "{elsewhere} revoked certificate(s) name a distribution point that the issuer has no more; \
             who reads that one does not learn of it"
        ));
    }
    let output = CertificateOutput::new(issuer.certificate().as_der())
        .map_err(|error| Failure::new(Exit::Failed, error))?;
    let certificate = match output.publish(out, &record.name) {
        Ok(written) => written.map(|(path, _)| path).into(),
        // A renewed certificate of the same key that is there already, or another name's: the CRL counts.
        Err(error) => {
            office.ui.warn(format!("the certificate was not published: {error}"));
            Vec::new()
        }
    };
    Ok(Issued { crls, certificate })
}

fn publish(one: &IssuedCrl, issuer: &str, out: &Path) -> Result<IssuedRow, IssueError> {
    let sink = |error: Box<dyn std::error::Error + Send + Sync>| IssueError::Sink(error);
    let der = one.issued.as_der();
    let output = CrlOutput::new(der).map_err(|error| sink(error.into()))?;
    let files: [(PathBuf, Publication); 2] = output.publish(out, issuer, one.shard)?;
    let plan = one.issued.signed().linted().tbs().plan();
    let ContentKind::Crl(facts) = plan.facts().kind else {
        return Err(sink("what was signed is no CRL".into()));
    };
    Ok(IssuedRow {
        issuer: issuer.to_owned(),
        shard: one.shard,
        number: facts.number,
        base_number: facts.base,
        this_update: facts.this_update.to_string(),
        next_update: facts.next_update.to_string(),
        entries: facts.entries,
        files: files.map(|(path, _)| path).into(),
    })
}

fn certificate(record: &IssuerRecord) -> Result<Arc<IssuerCert>, Failure> {
    record.certificate.clone().ok_or_else(|| {
        Failure::usage(format!("the issuer {:?} has no certificate yet", record.name))
    })
}

/// The CRLs in service: those that the command line names, and those in the output folder.
fn last_crls(record: &IssuerRecord, out: &Path, named: &[PathBuf]) -> Vec<PathBuf> {
    let shards = record.crl.points().map_or(1, |points| points.shards);
    let shards = if shards > 1 { (0..shards).map(Some).collect() } else { vec![None] };
    let stable = shards.into_iter().flat_map(|shard| {
        [false, true].map(|delta| out.join(crl_name(&record.name, shard, delta, Form::Der)))
    });
    named.iter().cloned().chain(stable.filter(|path| path.exists())).collect()
}

/// The CRL in those bytes, which the issuer signed.
fn own_crl<'a>(path: &Path, file: &'a CrlFile, issuer: &IssuerCert) -> Result<Crl<'a>, Failure> {
    let crl = parse(path, file)?;
    match reader::verify(&crl, issuer).into_iter().next() {
        None => Ok(crl),
        Some(fault) => {
            let (code, clause) = (fault.code(), fault.clause());
            Err(Failure::new(Exit::Refused, fault)
                .context(format!("{} is not a CRL of this issuer", name(path)))
                .by_rule(code, Some(clause)))
        }
    }
}
