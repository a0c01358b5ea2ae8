//! `keystead key block` and `keystead key blocked`: keys that get no certificate any more.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;
use keystead::base::any_key::key_sha256;
use keystead::inventory::BlockedKey;
use serde::Serialize;

use crate::cli::context::{Office, now};
use crate::cli::exit::{Exit, Failure};
use crate::cli::report::{Page, Report, escaped};

/// No file with one key is larger.
const LARGEST: u64 = 256 * 1024;

/// Block a key for ever: no certificate is issued for it any more
///
/// For a key that was lost or published. It is known by the SHA-256 of its SubjectPublicKeyInfo, which
/// is taken from a certificate, a certificate request or a public key, or given as 64 hexadecimal
/// digits. The reason is on record. There is no way back: a key that was out of its owner's hands once
/// is not safe later. Certificates that were issued for it before are not touched.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead key block web.crt --reason 'private key was in a public repository'
  keystead key block --reason 'stolen laptop' \\
      9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
pub(super) struct Block {
    /// A certificate, request or public key, PEM or DER; or the SHA-256 of a SubjectPublicKeyInfo
    #[arg(value_name = "FILE|SHA256")]
    key: PathBuf,
    /// Why, for the record
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

/// List the blocked keys
///
/// Each with the SHA-256 of its SubjectPublicKeyInfo, the day and the reason. Every issuer of the home
/// refuses a request for such a key, with the code request.key.blocked.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead key blocked
  keystead key blocked --json")]
pub(super) struct Blocked {}

pub(super) fn run_block(command: &Block, office: &Office) -> Result<Exit, Failure> {
    if command.reason.trim().is_empty() {
        return Err(Failure::usage("--reason is empty; say why the key is blocked"));
    }
    let key = find_key(&command.key)?;
    let mut inventory = office.inventory()?;
    let new = inventory.block_key(key, &command.reason, now())?;
    if !new {
        office.ui.note("the key was blocked before; the first reason stays");
    }
    let key_hex = hex::encode(key);
    let ours = office.home.issuers()?.into_iter().filter(|issuer| {
        hex::encode(keystead::base::algorithm::sha256(&issuer.spki_der)) == key_hex
    });
    for issuer in ours {
        office.ui.warn(format!(
            "the key is that of the issuer {}: it gets no new certificate, but still signs",
            issuer.name
        ));
    }
    let blocked = inventory.blocked_keys()?;
    let entry = blocked.into_iter().find(|entry| entry.key_sha256 == key);
    let entry = entry.ok_or_else(|| Failure::failed("the blocked key is not on record"))?;
    office.ui.print(&Entry { entry, new })?;
    Ok(Exit::Done)
}

pub(super) fn run_blocked(office: &Office) -> Result<Exit, Failure> {
    office.ui.print(&Entries(office.inventory()?.blocked_keys()?))?;
    Ok(Exit::Done)
}

/// SHA-256 of the key that `key` names: a file with it, or the 64 digits.
pub(in crate::cli::commands) fn find_key(key: &Path) -> Result<[u8; 32], Failure> {
    let digits = key.to_str().map(|text| text.replace(':', ""));
    if let Some(Ok(hash)) = digits.map(hex::decode)
        && let Ok(hash) = <[u8; 32]>::try_from(hash)
    {
        return Ok(hash);
    }
    let shown = escaped(&key.to_string_lossy());
    let mut content = Vec::new();
    std::fs::File::open(key)
        .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut content))
        .map_err(|error| {
            Failure::io(format!("cannot read {shown}"), error)
                .hint("a SHA-256 has 64 hexadecimal digits")
        })?;
    if content.len() as u64 > LARGEST {
        return Err(Failure::usage(format!("{shown} is larger than {} KiB", LARGEST / 1024)));
    }
    key_sha256(&content).map_err(|error| {
        Failure::new(Exit::Usage, error).context(format!("{shown} holds no public key"))
    })
}

#[derive(Serialize)]
struct Entry {
    #[serde(flatten)]
    entry: BlockedKey,
    /// False when it was blocked before.
    new: bool,
}

#[derive(Serialize)]
#[serde(transparent)]
struct Entries(Vec<BlockedKey>);

impl Report for Entry {
    fn text(&self, page: &mut Page) {
        page.fields([
            ("spki sha-256", self.entry.key_sha256.to_string()),
            ("blocked", self.entry.at.to_string()),
            ("reason", escaped(&self.entry.reason)),
        ]);
    }
}

impl Report for Entries {
    fn text(&self, page: &mut Page) {
        if self.0.is_empty() {
            page.line("no blocked keys");
            return;
        }
        page.table(
            &["spki sha-256", "blocked", "reason"],
            self.0.iter().map(|key| {
                vec![key.key_sha256.to_string(), key.at.to_string(), escaped(&key.reason)]
            }),
        );
    }
}
