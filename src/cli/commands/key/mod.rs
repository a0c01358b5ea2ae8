//! `keystead key`: keys in the token, and what the token says about them.

use clap::{Args, Subcommand};
use keystead::base::algorithm::KeyAlgorithm;
use keystead::inventory::Inventory;
use keystead::token::{ExportOutcome, KeyDescription, KeyEvidence, KeySelector, Token};
use serde::Serialize;
use serde_json::json;

use crate::cli::args::Globals;
use crate::cli::context::{Office, now};
use crate::cli::exit::{Exit, Failure};
use crate::cli::report::{Page, Report, Ui, escaped, snake_case};
use crate::cli::values;

mod block;

pub(super) use block::find_key;

/// Generate, list and show keys in the token; block keys of others
///
/// Keys are generated in the token, private, sensitive and not extractable, for signing alone. No
/// command exports one. A blocked key is one that nobody gets a certificate for.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead key generate spare-root --algorithm ec-p384
  keystead key list
  keystead key show spare-root
  keystead key block web.crt --reason 'stolen laptop'")]
pub(crate) struct Noun {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Generate(Generate),
    List(List),
    Show(Show),
    Block(block::Block),
    Blocked(block::Blocked),
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

/// Show the evidence for one key
///
/// Prints what the token reports about the key's origin, and the result of real attempts to export it.
/// Both are reported by the module: they show that the token keeps its word as far as one can see from
/// outside, they prove nothing about its inside.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead key show kubernetes
  keystead key show --id 5fa3 --json")]
struct Show {
    /// The label of the key
    #[arg(required_unless_present = "id")]
    label: Option<String>,
    /// Its CKA_ID, hexadecimal
    #[arg(long, value_name = "HEX")]
    id: Option<String>,
}

pub(crate) fn run(noun: Noun, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    let office = Office::open(globals, ui)?;
    match noun.verb {
        Verb::Generate(command) => run_generate(&command, &office),
        Verb::List(_) => run_list(&office),
        Verb::Show(command) => run_show(&command, &office),
        Verb::Block(command) => block::run_block(&command, &office),
        Verb::Blocked(_) => block::run_blocked(&office),
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

fn run_show(command: &Show, office: &Office) -> Result<Exit, Failure> {
    let id = match &command.id {
        Some(digits) => Some(hex::decode(digits).map_err(|_| {
            Failure::usage(format!("--id {digits} is not hexadecimal, two digits for each octet"))
        })?),
        None => None,
    };
    let selector = KeySelector { label: command.label.clone(), id };
    let token = office.token()?;
    let mut inventory = office.inventory()?;
    let evidence = gather(&token, &selector, &mut inventory)?;
    office.ui.print(&Evidence(evidence))?;
    Ok(Exit::Done)
}

/// Asks the token about a key, and tries to export it in every way there is. What came of that is on
/// record.
pub(crate) fn gather(
    token: &Token,
    selector: &KeySelector,
    inventory: &mut Inventory,
) -> Result<KeyEvidence, Failure> {
    let evidence = token.evidence(selector)?;
    let details = snake_case(serde_json::to_value(&evidence).map_err(|error| {
        Failure::new(Exit::Failed, error).context("the evidence cannot be recorded")
    })?);
    inventory.record_event("export-attempted", details, now())?;
    Ok(evidence)
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

/// The evidence for a key.
struct Evidence(KeyEvidence);

impl Serialize for Evidence {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = serde_json::to_value(&self.0).map_err(serde::ser::Error::custom)?;
        snake_case(value).serialize(serializer)
    }
}

impl Report for Evidence {
    fn text(&self, page: &mut Page) {
        let evidence = &self.0;
        page.fields([
            ("label", escaped(&evidence.label)),
            ("id", evidence.id.clone()),
            ("algorithm", evidence.algorithm.unwrap_or("(no usable public key)").to_owned()),
            ("spki sha-256", evidence.spki_sha256.clone().unwrap_or_default()),
            (
                "as a CA key",
                evidence.refused.clone().map_or_else(
                    || "usable".to_owned(),
                    |why| format!("refused: {}", escaped(&why)),
                ),
            ),
        ]);
        page.line("");
        page.line(format!("attributes, {}:", evidence.basis));
        let not_said = || "(not said)".to_owned();
        let said = |value: Option<bool>| value.map_or_else(not_said, |value| value.to_string());
        let attributes = &evidence.attributes;
        page.fields([
            ("  CKA_LOCAL", said(attributes.local)),
            ("  CKA_ALWAYS_SENSITIVE", said(attributes.always_sensitive)),
            ("  CKA_NEVER_EXTRACTABLE", said(attributes.never_extractable)),
            ("  CKA_SENSITIVE", said(attributes.sensitive)),
            ("  CKA_EXTRACTABLE", said(attributes.extractable)),
            ("  CKA_PRIVATE", said(attributes.private)),
            ("  CKA_SIGN", said(attributes.sign)),
            ("  CKA_ALWAYS_AUTHENTICATE", said(attributes.always_authenticate)),
            (
                "  CKA_KEY_GEN_MECHANISM",
                attributes.key_gen_mechanism.clone().unwrap_or_else(not_said),
            ),
        ]);
        page.line("");
        page.line(format!("attempts to export it, {}:", evidence.basis));
        page.table(
            &["attempt", "outcome", "detail"],
            evidence.attempts.iter().map(|attempt| {
                let outcome = match attempt.outcome {
                    ExportOutcome::Refused => "refused",
                    ExportOutcome::WithoutEffect => "without effect",
                    ExportOutcome::Succeeded => "SUCCEEDED",
                    ExportOutcome::NotOffered => "not offered",
                };
                vec![escaped(&attempt.attempt), outcome.to_owned(), escaped(&attempt.detail)]
            }),
        );
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
