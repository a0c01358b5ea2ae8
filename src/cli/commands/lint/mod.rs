//! `keystead lint`: the lint rules by themselves, for anybody's certificates. Needs no home and no token.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use keystead::lint::{Registry, Severity};

use crate::cli::exit::{Exit, Failure};
use crate::cli::report::Ui;

mod check;
mod list;
mod objects;

/// Lint certificates, CRLs, OCSP responses and requests
///
/// Reads files, folders and standard input (`-`), PEM with any number of blocks or DER, and tells what
/// breaks a rule. What a file holds is told by its structure. Signatures are not verified.
/// It needs no home and no token. In a folder, regular files count whose name ends like that of a
/// certificate, CRL, response or request; links are not followed. A file that is called `list` is given
/// as `./list`.
///
/// It exits with 0 when nothing was found, 1 when there are errors, 4 when there are warnings only.
#[derive(Args, Debug)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "\
Examples:
  keystead lint web.crt
  keystead lint ./certs --issuer ca.crt --severity error
  keystead lint current.crl --issuer ca.crt --json
  cat chain.pem | keystead lint -
  keystead lint list --source rfc5280 --kind crl"
)]
pub(crate) struct Noun {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    check: Check,
}

/// What is linted, and what counts.
#[derive(Args, Debug)]
pub(crate) struct Check {
    /// Files, folders, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The certificate of the CA that issued them: then names, key identifiers and validity are compared
    /// with it
    #[arg(long, value_name = "CERT")]
    issuer: Option<PathBuf>,
    /// The least that counts
    #[arg(long, value_enum, default_value_t = Least::Warning)]
    severity: Least,
}

#[derive(Debug, Subcommand)]
enum Verb {
    List(list::Command),
}

/// The least severity that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Least {
    /// Errors and warnings
    Warning,
    /// Errors only
    Error,
}

impl Least {
    fn severity(self) -> Severity {
        match self {
            Self::Warning => Severity::Warning,
            Self::Error => Severity::Error,
        }
    }
}

pub(crate) fn run(noun: Noun, ui: Ui) -> Result<Exit, Failure> {
    match noun.verb {
        Some(Verb::List(command)) => list::run(&command, ui),
        None => check::run(&noun.check, ui),
    }
}

/// The word for a severity.
fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// The sources of the rules, in the order of the registry.
fn sources() -> Vec<&'static str> {
    let mut sources: Vec<&str> = Vec::new();
    for rule in Registry::all().rules() {
        if !sources.contains(&rule.source()) {
            sources.push(rule.source());
        }
    }
    sources
}
