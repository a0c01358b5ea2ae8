//! `keystead audit`: the record of who did what, and whether it is whole.

use clap::{Args, Subcommand};
use keystead::audit::Checkpoint;
use keystead::inventory::{AuditReport, Inventory, Problem};
use serde::Serialize;

use crate::cli::args::Globals;
use crate::cli::context::{Office, now};
use crate::cli::exit::{Exit, Failure};
use crate::cli::report::{Page, Report, Ui, json_line};
use crate::cli::stream::{Stop, Stream};

/// Check and export the audit record
///
/// Every intent, signature, refusal and trial of a key has a row, chained to the row before by
/// SHA-256 and written in the same transaction as what it records.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead audit verify
  keystead audit export > audit.jsonl")]
pub(crate) struct Noun {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Verify(Verify),
    Export(Export),
    AcceptClock(AcceptClock),
}

/// Check the audit record and the inventory against it
///
/// Finds any row that was changed, removed, added or moved, and any entry that is not what its row
/// says; exits with 3 then and names the first. Prints a checkpoint, the number and hash of the last
/// row: noted elsewhere and given to a later check, it also shows whether the end was cut off or all
/// of it written anew.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead audit verify
  keystead audit verify --checkpoint \\
      87:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881")]
struct Verify {
    /// The checkpoint of an earlier check
    #[arg(long, value_name = "SEQ:HASH")]
    checkpoint: Option<Checkpoint>,
}

/// Export the audit record, one JSON object a line
///
/// Each object has seq, at (seconds since 1970), prev, event (the exact text) and hash, the SHA-256
/// over prev, seq and at (8 octets each, big-endian) and event. Nothing else is needed to check it.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead audit export > audit.jsonl
  keystead audit export | jq -r '.event | fromjson | .event.kind' | sort")]
struct Export {}

/// Go on with a clock that is behind the last row of the audit record
///
/// Nothing is recorded, and so nothing signed, while the host's clock is more than five minutes behind
/// the last audit row: either the clock is wrong now, and should be set, or it was wrong then. In the
/// second case this accepts the present time; the reason becomes a row of the record.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead audit accept-clock --reason 'the host ran a day fast until 3 May'")]
struct AcceptClock {
    /// Why the earlier time was wrong
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

pub(crate) fn run(noun: Noun, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    let office = Office::open(globals, ui)?;
    let read = || Inventory::open_read_only(office.home.path());
    match noun.verb {
        Verb::Verify(verify) => run_verify(&verify, &read()?, ui),
        Verb::Export(_) => run_export(&read()?),
        Verb::AcceptClock(accept) => {
            let now = now();
            office.inventory()?.accept_clock(&accept.reason, now)?;
            ui.note(format!("accepted: it is {now}"));
            Ok(Exit::Done)
        }
    }
}

fn run_verify(verify: &Verify, inventory: &Inventory, ui: Ui) -> Result<Exit, Failure> {
    let report = Verified(inventory.verify_audit(verify.checkpoint)?);
    ui.print(&report)?;
    // A broken link says which row; what comes with it (a missing trigger, say) says less.
    let problems = &report.0.problems;
    let link = problems.iter().find(|problem| matches!(problem, Problem::Chain(_)));
    let Some(first) = link.or_else(|| problems.first()) else { return Ok(Exit::Done) };
    Err(Failure::failed(format!("the audit record is not sound: {first}")).hint(
        "keep this home as it is and compare it with a backup; issue nothing from it until it is \
         known what happened",
    ))
}

fn run_export(inventory: &Inventory) -> Result<Exit, Failure> {
    Stream::run(|out| {
        inventory.export_audit(|row| -> Result<(), Stop> { out.write(&json_line(row)?) })
    })?;
    Ok(Exit::Done)
}

#[derive(Serialize)]
#[serde(transparent)]
struct Verified(AuditReport);

impl Report for Verified {
    fn text(&self, page: &mut Page) {
        let report = &self.0;
        page.fields([
            ("rows", report.rows.to_string()),
            ("intents", report.intents.to_string()),
            ("issued", report.issued.to_string()),
            ("refused", report.refused.to_string()),
            ("key trials", report.challenges.to_string()),
            ("blocked keys", report.blocked_keys.to_string()),
            ("CRLs", report.crls.to_string()),
            ("revocations", report.revocations.to_string()),
            ("holds", report.holds.to_string()),
            ("CRLs taken over", report.crls_seen.to_string()),
            ("checkpoint", report.head.to_string()),
            ("problems", report.problems.len().to_string()),
        ]);
        for problem in &report.problems {
            page.line(format!("  {problem}"));
        }
    }
}
