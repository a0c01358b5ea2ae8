//! `keystead token`: what a PKCS#11 module offers.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use keystead::token::{TokenDescription, list_tokens};
use serde::Serialize;

use crate::cli::args::Globals;
use crate::cli::commands::init::absolute_if_path;
use crate::cli::context::Office;
use crate::cli::exit::{Exit, Failure};
use crate::cli::report::{Page, Report, Ui, escaped};

/// List, prepare and test tokens
///
/// A token is where keys live: an HSM partition, a smart card, a SoftHSM folder. It is named by its
/// label or serial number, never by a slot number, which changes from start to start.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead token list --module /usr/lib/softhsm/libsofthsm2.so")]
pub(crate) struct Noun {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    List(List),
}

/// List the tokens that a module offers
///
/// Does not log in. Without --module, the module of the home.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead token list --module /usr/lib/softhsm/libsofthsm2.so
  keystead --home ./home token list --json")]
struct List {
    /// The PKCS#11 module [default: the home's]
    #[arg(long, value_name = "FILE")]
    module: Option<PathBuf>,
}

pub(crate) fn run(noun: Noun, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    match noun.verb {
        Verb::List(command) => run_list(command, globals, ui),
    }
}

fn run_list(command: List, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    let module = match command.module {
        Some(module) => absolute_if_path(&module)?,
        None => Office::open(globals, ui)?.token_settings()?.module,
    };
    let tokens = list_tokens(&module)?;
    ui.print(&Tokens(tokens.into_iter().map(Token::from).collect()))?;
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct Token {
    label: String,
    serial: String,
    manufacturer: String,
    model: String,
    firmware: String,
    initialized: bool,
}

impl From<TokenDescription> for Token {
    fn from(token: TokenDescription) -> Self {
        Self {
            label: token.label,
            serial: token.serial,
            manufacturer: token.manufacturer,
            model: token.model,
            firmware: token.firmware,
            initialized: token.initialized,
        }
    }
}

#[derive(Serialize)]
#[serde(transparent)]
struct Tokens(Vec<Token>);

impl Report for Tokens {
    fn text(&self, page: &mut Page) {
        if self.0.is_empty() {
            page.line("the module offers no token");
            return;
        }
        page.table(
            &["label", "serial", "manufacturer", "model", "state"],
            self.0.iter().map(|token| {
                let state = if token.initialized { "initialised" } else { "blank" };
                vec![
                    escaped(&token.label),
                    escaped(&token.serial),
                    escaped(&token.manufacturer),
                    escaped(&token.model),
                    state.to_owned(),
                ]
            }),
        );
    }
}
