//! `keystead status`: what needs a person's eye, and when.

use std::path::PathBuf;

use clap::Args;
use keystead::audit::Actor;
use keystead::base::clock::Timestamp;
use keystead::base::validity::DAY;
use keystead::calendar::{Scope, survey};
use keystead::config::IssuerRecord;
use keystead::inventory::{Inventory, MaybeSigned};
use keystead::request::WeakKeyList;
use serde::Serialize;

use crate::cli::args::Globals;
use crate::cli::context::Office;
use crate::cli::exit::{Exit, Failure};
use crate::cli::report::{Page, Report, Ui, escaped};

mod dates;
mod ics;
mod options;
mod prometheus;

pub(crate) use dates::Dates;
pub(crate) use options::{Options, exit};

/// Show what needs attention: what is due and what has ended, signatures of unknown fate
///
/// CA certificates are due when the last fifth of their life begins, or earlier, when what they sign
/// would outlive them; CRLs at three quarters of their life, or when revocations are on none; leaves
/// and OCSP signers at two thirds, unless a newer one for the same subject, issuer and profile is on
/// record. An ended leaf counts as overdue for as long as it lived, 30 days at most. A signature is
/// of unknown fate (maybe signed) when it was recorded and then neither completed nor refused; such a
/// certificate is due until it is revoked or has ended. Neither token nor PIN is needed.
///
/// Exits with 0 when nothing is due, 4 when something is due, 5 when something has ended.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead --home ./home status
  keystead --home ./home status --within 30d --json
  keystead --home ./home status --at 2027-01-31
  keystead --home ./home status --ics ca.ics
  keystead --home ./home status --prometheus /var/lib/node/keystead.prom")]
pub(crate) struct Command {
    #[command(flatten)]
    options: Options,
    /// List at most so many leaves, those that are due first
    #[arg(long, value_name = "N", default_value_t = 10)]
    limit: usize,
}

#[derive(Serialize)]
struct Status {
    issuers: Vec<IssuerStatus>,
    #[serde(flatten)]
    dates: Dates,
    maybe_signed: Vec<OpenIntent>,
    blocked_keys: usize,
    weak_keys: WeakKeys,
}

/// Whether keys that Debian's OpenSSL made (CVE-2008-0166) are recognised.
#[derive(Serialize)]
struct WeakKeys {
    /// How many keys the lists have; with none, such keys are not recognised.
    entries: usize,
    files: Vec<PathBuf>,
}

impl WeakKeys {
    fn of(list: &WeakKeyList) -> Self {
        Self { entries: list.len(), files: list.files().to_vec() }
    }

    fn text(&self) -> String {
        if self.entries == 0 {
            return "no list of weak keys: keys that Debian's OpenSSL made (CVE-2008-0166) are not \
                    recognised; request.weak-keys in keystead.toml names lists (docs/requests.md)"
                .to_owned();
        }
        let files: Vec<_> = self.files.iter().map(|f| escaped(&f.to_string_lossy())).collect();
        format!("{} weak keys (CVE-2008-0166) are refused, from {}", self.entries, files.join(", "))
    }
}

#[derive(Serialize)]
struct IssuerStatus {
    name: String,
    /// `ready`, `waiting` (for its certificate), `not yet valid` or `expired`.
    state: &'static str,
    not_after: Option<String>,
    days_left: Option<u64>,
}

impl IssuerStatus {
    fn of(issuer: &IssuerRecord, at: Timestamp) -> Self {
        let validity = issuer.certificate.as_ref().map(|certificate| certificate.validity());
        Self {
            name: issuer.name.clone(),
            state: match validity {
                None => "waiting",
                Some(validity) if at < validity.not_before() => "not yet valid",
                Some(validity) if at > validity.not_after() => "expired",
                Some(_) => "ready",
            },
            not_after: validity.map(|validity| validity.not_after().to_string()),
            days_left: validity.map(|v| v.not_after().as_unix().saturating_sub(at.as_unix()) / DAY),
        }
    }
}

#[derive(Serialize)]
struct OpenIntent {
    intent: i64,
    at: String,
    issuer: String,
    serial: Option<String>,
    subject: String,
}

impl From<MaybeSigned> for OpenIntent {
    fn from(intent: MaybeSigned) -> Self {
        Self {
            intent: intent.intent.get(),
            at: intent.at.to_string(),
            issuer: intent.issuer,
            serial: intent.serial.map(|serial| serial.to_string()),
            subject: intent.subject,
        }
    }
}

impl Report for Status {
    fn text(&self, page: &mut Page) {
        if self.issuers.is_empty() {
            page.line("no issuers yet");
        } else {
            page.table(
                &["issuer", "state", "not after", "days left"],
                self.issuers.iter().map(|issuer| {
                    vec![
                        issuer.name.clone(),
                        issuer.state.to_owned(),
                        issuer.not_after.clone().unwrap_or_default(),
                        issuer.days_left.map(|days| days.to_string()).unwrap_or_default(),
                    ]
                }),
            );
        }
        page.line("");
        self.dates.text(page);
        page.line("");
        page.paragraph("weak keys", &self.weak_keys.text());
        if self.blocked_keys > 0 {
            page.line(format!("{} blocked key(s), see `keystead key blocked`", self.blocked_keys));
        }
        if self.maybe_signed.is_empty() {
            page.line("no signature of unknown fate");
            return;
        }
        page.line("maybe signed (recorded, never completed; these serials are never used again):");
        page.table(
            &["at", "issuer", "serial", "subject"],
            self.maybe_signed.iter().map(|intent| {
                vec![
                    intent.at.clone(),
                    intent.issuer.clone(),
                    intent.serial.clone().unwrap_or_default(),
                    escaped(&intent.subject),
                ]
            }),
        );
    }
}

pub(crate) fn run(command: &Command, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    let office = Office::open(globals, ui)?;
    let inventory = Inventory::open(office.home.path(), Actor::current())?;
    let issuers = office.home.issuers()?;
    let question = command.options.question(Scope::Everything, command.limit);
    let calendar = survey(&issuers, &inventory, &question)?;
    if !command.options.write(&calendar, ui)? {
        let maybe_signed = inventory.maybe_signed()?.into_iter().map(OpenIntent::from);
        let status = Status {
            issuers: issuers.iter().map(|issuer| IssuerStatus::of(issuer, question.at)).collect(),
            dates: Dates::of(&calendar),
            maybe_signed: maybe_signed.collect(),
            blocked_keys: inventory.blocked_keys()?.len(),
            weak_keys: WeakKeys::of(&office.weak_keys()?),
        };
        ui.print(&status)?;
    }
    Ok(exit(&calendar))
}
