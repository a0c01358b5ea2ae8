//! `keystead profile show`: one profile in sentences.

use clap::Args;
use keystead::profile::{Facts, ProfileKind};
use serde::Serialize;

use super::sentences;
use crate::cli::args::Globals;
use crate::cli::context::home_if_any;
use crate::cli::exit::{Exit, Failure};
use crate::cli::profiles::{Origin, ProfileSource};
use crate::cli::report::{Page, Report, Ui, write_stdout};

/// Show in words what a profile can issue and what it refuses
///
/// For whoever has to approve it: keys, lifetimes, names and what limits them, extensions with their
/// criticality, what a request may ask for, lint rules that are skipped and why. The last line is the
/// SHA-256 of the profile's file, which the audit record of each certificate has too.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead profile show tls-server
  keystead profile show ./web-internal.toml --json
  keystead profile show tls-server --toml > web-internal.toml")]
pub(super) struct Command {
    /// A profile's name, or the path of its file (with a / or .toml)
    #[arg(value_name = "NAME|FILE")]
    profile: String,
    /// Print the text of the file
    #[arg(long, conflicts_with = "json")]
    toml: bool,
}

#[derive(Serialize)]
struct Shown {
    from: Origin,
    #[serde(flatten)]
    facts: Facts,
}

impl Report for Shown {
    fn text(&self, page: &mut Page) {
        let facts = &self.facts;
        let what = match facts.kind {
            ProfileKind::Root => "self-signed root CA certificates",
            ProfileKind::Intermediate => "certificates of CAs under another",
            ProfileKind::Leaf => "certificates that sign no others",
        };
        page.paragraph("profile", &format!("{} ({})", facts.name, self.from.word()));
        page.paragraph("for", &facts.description);
        page.paragraph("issues", what);
        for (label, text) in sentences::of(facts) {
            page.paragraph(label, &text);
        }
        page.paragraph("sha-256", &facts.sha256);
    }
}

pub(super) fn run(command: &Command, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    let home = home_if_any(globals)?;
    let source = ProfileSource::find(home.as_ref(), &command.profile)?;
    let profile = source.load()?;
    if command.toml {
        write_stdout(source.text.as_bytes())?;
    } else {
        ui.print(&Shown { from: source.origin, facts: profile.facts() })?;
    }
    Ok(Exit::Done)
}
