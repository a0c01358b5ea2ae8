//! `keystead sign`: requests in, certificates out.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use clap::Args;
use keystead::base::name::DistinguishedName;
use keystead::base::pem;
use keystead::base::san::San;
use keystead::config::IssuerRecord;
use keystead::inventory::{Inventory, Refusal};
use keystead::issuance::{self, IssueError, Order};
use keystead::lint::Registry;
use keystead::profile::{Overrides, PlanKind};
use keystead::publish::{self, Access};
use keystead::verify::Issued;

use crate::cli::args::Globals;
use crate::cli::context::{Office, OpenIssuer, at_desk, now, prepare_output_folder};
use crate::cli::exit::{Exit, Failure};
use crate::cli::inputs::{self, Input, Unreadable};
use crate::cli::report::Ui;
use crate::cli::values;

mod outcome;
mod outputs;

use outcome::{Batch, Outcome, Row};

/// Sign requests: one, many, a folder, or standard input
///
/// Each request (PKCS#10, PEM or DER) must prove that its sender has the key. Only its key and the names
/// that the profile allows are taken from it; whatever else it asks for is refused by name, never
/// dropped. Certificates are written to new files, OUT/<name of the request's file>.crt, or
/// OUT/<serial>.crt for standard input: PEM, with the intermediates of the issuer behind. A refused
/// request does not stop the others; the exit code is 1 then.
///
/// In a folder, regular files named *.csr, *.req, *.p10, *.pem or *.der are requests; links are not
/// followed and folders inside are left alone.
#[derive(Args, Debug)]
#[command(
    after_help = "\
Examples:
  keystead sign web.csr --issuer example --profile tls-server --out ./certs
  keystead sign /media/stick/requests --issuer example --profile tls-client \\
      --out /media/stick/certificates --days 90
  openssl req -new -key web.key | keystead sign - --issuer example \\
      --profile tls-server --san dns:web.example.com --out ./certs",
    override_usage = "\
keystead sign [OPTIONS] --issuer <NAME> --profile <NAME> --out <DIR>
                     <CSR|DIR|->..."
)]
pub(crate) struct Command {
    /// Request files, folders of them, or - for standard input
    #[arg(required = true, value_name = "CSR|DIR|-")]
    requests: Vec<PathBuf>,
    /// Which issuer of the home signs
    #[arg(long, value_name = "NAME")]
    issuer: String,
    /// The profile: what kind of certificate, and what a request may ask for
    #[arg(long, value_name = "NAME")]
    profile: String,
    /// The folder for the certificates; made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// How long the certificates are valid [default: what the profile says]
    #[arg(long, value_name = "N", value_parser = values::days)]
    days: Option<u64>,
    /// Instead of the names in the request: dns:NAME, ip:ADDRESS, uri:URI or email:MAILBOX; may be
    /// repeated; for one request only
    #[arg(long = "san", value_name = "KIND:NAME")]
    sans: Vec<San>,
    /// Instead of the subject in the request; for one request only
    #[arg(long, value_name = "DN")]
    subject: Option<DistinguishedName>,
    /// Pass over requests whose certificate is in OUT already: goes on with a batch that was cut off
    #[arg(long)]
    skip_existing: bool,
}

pub(crate) fn run(command: Command, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    let office = Office::open(globals, ui)?;
    let record = office.certified_issuer(&command.issuer)?;
    office.refuse_profile(&record, &command.profile)?;
    let profile = office.profile(&command.profile)?;
    let mut inputs = inputs::collect(&command.requests, &ui)?;
    if inputs.len() > 1 && (command.subject.is_some() || !command.sans.is_empty()) {
        return Err(Failure::usage(format!(
            "--san and --subject name one certificate, but there are {} requests",
            inputs.len()
        ))
        .hint("sign them one by one"));
    }
    prepare_output_folder(&command.out)?;
    let skipped = outputs::settle(&mut inputs, &command.out, command.skip_existing)?;
    if skipped > 0 {
        ui.note(format!("{skipped} request(s) have their certificate already"));
    }
    let mut batch = Batch::new(&command.issuer, &command.profile, skipped);
    if !inputs.is_empty() {
        let order = Order {
            csr: Vec::new(),
            profile,
            overrides: Overrides {
                subject: command.subject,
                sans: command.sans,
                lifetime: command.days,
            },
        };
        let token = office.token()?;
        let mut inventory = office.inventory()?;
        let open = office.open_issuer(record, &token, &mut inventory)?;
        // Many files share their syncs; one has no one to wait for.
        let files = (inputs.len() > 1).then(publish::Batch::new);
        let mut run = Run {
            ui,
            registry: &office.registry,
            folder: &command.out,
            inputs: &inputs,
            files,
            batch: &mut batch,
        };
        let stopped = run.issue(&open, &order, &mut inventory);
        // What was done before it stopped is told either way.
        if let Err(failure) = stopped {
            batch.print(ui)?;
            return Err(failure);
        }
    }
    batch.print(ui)?;
    Ok(batch.exit())
}

/// One batch on its way.
struct Run<'a> {
    ui: Ui,
    registry: &'a Registry,
    folder: &'a std::path::Path,
    inputs: &'a [Input],
    files: Option<publish::Batch>,
    batch: &'a mut Batch,
}

impl Run<'_> {
    /// Reads, signs and writes one request after the other. What cannot be read is passed over and told
    /// of at the end.
    fn issue(
        &mut self,
        open: &OpenIssuer,
        order: &Order,
        inventory: &mut Inventory,
    ) -> Result<(), Failure> {
        let unreadable: Mutex<Vec<(usize, Unreadable)>> = Mutex::default();
        let orders =
            self.inputs.iter().enumerate().filter_map(|(index, input)| match input.read() {
                Ok(csr) => Some((index, Order { csr, ..order.clone() })),
                Err(error) => {
                    unreadable.lock().unwrap_or_else(PoisonError::into_inner).push((index, error));
                    None
                }
            });
        let progress = self.ui.progress(self.inputs.len().try_into().unwrap_or(0), "signing");
        let intermediates = outputs::intermediates(&open.record);
        let mut unwritten = None;
        let outcome = at_desk(self.registry, inventory, |desk| {
            issuance::issue_many(&open.issuer, orders, desk, |index, result| {
                progress.inc(1);
                let row = match result {
                    Ok(issued) => match self.write(index, &issued, &intermediates) {
                        Ok(row) => row,
                        Err(failure) => {
                            let stop = IssueError::Sink(failure.one_line().into());
                            unwritten = Some(failure);
                            return Err(stop);
                        }
                    },
                    Err(error) => {
                        let failure = Failure::from(error);
                        progress.suspend(|| self.tell(index, &failure));
                        self.refused(index, &failure)
                    }
                };
                self.batch.push(row);
                Ok(())
            })
        });
        // Also when it stopped: what is recorded is to be had.
        if let Some(files) = self.files.take()
            && let Err(error) = files.finish()
        {
            unwritten.get_or_insert_with(|| unwritten_files(error));
        }
        progress.finish_and_clear();
        let unreadable = unreadable.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.account_for(unreadable, &open.record, order, inventory)?;
        match (unwritten, outcome) {
            (Some(failure), _) => {
                self.batch.withdraw_unwritten();
                Err(failure)
            }
            (None, outcome) => Ok(outcome?),
        }
    }

    /// Step 9.
    fn write(
        &mut self,
        index: usize,
        issued: &Issued,
        intermediates: &str,
    ) -> Result<Row, Failure> {
        let tbs = issued.signed().linted().tbs();
        let serial = tbs.serial().map(|serial| serial.to_string()).unwrap_or_default();
        let path = self.inputs[index]
            .output(self.folder)
            .unwrap_or_else(|| self.folder.join(format!("{serial}.crt")));
        let text = pem::encode(pem::CERTIFICATE, issued.as_der()) + intermediates;
        match &mut self.files {
            Some(files) => {
                files.write_new(&path, text.as_bytes(), Access::Public).map_err(unwritten_files)?
            }
            None => {
                publish::write_new(&path, text.as_bytes(), Access::Public).map_err(|error| {
                    Failure::from(error)
                        .context(format!("the certificate {serial} is recorded but not written"))
                        .hint(format!(
                            "it is in the inventory: keystead inventory show {serial} --pem"
                        ))
                })?
            }
        }
        let mut row = Row::new(index, &self.inputs[index].name, Outcome::Issued);
        row.serial = Some(serial);
        row.subject = Some(tbs.plan().subject().to_string());
        row.warnings = issued.signed().linted().warnings().iter().map(Into::into).collect();
        row.sans = tbs.plan().sans().iter().map(ToString::to_string).collect();
        if let PlanKind::Certificate(validity) = tbs.plan().kind() {
            row.not_after = Some(validity.not_after().to_string());
        }
        row.file = Some(path);
        Ok(row)
    }

    /// Requests that gave nothing to verify: damaged ones are refused on record, files that the system
    /// does not hand out are failures.
    fn account_for(
        &mut self,
        unreadable: Vec<(usize, Unreadable)>,
        issuer: &IssuerRecord,
        order: &Order,
        inventory: &mut Inventory,
    ) -> Result<(), Failure> {
        let mut refusals = Vec::new();
        for (index, Unreadable { error, sha256 }) in unreadable {
            let exit = if sha256.is_some() { Exit::Refused } else { Exit::Failed };
            let rule = error.rule();
            let mut failure = Failure::new(exit, error);
            if let Some((code, clause)) = rule {
                failure = failure.by_rule(code, Some(clause));
            }
            self.tell(index, &failure);
            let reason = failure.one_line_with_rule();
            self.batch.push(self.refused(index, &failure));
            refusals.extend(sha256.map(|request_sha256| Refusal {
                issuer: issuer.name.clone(),
                profile: order.profile.name().to_owned(),
                request_sha256,
                reason,
            }));
        }
        if !refusals.is_empty() {
            inventory.record_refusals(&refusals, now())?;
        }
        Ok(())
    }

    /// One request: the whole story. One of many: a line.
    fn tell(&self, index: usize, failure: &Failure) {
        let name = &self.inputs[index].name;
        let word = Outcome::of(failure).word();
        if self.inputs.len() == 1 {
            self.ui.note(format!("{word}: {name}\n{}", failure.causes()));
        } else {
            self.ui.note(format!("{word}: {name}: {}", failure.one_line_with_rule()));
        }
    }

    fn refused(&self, index: usize, failure: &Failure) -> Row {
        Row::failed(index, &self.inputs[index].name, failure)
    }
}

/// Certificates of a batch that are recorded, but have no file.
fn unwritten_files(error: publish::PublishError) -> Failure {
    Failure::from(error)
        .context("certificates are recorded but not written, the batch stops here")
        .hint(
            "those that were issued are in the inventory: keystead inventory list; the same command \
             with --skip-existing signs what has no file",
        )
}
