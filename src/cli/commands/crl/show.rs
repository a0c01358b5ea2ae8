//! `keystead crl show`: what a CRL says.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use keystead::base::crl::Crl;
use serde::Serialize;

use super::{EntryFacts, Facts, line, parse, read};
use crate::cli::exit::{Exit, Failure};
use crate::cli::report::{Page, Report, Ui, json_document, json_line};
use crate::cli::stream::Stream;

/// Show a CRL
///
/// Tells who issued it, its number, its times, what it is about, and how many certificates are revoked
/// for which reason. Nothing is verified: that is `crl verify`. As JSON, `--entries` adds a field
/// `revoked` with serial, date and reason of each.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead crl show example.crl
  keystead crl show example.crl --entries | grep keyCompromise
  curl -s http://crl.example.com/example.crl | keystead crl show - --json")]
pub(super) struct Command {
    /// The CRL, DER or PEM; - for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// List the entries too, in the order of the CRL
    #[arg(long)]
    entries: bool,
}

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    facts: Facts,
    reasons: BTreeMap<String, u64>,
}

impl Report for Shown {
    fn text(&self, page: &mut Page) {
        self.facts.text(page);
        for (reason, count) in &self.reasons {
            page.line(format!("  {count:>8}  {reason}"));
        }
    }
}

pub(super) fn run(command: &Command, ui: Ui) -> Result<Exit, Failure> {
    let file = read(&command.file)?;
    let crl = parse(&command.file, &file)?;
    let shown = Shown { facts: Facts::of(&command.file, &crl), reasons: reasons(&crl) };
    if !command.entries {
        ui.print(&shown)?;
    } else if ui.json() {
        let document = json_document(&shown)?;
        let head = document.strip_suffix("\n}\n").unwrap_or(&document);
        Stream::run(|out| {
            out.write(head)?;
            out.write(",\n  \"revoked\": [")?;
            let mut separator = "\n";
            for entry in crl.entries() {
                out.write(separator)?;
                separator = ",\n";
                out.write(json_line(&EntryFacts::from(&entry))?.trim_end())?;
            }
            out.write("\n  ]\n}\n")
        })?;
    } else {
        ui.print(&shown)?;
        Stream::run(|out| {
            out.write("\n")?;
            for entry in crl.entries() {
                out.write(&line(&entry))?;
                out.write("\n")?;
            }
            Ok(())
        })?;
    }
    Ok(Exit::Done)
}

/// How many entries there are for each reason, of which there are 256 at most.
fn reasons(crl: &Crl<'_>) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for entry in crl.entries() {
        counts.entry(entry.reason).or_insert((entry, 0_u64)).1 += 1;
    }
    let mut named = BTreeMap::new();
    for (entry, count) in counts.into_values() {
        *named.entry(entry.reason_name()).or_default() += count;
    }
    named
}
