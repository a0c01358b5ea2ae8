//! `keystead crl`: certificate revocation lists, whoever made them.

use std::fs::File;
use std::path::Path;

use clap::{Args, Subcommand};
use keystead::base::algorithm::{SignatureAlgorithm, sha256};
use keystead::base::crl::{Crl, CrlEntry};
use keystead::revocation::reader::CrlFile;
use serde::Serialize;

use crate::cli::args::Globals;
use crate::cli::exit::{Exit, Failure};
use crate::cli::files::{self, shown};
use crate::cli::report::{Page, Ui, escaped};

mod diff;
pub(crate) mod issue;
mod show;
mod status;
mod verify;

/// Issue CRLs; show, verify and compare those of any CA
///
/// `issue` signs with the token. The others need neither token nor PIN; `show`, `verify` and `diff` read
/// the CRLs of any CA, DER or PEM, without a home. What is not strict DER is refused. A CRL of a million
/// entries is read in one go, and its entries are never collected.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead crl issue web --out /srv/crl
  keystead crl show example.crl
  keystead crl verify new.crl --issuer ca.crt --previous /srv/crl/example.crl
  keystead crl diff yesterday.crl today.crl")]
pub(crate) struct Noun {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Issue(issue::Issue),
    Adopt(issue::Adopt),
    Show(show::Command),
    Verify(verify::Command),
    Diff(diff::Command),
    Status(status::Command),
}

pub(crate) fn run(noun: Noun, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    match noun.verb {
        Verb::Issue(command) => issue::run_issue(&command, globals, ui),
        Verb::Adopt(command) => issue::run_adopt(&command, globals, ui),
        Verb::Show(command) => show::run(&command, ui),
        Verb::Verify(command) => verify::run(&command, globals, ui),
        Verb::Diff(command) => diff::run(&command, ui),
        Verb::Status(command) => status::run(&command, globals, ui),
    }
}

/// The largest CRLs of public CAs have some 40 MiB.
const LARGEST_FILE: u64 = 256 << 20;

/// Reads the bytes of a CRL; `-` is standard input.
fn read(path: &Path) -> Result<CrlFile, Failure> {
    let name = name(path);
    let content = if path == Path::new("-") {
        files::read_at_most(std::io::stdin().lock(), LARGEST_FILE)
    } else {
        File::open(path).and_then(|file| files::read_at_most(file, LARGEST_FILE))
    };
    let content = content.map_err(|error| Failure::io(format!("cannot read {name}"), error))?;
    if files::is_longer(&content, LARGEST_FILE) {
        let limit = LARGEST_FILE >> 20;
        return Err(Failure::refused(format!("{name} is larger than {limit} MiB")));
    }
    CrlFile::new(content).map_err(|error| no_crl(path, error))
}

/// The CRL in those bytes.
fn parse<'a>(path: &Path, file: &'a CrlFile) -> Result<Crl<'a>, Failure> {
    file.read().map_err(|error| no_crl(path, error))
}

fn no_crl(path: &Path, error: impl std::error::Error + Send + Sync + 'static) -> Failure {
    Failure::new(Exit::Refused, error)
        .context(format!("{} cannot be read as a CRL (RFC 5280 §5.1, X.690 §10)", name(path)))
}

fn name(path: &Path) -> String {
    if path == Path::new("-") { "stdin".to_owned() } else { shown(path) }
}

/// What is known of a CRL without a look at its entries.
#[derive(Serialize)]
struct Facts {
    file: String,
    version: u8,
    issuer: String,
    authority_key_id: Option<String>,
    /// Decimal, as text: RFC 5280 §5.2.3 allows 20 octets.
    number: Option<String>,
    base_number: Option<String>,
    this_update: String,
    next_update: Option<String>,
    scope: Option<ScopeFacts>,
    freshest: Vec<String>,
    signature_algorithm: String,
    entries: u64,
    /// Of the DER.
    sha256: String,
}

/// An issuing distribution point.
#[derive(Serialize)]
struct ScopeFacts {
    uris: Vec<String>,
    only_user_certificates: bool,
    only_ca_certificates: bool,
    only_attribute_certificates: bool,
    only_some_reasons: bool,
    indirect: bool,
}

impl Facts {
    fn of(path: &Path, crl: &Crl<'_>) -> Self {
        let algorithm = SignatureAlgorithm::from_algorithm_identifier(crl.algorithm());
        Self {
            file: name(path),
            version: crl.version(),
            issuer: crl.issuer().to_string(),
            authority_key_id: crl.key_id().map(hex::encode),
            number: crl.number().map(|number| number.to_string()),
            base_number: crl.base().map(|number| number.to_string()),
            this_update: crl.this_update().to_string(),
            next_update: crl.next_update().map(|time| time.to_string()),
            scope: crl.scope().map(|scope| ScopeFacts {
                uris: scope.uris.clone(),
                only_user_certificates: scope.only_user_certificates,
                only_ca_certificates: scope.only_ca_certificates,
                only_attribute_certificates: scope.only_attribute_certificates,
                only_some_reasons: scope.only_some_reasons,
                indirect: scope.is_indirect,
            }),
            freshest: crl.freshest().to_vec(),
            signature_algorithm: algorithm.map_or_else(
                || format!("unknown, {} (DER)", hex::encode(crl.algorithm())),
                |algorithm| algorithm.name().to_owned(),
            ),
            entries: crl.entry_count(),
            sha256: hex::encode(sha256(crl.as_der())),
        }
    }

    fn text(&self, page: &mut Page) {
        let optional = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
        let lines =
            |uris: &[String]| uris.iter().map(|uri| escaped(uri)).collect::<Vec<_>>().join("\n");
        let scope = self.scope.as_ref();
        page.fields([
            ("file", self.file.clone()),
            ("issuer", self.issuer.clone()),
            ("issuer's key id", optional(&self.authority_key_id)),
            ("number", optional(&self.number)),
            ("delta to number", self.base_number.clone().unwrap_or_default()),
            ("this update", self.this_update.clone()),
            ("next update", optional(&self.next_update)),
            ("about", scope.map_or("all certificates of the issuer".to_owned(), ScopeFacts::words)),
            ("distribution point", scope.map(|scope| lines(&scope.uris)).unwrap_or_default()),
            ("delta CRLs at", lines(&self.freshest)),
            ("signed with", self.signature_algorithm.clone()),
            ("entries", self.entries.to_string()),
        ]);
    }
}

impl ScopeFacts {
    fn words(&self) -> String {
        let words = [
            (self.only_user_certificates, "end entity certificates only"),
            (self.only_ca_certificates, "CA certificates only"),
            (self.only_attribute_certificates, "attribute certificates only"),
            (self.only_some_reasons, "some reasons only"),
            (self.indirect, "certificates of other issuers too"),
        ];
        let said: Vec<_> =
            words.iter().filter(|(is_so, _)| *is_so).map(|(_, word)| *word).collect();
        if said.is_empty() {
            "certificates with this distribution point".to_owned()
        } else {
            said.join(", ")
        }
    }
}

/// An entry in JSON.
#[derive(Serialize)]
struct EntryFacts {
    serial: String,
    date: String,
    reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    invalidity_date: Option<String>,
    /// GeneralNames, DER, hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate_issuer: Option<String>,
}

impl From<&CrlEntry<'_>> for EntryFacts {
    fn from(entry: &CrlEntry<'_>) -> Self {
        Self {
            serial: hex::encode(entry.serial),
            date: entry.date.to_string(),
            reason: entry.reason_name(),
            invalidity_date: entry.invalidity.map(|date| date.to_string()),
            certificate_issuer: entry.issuer.map(hex::encode),
        }
    }
}

/// An entry on a line: date, reason, serial number, and what is rare.
fn line(entry: &CrlEntry<'_>) -> String {
    let invalidity =
        entry.invalidity.map(|date| format!(", invalid since {date}")).unwrap_or_default();
    let issuer =
        entry.issuer.map(|issuer| format!(", issuer {}", hex::encode(issuer))).unwrap_or_default();
    let (date, reason) = (entry.date.to_string(), entry.reason_name());
    format!("{date}  {reason:<20}  {}{invalidity}{issuer}", hex::encode(entry.serial))
}
