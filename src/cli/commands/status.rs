//! `keystead status`: what needs a person's eye.

use std::path::PathBuf;

use clap::Args;
use keystead::audit::Actor;
use keystead::base::validity::DAY;
use keystead::inventory::Inventory;
use serde::Serialize;

use crate::cli::args::Globals;
use crate::cli::context::{Office, now};
use crate::cli::exit::{Exit, Failure};
use crate::cli::report::{Page, Report, Ui, escaped};

/// Show what needs attention: issuers, their expiry, signatures of unknown fate
///
/// A signature is of unknown fate (maybe signed) when it was recorded and then neither completed nor
/// refused: the process or the machine stopped in between. Its serial number is never used again.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead --home ./home status
  keystead --home ./home status --json")]
pub(crate) struct Command {}

#[derive(Serialize)]
struct Status {
    issuers: Vec<IssuerStatus>,
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

#[derive(Serialize)]
struct OpenIntent {
    intent: i64,
    at: String,
    issuer: String,
    serial: Option<String>,
    subject: String,
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
        page.line(self.weak_keys.text());
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

pub(crate) fn run(_command: &Command, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    let office = Office::open(globals, ui)?;
    let inventory = Inventory::open(office.home.path(), Actor::current())?;
    let now = now();
    let issuers = office.home.issuers()?.into_iter().map(|issuer| {
        let validity = issuer.certificate.as_ref().map(|certificate| certificate.validity());
        let left = validity.map(|v| v.not_after().as_unix().saturating_sub(now.as_unix()) / DAY);
        IssuerStatus {
            name: issuer.name,
            state: match validity {
                None => "waiting",
                Some(validity) if now < validity.not_before() => "not yet valid",
                Some(validity) if now > validity.not_after() => "expired",
                Some(_) => "ready",
            },
            not_after: validity.map(|validity| validity.not_after().to_string()),
            days_left: left,
        }
    });
    let maybe_signed = inventory.maybe_signed()?.into_iter().map(|intent| OpenIntent {
        intent: intent.intent.get(),
        at: intent.at.to_string(),
        issuer: intent.issuer,
        serial: intent.serial.map(|serial| serial.to_string()),
        subject: intent.subject,
    });
    let list = office.weak_keys()?;
    let status = Status {
        issuers: issuers.collect(),
        maybe_signed: maybe_signed.collect(),
        blocked_keys: inventory.blocked_keys()?.len(),
        weak_keys: WeakKeys { entries: list.len(), files: list.files().to_vec() },
    };
    ui.print(&status)?;
    Ok(Exit::Done)
}
