//! `keystead ocsp presign`: answers in advance, as files.

use std::path::PathBuf;

use clap::Args;
use keystead::inventory::Inventory;
use keystead::ocsp::{PresignError, presign};
use serde::Serialize;

use super::{party, responders};
use crate::cli::args::Globals;
use crate::cli::context::{Office, at_desk, now, prepare_output_folder};
use crate::cli::exit::{Exit, Failure};
use crate::cli::report::{Page, Report, Ui};

/// Sign answers for every certificate, for a static web server
///
/// For each certificate that is not expired, DIR gets the answer under the path that a GET asks for
/// (RFC 5019), once with SHA-1 and once with SHA-256. A web server hands the files out as
/// application/ocsp-response; it needs neither token nor inventory. A second run signs only what changed
/// or has reached half of its life ([ocsp] lifetime in issuer.toml): run it after each revocation, and
/// from a timer.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead ocsp presign --out ./responses
  keystead ocsp presign example --out ./responses --json")]
pub(super) struct Command {
    /// The issuers to answer for [default: all that have a responder]
    #[arg(value_name = "ISSUER")]
    issuers: Vec<String>,
    /// The folder for the files
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

#[derive(Serialize)]
struct Done {
    issuers: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    issuer: String,
    certificates: u64,
    signed: u64,
    unchanged: u64,
}

impl Report for Done {
    fn text(&self, page: &mut Page) {
        let rows = self.issuers.iter().map(|row| {
            let numbers = [row.certificates, row.signed, row.unchanged].map(|n| n.to_string());
            [vec![row.issuer.clone()], numbers.to_vec()].concat()
        });
        page.table(&["issuer", "certificates", "signed", "unchanged"], rows);
    }
}

pub(super) fn run(command: &Command, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    let office = Office::open(globals, ui)?;
    let records = responders(&office, &command.issuers)?;
    prepare_output_folder(&command.out)?;
    let token = office.token()?;
    let mut inventory = office.inventory()?;
    let mut done = Done { issuers: Vec::new() };
    for record in records {
        let party = party(record, &token, &mut inventory, now())?;
        let store = Inventory::open_read_only(office.home.path())?;
        let made = at_desk(&office.registry, &mut inventory, |desk| {
            presign(&party, &store, &command.out, desk)
        });
        let made = made.map_err(failure)?;
        done.issuers.push(Row {
            issuer: party.name().to_owned(),
            certificates: made.certificates,
            signed: made.signed,
            unchanged: made.unchanged,
        });
    }
    ui.print(&done)?;
    Ok(Exit::Done)
}

fn failure(error: PresignError) -> Failure {
    match error {
        PresignError::Issue(error) => error.into(),
        PresignError::Store(error) => error.into(),
        PresignError::Publish(error) => error.into(),
        error => Failure::new(Exit::Failed, error),
    }
}
