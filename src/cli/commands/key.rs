//! `keystead key`: keys in the token, and what the token says about them.

use clap::{Args, Subcommand};
use keystead::base::algorithm::KeyAlgorithm;
use keystead::inventory::Inventory;
use keystead::token::{KeyDescription, Token};
use serde::Serialize;
use serde_json::json;

use crate::cli::args::Globals;
use crate::cli::context::{Office, now};
use crate::cli::exit::{Exit, Failure};
use crate::cli::report::{Page, Report, Ui, escaped};
use crate::cli::values;

/// Generate, list and show keys in the token
///
/// Keys are generated in the token, private, sensitive and not extractable, for signing alone. No
/// command exports one.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead key generate spare-root --algorithm ec-p384
  keystead key list
  keystead key show spare-root")]
pub(crate) struct Noun {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Generate(Generate),
    List(List),
}

/// Generate a key pair in the token
///
/// The attributes are read back, and a key that could leave the token is refused. `ca root` and `ca
/// request` generate their keys themselves; this is for keys that are made ahead, for --existing-key.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead key generate spare-root --algorithm ec-p384
  keystead key generate legacy --algorithm rsa-4096 --json")]
struct Generate {
    /// The label of the key, unused so far
    label: String,
    /// The kind of key
    #[arg(long, alias = "key", value_name = "ALGORITHM", value_parser = values::key_algorithm())]
    algorithm: KeyAlgorithm,
}

/// List the private keys in the token
///
/// Each with the public key that belongs to it, by the SHA-256 of its SubjectPublicKeyInfo, and the
/// issuers of this home that use it.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead key list
  keystead key list --json")]
struct List {}

pub(crate) fn run(noun: Noun, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    let office = Office::open(globals, ui)?;
    match noun.verb {
        Verb::Generate(command) => run_generate(&command, &office),
        Verb::List(_) => run_list(&office),
    }
}

fn run_generate(command: &Generate, office: &Office) -> Result<Exit, Failure> {
    let token = office.token()?;
    let mut inventory = office.inventory()?;
    let key = generate(&command.label, command.algorithm, &token, &mut inventory)?;
    office.ui.print(&Key::new(&key, Vec::new()))?;
    Ok(Exit::Done)
}

/// Generates a key pair and puts that on record.
pub(crate) fn generate(
    label: &str,
    algorithm: KeyAlgorithm,
    token: &Token,
    inventory: &mut Inventory,
) -> Result<KeyDescription, Failure> {
    let key = token.generate(label, algorithm)?;
    let details = json!({
        "token_serial": token.description().serial,
        "label": key.label,
        "id": hex::encode(&key.id),
        "algorithm": algorithm.name(),
        "spki_sha256": key.spki.as_ref().map(|spki| hex::encode(spki.sha256())),
    });
    inventory.record_event("key-generated", details, now())?;
    Ok(key)
}

fn run_list(office: &Office) -> Result<Exit, Failure> {
    let issuers = office.home.issuers()?;
    let token = office.token()?;
    let keys = token.keys()?.into_iter().map(|key| {
        let users = issuers.iter().filter(|issuer| {
            key.spki.as_ref().is_some_and(|spki| spki.as_der() == issuer.spki_der)
        });
        Key::new(&key, users.map(|issuer| issuer.name.clone()).collect())
    });
    office.ui.print(&Keys(keys.collect()))?;
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct Key {
    label: String,
    id: String,
    algorithm: Option<String>,
    spki_sha256: Option<String>,
    issuers: Vec<String>,
}

#[derive(Serialize)]
#[serde(transparent)]
struct Keys(Vec<Key>);

impl Key {
    fn new(key: &KeyDescription, issuers: Vec<String>) -> Self {
        Self {
            label: key.label.clone(),
            id: hex::encode(&key.id),
            algorithm: key.spki.as_ref().map(|spki| spki.algorithm().to_string()),
            spki_sha256: key.spki.as_ref().map(|spki| hex::encode(spki.sha256())),
            issuers,
        }
    }

    fn kind(&self) -> String {
        self.algorithm.clone().unwrap_or_else(|| "(no usable public key)".to_owned())
    }
}

impl Report for Key {
    fn text(&self, page: &mut Page) {
        page.fields([
            ("label", escaped(&self.label)),
            ("id", self.id.clone()),
            ("algorithm", self.kind()),
            ("spki sha-256", self.spki_sha256.clone().unwrap_or_default()),
        ]);
    }
}

impl Report for Keys {
    fn text(&self, page: &mut Page) {
        if self.0.is_empty() {
            page.line("no private keys in the token");
            return;
        }
        page.table(
            &["label", "id", "algorithm", "spki sha-256", "issuers"],
            self.0.iter().map(|key| {
                let pin = key.spki_sha256.clone().unwrap_or_default();
                vec![
                    escaped(&key.label),
                    key.id.clone(),
                    key.kind(),
                    pin.chars().take(16).collect(),
                    key.issuers.join(" "),
                ]
            }),
        );
    }
}
