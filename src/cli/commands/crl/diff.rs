//! `keystead crl diff`: what changed from one CRL to another.

use std::path::PathBuf;

use clap::Args;
use keystead::base::crl::Crl;
use keystead::revocation::compare::{Change, changes};
use keystead::revocation::reader::{CrlFault, series_fault};
use serde::Serialize;

use super::{EntryFacts, Facts, line, parse, read};
use crate::cli::exit::{Exit, Failure};
use crate::cli::report::{Ui, json_document, json_line};
use crate::cli::stream::{Stop, Stream};

/// Compare two CRLs
///
/// Lists by serial number what was added (+), what is gone (-) and what changed (~: as it was, as it is), and says
/// how numbers and times moved. It exits with 0 whatever it finds: whether the new one may take the
/// place of the old one is a question for `crl verify --previous`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead crl diff yesterday.crl today.crl
  keystead crl diff old.crl new.crl --json")]
pub(super) struct Command {
    /// The older CRL, DER or PEM
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The newer one
    #[arg(value_name = "NEW")]
    new: PathBuf,
}

#[derive(Serialize)]
struct Sides {
    old: Facts,
    new: Facts,
    same_series: bool,
}

/// A change in JSON.
#[derive(Serialize)]
struct ChangeFacts {
    change: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<EntryFacts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<EntryFacts>,
}

#[derive(Default)]
struct Counts {
    added: u64,
    removed: u64,
    changed: u64,
}

pub(super) fn run(command: &Command, ui: Ui) -> Result<Exit, Failure> {
    let (old_file, new_file) = (read(&command.old)?, read(&command.new)?);
    let old = parse(&command.old, &old_file)?;
    let new = parse(&command.new, &new_file)?;
    if let Some(fault @ CrlFault::Series(_)) = series_fault(&old, &new) {
        ui.warn(format!("{fault}: nothing follows from what is missing"));
    }
    let sides = Sides {
        same_series: new.same_series(&old),
        old: Facts::of(&command.old, &old),
        new: Facts::of(&command.new, &new),
    };
    if ui.json() { as_json(&sides, &old, &new) } else { as_text(&sides, &old, &new) }?;
    Ok(Exit::Done)
}

fn as_text(sides: &Sides, old: &Crl<'_>, new: &Crl<'_>) -> Result<(), Failure> {
    Stream::run(|out| {
        for (label, facts) in [("old", &sides.old), ("new", &sides.new)] {
            let none = || "none".to_owned();
            out.write(&format!(
                "{label}: number {}, {} to {}, {} entries\n",
                facts.number.clone().unwrap_or_else(none),
                facts.this_update,
                facts.next_update.clone().unwrap_or_else(none),
                facts.entries
            ))?;
        }
        let counts = each_change(old, new, |change| match change {
            Change::Added(entry) => out.write(&format!("+ {}\n", line(entry))),
            Change::Removed(entry) => out.write(&format!("- {}\n", line(entry))),
            Change::Changed { old, new } => {
                out.write(&format!("~ {}\n  {}\n", line(old), line(new)))
            }
        })?;
        let Counts { added, removed, changed } = counts;
        out.write(&format!("{added} added, {removed} removed, {changed} changed\n"))
    })
}

fn as_json(sides: &Sides, old: &Crl<'_>, new: &Crl<'_>) -> Result<(), Failure> {
    let document = json_document(sides)?;
    let head = document.strip_suffix("\n}\n").unwrap_or(&document);
    Stream::run(|out| {
        out.write(head)?;
        out.write(",\n  \"changes\": [")?;
        let mut separator = "\n";
        let counts = each_change(old, new, |change| {
            out.write(separator)?;
            separator = ",\n";
            out.write(json_line(&ChangeFacts::from(change))?.trim_end())
        })?;
        let Counts { added, removed, changed } = counts;
        out.write(&format!(
            "\n  ],\n  \"added\": {added},\n  \"removed\": {removed},\n  \"changed\": {changed}\n}}\n"
        ))
    })
}

fn each_change(
    old: &Crl<'_>,
    new: &Crl<'_>,
    mut write: impl FnMut(&Change<'_>) -> Result<(), Stop>,
) -> Result<Counts, Stop> {
    let mut counts = Counts::default();
    for change in changes(old, new) {
        match change {
            Change::Added(_) => counts.added += 1,
            Change::Removed(_) => counts.removed += 1,
            Change::Changed { .. } => counts.changed += 1,
        }
        write(&change)?;
    }
    Ok(counts)
}

impl From<&Change<'_>> for ChangeFacts {
    fn from(change: &Change<'_>) -> Self {
        let (change, old, new) = match change {
            Change::Added(entry) => ("added", None, Some(entry)),
            Change::Removed(entry) => ("removed", Some(entry), None),
            Change::Changed { old, new } => ("changed", Some(old), Some(new)),
        };
        Self { change, old: old.map(EntryFacts::from), new: new.map(EntryFacts::from) }
    }
}
