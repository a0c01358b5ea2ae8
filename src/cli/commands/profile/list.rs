//! `keystead profile list`: the profiles there are.

use clap::Args;
use keystead::base::validity::DAY;
use keystead::profile::{Profile, ProfileKind};
use serde::Serialize;

use crate::cli::args::Globals;
use crate::cli::context::home_if_any;
use crate::cli::exit::{Exit, Failure};
use crate::cli::profiles::{Origin, ProfileSource};
use crate::cli::report::{Page, Report, Ui, escaped};

/// List the profiles: shipped ones and the site's own
///
/// Each with its kind, the kinds of key it allows, its usual and its longest lifetime in days, and where
/// it comes from. A profile of the home stands in for a shipped one of the same name.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead profile list
  keystead --home ./home profile list --json")]
pub(super) struct Command {}

#[derive(Serialize)]
struct Profiles(Vec<Row>);

#[derive(Serialize)]
struct Row {
    name: String,
    kind: ProfileKind,
    key_algorithms: Vec<&'static str>,
    default_days: u64,
    max_days: u64,
    from: Origin,
    description: String,
    sha256: String,
}

impl Report for Profiles {
    fn text(&self, page: &mut Page) {
        page.table(
            &["name", "kind", "keys", "days/max", "description"],
            self.0.iter().map(|row| {
                vec![
                    row.name.clone(),
                    kind_word(row.kind).to_owned(),
                    keys(&row.key_algorithms),
                    format!("{}/{}", row.default_days, row.max_days),
                    described(row),
                ]
            }),
        );
    }
}

/// The description; where a profile comes from only if it is not shipped.
fn described(row: &Row) -> String {
    let text = escaped(&row.description);
    match row.from {
        Origin::Shipped => text,
        other => format!("{text} ({})", other.word()),
    }
}

pub(super) fn run(_command: &Command, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    let home = home_if_any(globals)?;
    let sources = ProfileSource::all(home.as_ref())?;
    let rows: Result<Vec<Row>, Failure> = sources
        .iter()
        .map(|source| source.load().map(|profile| row(&profile, source.origin)))
        .collect();
    ui.print(&Profiles(rows?))?;
    Ok(Exit::Done)
}

/// The word for a kind.
pub(super) fn kind_word(kind: ProfileKind) -> &'static str {
    match kind {
        ProfileKind::Root => "root",
        ProfileKind::Intermediate => "intermediate",
        ProfileKind::Leaf => "leaf",
    }
}

fn row(profile: &Profile, from: Origin) -> Row {
    Row {
        name: profile.name().to_owned(),
        kind: profile.kind(),
        key_algorithms: profile.key_algorithms().iter().map(|it| it.name()).collect(),
        default_days: profile.default_lifetime() / DAY,
        max_days: profile.max_lifetime() / DAY,
        from,
        description: profile.description().to_owned(),
        sha256: hex::encode(profile.sha256()),
    }
}

/// `all` for every kind there is; a table has little room.
fn keys(names: &[&'static str]) -> String {
    let every = keystead::base::algorithm::KeyAlgorithm::ALL;
    if names.len() == every.len() { "all".to_owned() } else { names.join(" ") }
}
