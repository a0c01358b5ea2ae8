//! `keystead key`: keys in the token, and what the token says about them.

use clap::{Args, Subcommand};
use keystead::base::algorithm::KeyAlgorithm;
use keystead::inventory::Inventory;
use keystead::token::{KeyDescription, KeySelector, Token};
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
    Show(Show),
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
