//! `keystead profile`: what profiles say, what would come of requests, whether profiles do what they say.

use clap::{Args, Subcommand};
use keystead::lint::Finding;
use keystead::trial::TrialError;
use serde::Serialize;

use crate::cli::args::Globals;
use crate::cli::exit::{Exit, Failure};
use crate::cli::report::{Ui, escaped};

mod check;
mod list;
mod sentences;
mod show;
mod test;

/// Show and try certificate profiles: no token, no PIN
///
/// A profile says what a certificate may be. The shipped profiles are part of the program; a home has
/// its own beside them, in profiles/NAME.toml. These commands only read: they need no token, and for
/// shipped profiles no home.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead profile list
  keystead profile show tls-server
  keystead profile check tls-server /media/stick/requests
  keystead --home ./home profile test")]
pub(crate) struct Noun {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    List(list::Command),
    Show(show::Command),
    Check(check::Command),
    Test(test::Command),
}

pub(crate) fn run(noun: Noun, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    match noun.verb {
        Verb::List(command) => list::run(&command, globals, ui),
        Verb::Show(command) => show::run(&command, globals, ui),
        Verb::Check(command) => check::run(command, globals, ui),
        Verb::Test(command) => test::run(&command, globals, ui),
    }
}

/// A lint rule that advises against what would be issued.
#[derive(Serialize)]
struct Advice {
    rule: &'static str,
    detail: String,
    citation: &'static str,
}

impl From<&Finding> for Advice {
    fn from(finding: &Finding) -> Self {
        let Finding { rule, detail, citation, .. } = finding;
        Self { rule, detail: detail.clone(), citation }
    }
}

impl Advice {
    /// For people.
    fn sentence(&self) -> String {
        format!("{} [{}; {}]", escaped(&self.detail), self.rule, self.citation)
    }
}

/// No trial could be made: the system's fault.
fn trial_failed(error: TrialError) -> Failure {
    Failure::new(Exit::Failed, error)
}
