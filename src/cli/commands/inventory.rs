//! `keystead inventory`: everything that was ever signed, or was about to be.

use clap::{Args, Subcommand, ValueEnum};
use keystead::audit::Subject;
use keystead::inventory::{Entry, Filter, Inventory, Standing, State};
use serde::Serialize;

use crate::cli::args::Globals;
use crate::cli::context::Office;
use crate::cli::exit::{Exit, Failure};
use crate::cli::report::{Page, Report, Ui, escaped, json_line, json_printable, write_stdout};
use crate::cli::stream::{Stop, Stream};

/// Show what was issued
///
/// The inventory has an entry for everything the token was asked to sign, from before the signature
/// on: certificates, and the requests of subordinates. Entries are never changed or removed.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead inventory list --issuer example --limit 20
  keystead inventory show 5f0a1c
  keystead inventory show 5f0a1c --pem > web.crt
  keystead inventory export > inventory.jsonl")]
pub(crate) struct Noun {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    List(List),
    Show(Show),
    Export(Export),
}

/// List entries, the newest first
///
/// As JSON, one array of the objects that `inventory show` prints.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead inventory list
  keystead inventory list --issuer example --profile tls-server --all --json
  keystead inventory list --state maybe-signed")]
struct List {
    #[command(flatten)]
    selection: Selection,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 50, conflicts_with = "all")]
    limit: u64,
    /// All of them
    #[arg(long)]
    all: bool,
}

/// Show one entry
///
/// Found by the first digits (at least four) of its serial number or of its fingerprint, the SHA-256
/// of the certificate.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead inventory show 5f0a1c
  keystead inventory show 5f:0a:1c:22 --json
  keystead inventory show 5f0a1c --pem | openssl x509 -noout -text")]
struct Show {
    /// Hexadecimal digits; colons are ignored
    #[arg(value_name = "SERIAL")]
    reference: String,
    /// Print the certificate or request, PEM
    #[arg(long, conflicts_with = "json")]
    pem: bool,
}

/// Export entries, the oldest first
///
/// `jsonl` is one JSON object a line: the fields of `inventory show --json` and `pem`, or for an entry
/// without a result `tbs`, the bytes that may have been signed, in hexadecimal. `pem` is the issued
/// certificates and requests one after the other.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead inventory export > inventory.jsonl
  keystead inventory export --issuer example --format pem > issued.pem")]
struct Export {
    #[command(flatten)]
    selection: Selection,
    /// The form
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    format: Format,
}

/// Which entries.
#[derive(Args, Debug)]
struct Selection {
    /// Of this issuer only
    #[arg(long, value_name = "NAME")]
    issuer: Option<String>,
    /// Under this profile only
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// In this state only
    #[arg(long, value_enum)]
    state: Option<StateWord>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum StateWord {
    /// Signed, verified and recorded
    Issued,
    /// Recorded before the signature and never completed
    MaybeSigned,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Jsonl,
    Pem,
}

impl Selection {
    fn filter(self) -> Filter {
        Filter {
            issuer: self.issuer,
            profile: self.profile,
            state: self.state.map(|state| match state {
                StateWord::Issued => State::Issued,
                StateWord::MaybeSigned => State::MaybeSigned,
            }),
            ..Filter::default()
        }
    }
}

pub(crate) fn run(noun: Noun, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    let office = Office::open(globals, ui)?;
    let inventory = Inventory::open_read_only(office.home.path())?;
    match noun.verb {
        Verb::List(list) => run_list(list, &inventory, ui)?,
        Verb::Show(show) => run_show(&show, &inventory, ui)?,
        Verb::Export(export) => run_export(export, &inventory)?,
    }
    Ok(Exit::Done)
}

fn run_list(list: List, inventory: &Inventory, ui: Ui) -> Result<(), Failure> {
    let limit = if list.all { None } else { Some(list.limit) };
    let filter = Filter { limit, newest_first: true, ..list.selection.filter() };
    if ui.json() {
        return Stream::run(|out| {
            let mut separator = "[\n";
            inventory.list(&filter, |entry| {
                out.write(separator)?;
                separator = ",\n";
                out.write(json_line(&entry)?.trim_end())
            })?;
            out.write(if separator == "[\n" { "[]\n" } else { "\n]\n" })
        });
    }
    let mut entries = Vec::new();
    inventory.list(&filter, |entry| {
        entries.push(entry);
        Ok::<(), Failure>(())
    })?;
    let shown = u64::try_from(entries.len()).unwrap_or(u64::MAX);
    ui.print(&Entries(entries))?;
    if Some(shown) == limit {
        ui.note(format!("the newest {shown} only; --all lists all"));
    }
    Ok(())
}

fn run_show(show: &Show, inventory: &Inventory, ui: Ui) -> Result<(), Failure> {
    let entry = find_one(inventory, &show.reference, |_| true)?;
    if !show.pem {
        return ui.print(&One(entry));
    }
    let Some(pem) = inventory.pem(&entry)? else {
        return Err(Failure::refused(format!(
            "{} was recorded but never completed, so there is nothing to print",
            serial(&entry)
        )));
    };
    write_stdout(pem.as_bytes())
}

/// The one entry that `wanted` accepts whose serial or fingerprint begins with these digits.
pub(super) fn find_one(
    inventory: &Inventory,
    reference: &str,
    wanted: impl Fn(&Entry) -> bool,
) -> Result<Entry, Failure> {
    let mut found = inventory.show(reference)?;
    found.retain(wanted);
    let Some(entry) = found.pop() else {
        return Err(Failure::refused(format!(
            "nothing in the inventory has a serial or fingerprint that begins with {reference}"
        )));
    };
    if !found.is_empty() {
        let others: Vec<_> = found.iter().chain([&entry]).map(serial).collect();
        return Err(Failure::refused(format!(
            "{} entries begin with {reference}: {}",
            others.len(),
            others.join(", ")
        ))
        .hint("give more digits"));
    }
    Ok(entry)
}

fn run_export(export: Export, inventory: &Inventory) -> Result<(), Failure> {
    let mut filter = export.selection.filter();
    Stream::run(|out| match export.format {
        Format::Jsonl => inventory.export(&filter, |line| {
            out.write(&json_printable(line))?;
            out.write("\n")
        }),
        Format::Pem => {
            filter.state = filter.state.or(Some(State::Issued));
            inventory.list(&filter, |entry| match inventory.pem(&entry)? {
                Some(pem) => out.write(&pem),
                None => Ok::<(), Stop>(()),
            })
        }
    })
}

#[derive(Serialize)]
struct Entries(Vec<Entry>);

impl Report for Entries {
    fn text(&self, page: &mut Page) {
        if self.0.is_empty() {
            page.line("no entries");
            return;
        }
        page.table(
            &["serial", "issuer", "profile", "subject", "valid until"],
            self.0.iter().map(|entry| {
                let until = match (entry.state, &entry.revoked) {
                    (_, Some(standing)) if standing.is_hold() => "on hold".to_owned(),
                    (_, Some(_)) => "revoked".to_owned(),
                    (State::MaybeSigned, _) => "maybe signed".to_owned(),
                    (State::Issued, _) => entry.not_after.map_or(String::new(), |time| {
                        time.to_string().split('T').next().unwrap_or_default().to_owned()
                    }),
                };
                vec![
                    serial(entry).chars().take(12).collect(),
                    entry.issuer.clone(),
                    entry.profile.clone(),
                    entry.subject.clone(),
                    until,
                ]
            }),
        );
    }
}

#[derive(Serialize)]
#[serde(transparent)]
struct One(Entry);

impl Report for One {
    fn text(&self, page: &mut Page) {
        let entry = &self.0;
        let state = match entry.state {
            State::Issued => "issued",
            State::MaybeSigned => "maybe signed: recorded before the signature, never completed",
        };
        let optional = |value: Option<String>| value.unwrap_or_else(|| "none".to_owned());
        page.fields([
            ("state", state.to_owned()),
            ("serial", serial(entry)),
            ("subject", entry.subject.clone()),
            ("issuer", entry.issuer.clone()),
            ("profile", escaped(&entry.profile)),
            ("profile sha-256", entry.profile_sha256.to_string()),
            ("signed with", entry.algorithm.clone()),
            ("issuer key sha-256", entry.issuer_key_sha256.to_string()),
            ("key sha-256", entry.key_sha256.to_string()),
            ("request sha-256", optional(entry.request_sha256.as_ref().map(ToString::to_string))),
            ("recorded", entry.recorded_at.to_string()),
            ("issued", optional(entry.issued_at.map(|time| time.to_string()))),
            ("valid until", optional(entry.not_after.map(|time| time.to_string()))),
            ("revoked", entry.revoked.as_ref().map(standing).unwrap_or_default()),
            ("fingerprint", optional(entry.sha256.as_ref().map(ToString::to_string))),
        ]);
    }
}

/// `2026-11-24T07:30:00Z, keyCompromise, key in other hands since 2026-11-20T00:00:00Z`
fn standing(standing: &Standing) -> String {
    let why = format!("{}, {}", standing.at, standing.reason);
    match standing.invalidity {
        Some(since) => format!("{why}, key in other hands since {since}"),
        None => why,
    }
}

fn serial(entry: &Entry) -> String {
    match &entry.serial {
        Some(serial) => serial.to_string(),
        None => {
            let kind = match entry.kind {
                Subject::Certificate => "certificate",
                Subject::Request => "request",
                Subject::Crl => "crl",
                Subject::Ocsp => "ocsp",
            };
            format!("({kind} {})", entry.intent)
        }
    }
}
