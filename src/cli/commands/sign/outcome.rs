//! What became of each request.

use std::collections::BTreeMap;
use std::path::PathBuf;

use keystead::lint::Finding;
use serde::Serialize;

use crate::cli::exit::{Exit, Failure};
use crate::cli::report::{Page, Report, Ui, escaped};

/// The text shows this many certificates; the JSON all.
const SHOWN: usize = 40;

/// The three ways a request can end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Outcome {
    /// Its certificate is written.
    Issued,
    /// Request, policy or lint said no.
    Refused,
    /// Something did not work.
    Failed,
}

/// One request of a batch.
#[derive(Serialize)]
pub(super) struct Row {
    #[serde(skip)]
    index: usize,
    /// How the request is called, escaped.
    request: String,
    outcome: Outcome,
    pub(super) serial: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) sans: Vec<String>,
    pub(super) not_after: Option<String>,
    pub(super) file: Option<PathBuf>,
    pub(super) warnings: Vec<Warning>,
    reason: Option<String>,
    /// The stable code of a refusal, such as `request.key.roca`.
    code: Option<String>,
    /// The clause behind it.
    clause: Option<String>,
}

/// A lint rule that advises against what was issued.
#[derive(Serialize)]
pub(super) struct Warning {
    rule: &'static str,
    detail: String,
    citation: &'static str,
}

impl From<&Finding> for Warning {
    fn from(finding: &Finding) -> Self {
        let Finding { rule, detail, citation, .. } = finding;
        Self { rule, detail: detail.clone(), citation }
    }
}

/// All requests of one run.
#[derive(Serialize)]
pub(super) struct Batch {
    issuer: String,
    profile: String,
    issued: usize,
    refused: usize,
    failed: usize,
    skipped: usize,
    certificates: Vec<Row>,
}

impl Outcome {
    /// How a failure counts.
    pub(super) fn of(failure: &Failure) -> Self {
        if failure.exit() == Exit::Refused { Self::Refused } else { Self::Failed }
    }

    /// The word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

impl Row {
    pub(super) fn new(index: usize, request: &str, outcome: Outcome) -> Self {
        Self {
            index,
            request: request.to_owned(),
            outcome,
            serial: None,
            subject: None,
            sans: Vec::new(),
            not_after: None,
            file: None,
            warnings: Vec::new(),
            reason: None,
            code: None,
            clause: None,
        }
    }

    /// A request that got no certificate.
    pub(super) fn failed(index: usize, request: &str, failure: &Failure) -> Self {
        let rule = failure.rule();
        Self {
            reason: Some(failure.one_line()),
            code: rule.map(|rule| rule.code.clone()),
            clause: rule.and_then(|rule| rule.clause.clone()),
            ..Self::new(index, request, Outcome::of(failure))
        }
    }
}

impl Batch {
    pub(super) fn new(issuer: &str, profile: &str, skipped: usize) -> Self {
        Self {
            issuer: issuer.to_owned(),
            profile: profile.to_owned(),
            issued: 0,
            refused: 0,
            failed: 0,
            skipped,
            certificates: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, row: Row) {
        match row.outcome {
            Outcome::Issued => self.issued += 1,
            Outcome::Refused => self.refused += 1,
            Outcome::Failed => self.failed += 1,
        }
        self.certificates.push(row);
    }

    /// After files could not be written: what has none is not said to be done.
    pub(super) fn withdraw_unwritten(&mut self) {
        for row in &mut self.certificates {
            let missing = row.file.take_if(|path| path.symlink_metadata().is_err()).is_some();
            if missing && row.outcome == Outcome::Issued {
                row.outcome = Outcome::Failed;
                row.reason = Some("recorded in the inventory, but not written".to_owned());
                self.issued -= 1;
                self.failed += 1;
            }
        }
    }

    /// Prints all of it, in the order in which the requests were given.
    pub(super) fn print(&mut self, ui: Ui) -> Result<(), Failure> {
        self.certificates.sort_by_key(|row| row.index);
        ui.print(self)?;
        self.warn(ui);
        if self.certificates.len() > 1 {
            let (issued, of) = (self.issued, self.certificates.len());
            let (refused, failed) = (self.refused, self.failed);
            ui.note(format!("{issued} of {of} issued, {refused} refused, {failed} failed"));
        }
        Ok(())
    }

    /// Each rule once, with its first certificate and how many there are.
    fn warn(&self, ui: Ui) {
        let mut by_rule: BTreeMap<&str, (&Row, &Warning, usize)> = BTreeMap::new();
        for row in &self.certificates {
            for warning in &row.warnings {
                by_rule.entry(warning.rule).or_insert((row, warning, 0)).2 += 1;
            }
        }
        for (rule, (row, Warning { detail, citation, .. }, count)) in by_rule {
            let others = match count - 1 {
                0 => String::new(),
                others => format!(", and {others} more like it"),
            };
            ui.warn(format!("{}: {} ({rule}, {citation}){others}", row.request, escaped(detail)));
        }
    }

    pub(super) fn exit(&self) -> Exit {
        match (self.failed, self.refused) {
            (0, 0) => Exit::Done,
            (0, _) => Exit::Refused,
            _ => Exit::Failed,
        }
    }
}

impl Report for Batch {
    fn text(&self, page: &mut Page) {
        let issued: Vec<_> =
            self.certificates.iter().filter(|row| row.outcome == Outcome::Issued).collect();
        if let [row] = issued[..] {
            page.fields([
                ("certificate", file(row)),
                ("serial", row.serial.clone().unwrap_or_default()),
                ("subject", row.subject.clone().unwrap_or_default()),
                ("names", row.sans.iter().map(|san| escaped(san)).collect::<Vec<_>>().join(" ")),
                ("valid until", row.not_after.clone().unwrap_or_default()),
            ]);
            return;
        }
        if issued.is_empty() {
            return;
        }
        page.table(
            &["certificate", "serial", "valid until"],
            issued.iter().take(SHOWN).map(|row| {
                let date = row.not_after.as_deref().and_then(|time| time.split('T').next());
                vec![
                    file(row),
                    row.serial.clone().unwrap_or_default(),
                    date.unwrap_or_default().to_owned(),
                ]
            }),
        );
        if issued.len() > SHOWN {
            page.line(format!("… and {} more; --json lists all", issued.len() - SHOWN));
        }
    }
}

fn file(row: &Row) -> String {
    row.file.as_ref().map(|path| escaped(&path.to_string_lossy())).unwrap_or_default()
}
