//! `keystead profile test`: profiles proven by themselves.

use std::sync::Arc;

use clap::Args;
use keystead::trial::{Case, Proof, Prover};
use serde::Serialize;

use super::{Advice, trial_failed};
use crate::cli::args::Globals;
use crate::cli::context::{home_if_any, now};
use crate::cli::exit::{Exit, Failure};
use crate::cli::profiles::{Origin, ProfileSource};
use crate::cli::report::{Page, Report, Ui, escaped};

/// Prove that profiles do what they say
///
/// For each kind of key that a profile allows, a request is made from the profile's own rules, and a
/// throwaway issuer issues and lints it. Then requests that must be refused are: for a CA certificate,
/// with an unlisted extension, with names, attributes, lifetimes and keys outside the profile. Then come
/// the [[example]] tables of the profile's file. The exit code is 1 when a profile fails.
///
/// Without a name, all profiles are tested: the shipped ones and the home's own.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead profile test
  keystead profile test tls-server
  keystead profile test ./web-internal.toml --json")]
pub(super) struct Command {
    /// Names of profiles, or paths of their files (with a / or .toml)
    #[arg(value_name = "NAME|FILE")]
    profiles: Vec<String>,
}

#[derive(Serialize)]
struct Results {
    passed: bool,
    profiles: Vec<Outcome>,
}

/// What came of one profile.
#[derive(Serialize)]
struct Outcome {
    profile: String,
    from: Origin,
    passed: bool,
    /// Why it does not load.
    error: Option<String>,
    cases: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    case: String,
    expected: String,
    found: String,
    passed: bool,
    reason: Option<String>,
    subject: Option<String>,
    sans: Vec<String>,
    not_after: Option<String>,
    warnings: Vec<Advice>,
}

pub(super) fn run(command: &Command, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    let home = home_if_any(globals)?;
    let sources = if command.profiles.is_empty() {
        ProfileSource::all(home.as_ref())?
    } else {
        let found = command.profiles.iter().map(|word| ProfileSource::find(home.as_ref(), word));
        found.collect::<Result<_, _>>()?
    };
    let mut prover = Prover::new(now()).map_err(trial_failed)?;
    let progress = ui.progress(sources.len().try_into().unwrap_or(0), "testing");
    let mut profiles = Vec::with_capacity(sources.len());
    for source in &sources {
        profiles.push(prove(source, &mut prover)?);
        progress.inc(1);
    }
    progress.finish_and_clear();
    let results = Results { passed: profiles.iter().all(|one| one.passed), profiles };
    ui.print(&results)?;
    Ok(if results.passed { Exit::Done } else { Exit::Refused })
}

fn prove(source: &ProfileSource, prover: &mut Prover) -> Result<Outcome, Failure> {
    let profile = match source.load() {
        Ok(profile) => Arc::new(profile),
        Err(failure) => {
            return Ok(Outcome {
                profile: source.place().to_owned(),
                from: source.origin,
                passed: false,
                error: Some(failure.one_line()),
                cases: Vec::new(),
            });
        }
    };
    let proof: Proof = prover.prove(&profile).map_err(trial_failed)?;
    let passed = proof.passed();
    Ok(Outcome {
        profile: proof.profile,
        from: source.origin,
        passed,
        error: None,
        cases: proof.cases.into_iter().map(row).collect(),
    })
}

fn row(case: Case) -> Row {
    let passed = case.passed();
    let warnings = case.warnings.iter().map(Into::into).collect();
    let Case { what, expected, found, reason, certificate, .. } = case;
    let mut row = Row {
        case: what,
        expected,
        found,
        passed,
        reason,
        subject: None,
        sans: Vec::new(),
        not_after: None,
        warnings,
    };
    if let Some(trophy) = certificate {
        row.subject = Some(trophy.subject);
        row.sans = trophy.sans;
        row.not_after = trophy.not_after.map(|time| time.to_string());
    }
    row
}

impl Report for Results {
    fn text(&self, page: &mut Page) {
        if let [only] = self.profiles.as_slice()
            && only.error.is_none()
        {
            let rows =
                only.cases.iter().map(|row| vec![verdict(row), row.case.clone(), story(row)]);
            page.table(&["", "what was tried", "what came of it"], rows);
            page.line(only.summary());
            return;
        }
        page.table(
            &["", "profile", "from", "issued", "refused", "wrong"],
            self.profiles.iter().map(|one| {
                let issued = one.cases.iter().filter(|row| row.subject.is_some()).count();
                let wrong = one.cases.iter().filter(|row| !row.passed).count();
                vec![
                    if one.passed { "ok" } else { "FAILED" }.to_owned(),
                    one.profile.clone(),
                    one.from.word().to_owned(),
                    issued.to_string(),
                    (one.cases.len() - issued).to_string(),
                    wrong.to_string(),
                ]
            }),
        );
        for one in self.profiles.iter().filter(|one| !one.passed) {
            page.line(format!("\n{}", one.summary()));
            for row in one.cases.iter().filter(|row| !row.passed) {
                page.paragraph("", &format!("{}: {}", row.case, story(row)));
            }
        }
    }
}

impl Outcome {
    fn summary(&self) -> String {
        let wrong = self.cases.iter().filter(|row| !row.passed).count();
        match &self.error {
            Some(error) => error.clone(),
            None if self.passed => {
                format!("{}: all {} cases passed", self.profile, self.cases.len())
            }
            None => format!("{}: {wrong} of {} cases failed", self.profile, self.cases.len()),
        }
    }
}

fn verdict(row: &Row) -> String {
    if row.passed { "ok" } else { "FAILED" }.to_owned()
}

/// What came of a case, and what should have, if that is something else.
fn story(row: &Row) -> String {
    let mut text = match (&row.subject, &row.reason) {
        (Some(subject), _) => {
            let subject = if subject.is_empty() { "(no subject)" } else { subject };
            let names: Vec<String> = row.sans.iter().map(|san| escaped(san)).collect();
            let names =
                if names.is_empty() { String::new() } else { format!("; {}", names.join(" ")) };
            format!("issued: {subject}{names}")
        }
        (None, Some(reason)) => format!("{}: {reason}", row.found),
        (None, None) => row.found.clone(),
    };
    if !row.passed {
        text.push_str(&format!("; expected: {}", row.expected));
    }
    for warning in &row.warnings {
        text.push_str(&format!("\nwarning: {}", warning.sentence()));
    }
    text
}
