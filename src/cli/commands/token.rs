//! `keystead token`: what a PKCS#11 module offers.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use keystead::base::algorithm::KeyAlgorithm;
use keystead::token::{InitPins, ProbeReport, TokenDescription, init_token, list_tokens};
use serde::Serialize;

use crate::cli::args::Globals;
use crate::cli::commands::init::absolute_if_path;
use crate::cli::context::Office;
use crate::cli::exit::{Exit, Failure};
use crate::cli::prompt;
use crate::cli::report::{Page, Report, Ui, escaped, snake_case};
use crate::cli::values;

/// List, prepare and test tokens
///
/// A token is where keys live: an HSM partition, a smart card, a SoftHSM folder. It is named by its
/// label or serial number, never by a slot number, which changes from start to start.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead token list --module /usr/lib/softhsm/libsofthsm2.so
  keystead token init --module /usr/lib/softhsm/libsofthsm2.so --label dev \\
      --pin-source file:pin --so-pin-source file:so-pin
  keystead --home ./home token probe")]
pub(crate) struct Noun {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    List(List),
    Init(Init),
    Probe(Probe),
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

/// Initialise a blank token: its label and both its PINs
///
/// Takes the one token of the module that is blank; one that is initialised is never touched. The
/// security officer's PIN resets the user's, the user's PIN is the one that signing needs. PINs come
/// from a source, never from the command line: prompt, file:PATH (readable by its owner alone), fd:N or
/// credential:NAME (systemd).
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead token init --module /usr/lib/softhsm/libsofthsm2.so --label dev \\
      --pin-source prompt --so-pin-source prompt
  keystead token init --module /usr/lib/softhsm/libsofthsm2.so --label ci \\
      --pin-source file:pin --so-pin-source file:so-pin")]
struct Init {
    /// The PKCS#11 module
    #[arg(long, value_name = "FILE")]
    module: PathBuf,
    /// The label to give it; no other token may have it
    #[arg(long)]
    label: String,
    /// Where the user's new PIN comes from
    #[arg(long, value_name = "SOURCE")]
    pin_source: String,
    /// Where the security officer's new PIN comes from
    #[arg(long, value_name = "SOURCE")]
    so_pin_source: String,
}

/// Try what the token of the home can do
///
/// Logs in, makes throwaway keys of each kind and signs with every mechanism that could serve, since
/// what a token lists and what it does are not always the same. The keys are gone afterwards.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead --home ./home token probe
  keystead --home ./home token probe --algorithm ec-p256 --json")]
struct Probe {
    /// Which kinds of keys; may be repeated [default: all]
    #[arg(long = "algorithm", value_name = "ALGORITHM", value_parser = values::key_algorithm())]
    algorithms: Vec<KeyAlgorithm>,
}

pub(crate) fn run(noun: Noun, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    match noun.verb {
        Verb::List(command) => run_list(command, globals, ui),
        Verb::Init(command) => run_init(command, ui),
        Verb::Probe(command) => run_probe(&command, globals, ui),
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

fn run_init(command: Init, ui: Ui) -> Result<Exit, Failure> {
    let pins = InitPins { so: command.so_pin_source.parse()?, user: command.pin_source.parse()? };
    let module = absolute_if_path(&command.module)?;
    let token = init_token(&module, &command.label, &pins, &prompt::new_pin)?;
    ui.print(&Token::from(token))?;
    Ok(Exit::Done)
}

fn run_probe(command: &Probe, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    let office = Office::open(globals, ui)?;
    let kinds = if command.algorithms.is_empty() {
        KeyAlgorithm::ALL.to_vec()
    } else {
        command.algorithms.clone()
    };
    let report = office.token()?.probe(&kinds)?;
    ui.print(&Probed(report))?;
    Ok(Exit::Done)
}

/// What a token can do.
struct Probed(ProbeReport);

impl Serialize for Probed {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = serde_json::to_value(&self.0).map_err(serde::ser::Error::custom)?;
        snake_case(value).serialize(serializer)
    }
}

impl Report for Probed {
    fn text(&self, page: &mut Page) {
        let report = &self.0;
        let limit = |value: Option<u64>| value.map_or("no limit".to_owned(), |n| n.to_string());
        let library = &report.library;
        page.fields([
            ("token", escaped(&report.token.label)),
            ("serial", escaped(&report.token.serial)),
            ("model", escaped(&report.token.model)),
            ("firmware", escaped(&report.token.firmware)),
            (
                "module",
                escaped(&format!(
                    "{} {} {}",
                    library.manufacturer, library.description, library.version
                )),
            ),
            ("cryptoki", escaped(&library.cryptoki)),
            ("sessions", limit(report.limits.sessions)),
            ("writing", limit(report.limits.writing_sessions)),
            ("workers", report.workers.to_string()),
        ]);
        page.line("");
        let rows = report.keys.iter().flat_map(|key| {
            let failed = key
                .generation_failed
                .iter()
                .map(|why| vec![key.key.to_owned(), String::new(), String::new(), escaped(why)]);
            let tried = key.signatures.iter().map(|signature| {
                let result = match &signature.problem {
                    None if signature.listed => "works".to_owned(),
                    None => "works, but is not listed".to_owned(),
                    Some(why) => escaped(why),
                };
                vec![
                    key.key.to_owned(),
                    signature.algorithm.to_owned(),
                    signature.mechanism.to_owned(),
                    result,
                ]
            });
            failed.chain(tried).collect::<Vec<_>>()
        });
        page.table(&["key", "signature", "mechanism", "result"], rows);
    }
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

impl Report for Token {
    fn text(&self, page: &mut Page) {
        page.fields([
            ("label", escaped(&self.label)),
            ("serial", escaped(&self.serial)),
            ("manufacturer", escaped(&self.manufacturer)),
            ("model", escaped(&self.model)),
        ]);
    }
}

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
