//! `keystead lint list`: the rules there are.

use clap::Args;
use clap::builder::PossibleValuesParser;
use keystead::lint::{Kind, Registry};
use serde::Serialize;

use super::{sources, word};
use crate::cli::exit::{Exit, Failure};
use crate::cli::report::{Page, Report, Ui};

/// List the lint rules
///
/// Each with what it is about, how bad breaking it is, and the clause it comes from. What stands before
/// the point of a rule's name is its source: a standard, or `keystead` for promises of our own. A rule
/// that is `kept` cannot be skipped by a profile.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead lint list
  keystead lint list --source kubernetes --json")]
pub(super) struct Command {
    /// Only rules from this source
    #[arg(long, value_name = "SOURCE", value_parser = PossibleValuesParser::new(sources()))]
    source: Option<String>,
    /// Only rules about this
    #[arg(long, value_name = "KIND", value_parser = PossibleValuesParser::new(Kind::ALL.map(Kind::name)))]
    kind: Option<String>,
}

#[derive(Serialize)]
struct List {
    rules: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    name: &'static str,
    source: &'static str,
    kind: &'static str,
    severity: &'static str,
    clause: &'static str,
    may_be_skipped: bool,
}

impl Report for List {
    fn text(&self, page: &mut Page) {
        let rows = self.rules.iter().map(|rule| {
            let kept = if rule.may_be_skipped { "" } else { "kept" };
            [rule.name, rule.kind, rule.severity, kept, rule.clause].map(str::to_owned).to_vec()
        });
        page.table(&["rule", "kind", "severity", "", "clause"], rows);
    }
}

pub(super) fn run(command: &Command, ui: Ui) -> Result<Exit, Failure> {
    let wanted =
        |filter: &Option<String>, value: &str| filter.as_ref().is_none_or(|filter| filter == value);
    let rules = Registry::all().rules().iter().filter(|rule| {
        wanted(&command.source, rule.source()) && wanted(&command.kind, rule.kind().name())
    });
    let rows = rules.map(|rule| Row {
        name: rule.name,
        source: rule.source(),
        kind: rule.kind().name(),
        severity: word(rule.severity),
        clause: rule.citation,
        may_be_skipped: rule.may_be_skipped(),
    });
    ui.print(&List { rules: rows.collect() })?;
    Ok(Exit::Done)
}
