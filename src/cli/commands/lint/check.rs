//! `keystead lint PATH…`: reads, lints on all cores, and tells what was found, file by file.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use keystead::base::pem;
use keystead::lint::{Finding, GivenIssuer, Inspection, Registry, Severity};
use serde::Serialize;

use super::objects::{Object, split};
use super::{Check, word};
use crate::cli::exit::{Exit, Failure};
use crate::cli::files::{self, shown};
use crate::cli::report::{Page, Report, Ui, escaped};

/// Endings of files in a folder; a file that is named by itself may have any.
const ENDINGS: [&str; 10] = ["crt", "cer", "pem", "der", "crl", "csr", "req", "p10", "ors", "ocsp"];

/// A CRL may be large; nothing else is.
const LARGEST_FILE: u64 = 64 * 1024 * 1024;

/// Where something comes from.
enum Source {
    /// A path that was typed.
    File(PathBuf),
    /// A file found in a folder: links are not followed.
    Entry(PathBuf),
    /// Standard input.
    Stdin,
}

/// What became of one source.
#[derive(Default)]
struct Outcome {
    items: Vec<Item>,
    clean: u64,
    others: u64,
    failure: Option<Failure>,
}

/// Something with findings.
#[derive(Serialize)]
struct Item {
    file: String,
    kind: Option<&'static str>,
    findings: Vec<Found>,
}

#[derive(Serialize)]
struct Found {
    severity: &'static str,
    code: String,
    rule: &'static str,
    clause: &'static str,
    detail: String,
}

/// The report.
#[derive(Serialize)]
struct Findings {
    checked: u64,
    with_errors: u64,
    with_warnings: u64,
    found: Vec<Item>,
}

impl Report for Findings {
    fn text(&self, page: &mut Page) {
        for item in &self.found {
            match item.kind {
                Some(kind) => page.line(format!("{}: {kind}", item.file)),
                None => page.line(&item.file),
            }
            for found in &item.findings {
                let Found { severity, rule, clause, detail, .. } = found;
                let detail = escaped(detail);
                page.paragraph(&format!("  {severity}"), &format!("{rule}: {detail} ({clause})"));
            }
            page.line("");
        }
        page.line(format!(
            "{} checked: {} with errors, {} with warnings only, {} clean",
            self.checked,
            self.with_errors,
            self.with_warnings,
            self.checked - self.with_errors - self.with_warnings
        ));
    }
}

pub(super) fn run(check: &Check, ui: Ui) -> Result<Exit, Failure> {
    let issuer = check.issuer.as_deref().map(read_issuer).transpose()?;
    let sources = sources(&check.paths, &ui)?;
    let outcomes = on_all_cores(&sources, |source| lint(source, issuer.as_ref(), check));
    let (mut found, mut clean, mut others, mut failed) = (Vec::new(), 0, 0, false);
    for outcome in outcomes {
        found.extend(outcome.items);
        clean += outcome.clean;
        others += outcome.others;
        if let Some(failure) = outcome.failure {
            failed = true;
            ui.failure(&failure);
        }
    }
    if others > 0 {
        ui.note(format!("{others} PEM blocks of other things, such as keys, are left alone"));
    }
    let with = |word: &str| found.iter().filter(|item| item.findings[0].severity == word).count();
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let (errors, warnings) =
        (count(with(word(Severity::Error))), count(with(word(Severity::Warning))));
    let report = Findings {
        checked: clean + errors + warnings,
        with_errors: errors,
        with_warnings: warnings,
        found,
    };
    if report.checked == 0 && !failed {
        return Err(Failure::usage("there is nothing to lint in what was given").hint(format!(
            "in a folder, only regular files named *.{} count",
            ENDINGS.join(", *.")
        )));
    }
    ui.print(&report)?;
    Ok(match (failed, errors, warnings) {
        (true, ..) => Exit::Failed,
        (_, 0, 0) => Exit::Done,
        (_, 0, _) => Exit::Attention,
        _ => Exit::Refused,
    })
}

fn read_issuer(path: &Path) -> Result<GivenIssuer, Failure> {
    let name = shown(path);
    let failed = |error| Failure::io(format!("cannot read {name}"), error);
    let bytes = File::open(path)
        .and_then(|file| files::read_at_most(file, LARGEST_FILE))
        .map_err(failed)?;
    let usage = |error: Box<dyn std::error::Error + Send + Sync>| {
        Failure::new(Exit::Usage, error).context(format!("{name} is not one certificate"))
    };
    let der = pem::der_or_pem(pem::CERTIFICATE, &bytes).map_err(|error| usage(error.into()))?;
    GivenIssuer::from_der(der).map_err(|error| usage(error.into()))
}

fn sources(paths: &[PathBuf], ui: &Ui) -> Result<Vec<Source>, Failure> {
    let mut sources = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            if sources.iter().any(|source| matches!(source, Source::Stdin)) {
                return Err(Failure::usage("- (standard input) is given twice"));
            }
            sources.push(Source::Stdin);
        } else if path.is_dir() {
            let what = "what is linted";
            let found = files::in_folder(path, &ENDINGS, what, ui)?;
            sources.extend(found.into_iter().map(Source::Entry));
        } else {
            sources.push(Source::File(path.clone()));
        }
    }
    Ok(sources)
}

impl Source {
    fn name(&self) -> String {
        match self {
            Self::File(path) | Self::Entry(path) => shown(path),
            Self::Stdin => "stdin".to_owned(),
        }
    }

    fn read(&self) -> Result<Vec<u8>, Failure> {
        let read = match self {
            Self::File(path) => {
                File::open(path).and_then(|file| files::read_at_most(file, LARGEST_FILE)).map(Some)
            }
            Self::Entry(path) => files::read_entry(path, LARGEST_FILE),
            Self::Stdin => files::read_at_most(std::io::stdin().lock(), LARGEST_FILE).map(Some),
        };
        let name = self.name();
        match read {
            Err(error) => Err(Failure::io(format!("cannot read {name}"), error)),
            Ok(None) => Err(Failure::failed(format!("{name} is not a regular file any more"))),
            Ok(Some(bytes)) if files::is_longer(&bytes, LARGEST_FILE) => {
                let limit = LARGEST_FILE / 1024 / 1024;
                Err(Failure::failed(format!("{name} is larger than {limit} MiB")))
            }
            Ok(Some(bytes)) => Ok(bytes),
        }
    }
}

fn lint(source: &Source, issuer: Option<&GivenIssuer>, check: &Check) -> Outcome {
    let mut outcome = Outcome::default();
    let objects = match source.read() {
        Ok(bytes) => split(bytes),
        Err(failure) => return Outcome { failure: Some(failure), ..outcome },
    };
    let several = objects.len() > 1;
    for (index, object) in objects.iter().enumerate() {
        let inspection = match object {
            Object::Other => {
                outcome.others += 1;
                continue;
            }
            Object::Damaged(reason) => Inspection::unreadable(reason),
            Object::Der(label, der) => Registry::all().inspect(der, *label, issuer),
        };
        let least = check.severity.severity();
        let findings: Vec<Found> = inspection
            .findings
            .iter()
            .filter(|finding| finding.severity >= least)
            .map(Found::from)
            .collect();
        if findings.is_empty() {
            outcome.clean += 1;
            continue;
        }
        let name = source.name();
        outcome.items.push(Item {
            file: if several { format!("{name} #{}", index + 1) } else { name },
            kind: inspection.kind.map(keystead::lint::Kind::name),
            findings,
        });
    }
    outcome
}

impl From<&Finding> for Found {
    fn from(finding: &Finding) -> Self {
        Self {
            severity: word(finding.severity),
            code: finding.code(),
            rule: finding.rule,
            clause: finding.clause(),
            detail: finding.detail.clone(),
        }
    }
}

/// Does `work` for every source, a few at once; the results are in the order of the sources.
fn on_all_cores(sources: &[Source], work: impl Fn(&Source) -> Outcome + Sync) -> Vec<Outcome> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(sources.len()));
    std::thread::scope(|scope| {
        for _ in 0..cores.min(sources.len()) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(source) = sources.get(index) else { return };
                    let outcome = work(source);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((index, outcome));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, outcome)| outcome).collect()
}
