//! What `status` and `crl status` have in common: for which instant, where the reports go, how they end.

use std::path::{Path, PathBuf};

use clap::Args;
use keystead::base::clock::Timestamp;
use keystead::calendar::{Calendar, Question, Scope, State};
use keystead::publish;

use super::{ics, prometheus};
use crate::cli::context::now;
use crate::cli::exit::{Exit, Failure};
use crate::cli::report::{Ui, write_stdout};
use crate::cli::values;

/// For standard output.
const STDOUT: &str = "-";

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Count as due what is due within this time, such as 30d or 12h
    #[arg(long, value_name = "TIME", value_parser = values::duration)]
    within: Option<u64>,
    /// Rehearse: the state at this time (2027-01-31 or 2027-01-31T12:00:00Z), if nothing is
    /// signed until then
    #[arg(long, value_name = "TIME", value_parser = values::instant)]
    at: Option<Timestamp>,
    /// Write the dates as an iCalendar file too; `-` writes that alone, to standard output
    #[arg(long, value_name = "FILE")]
    ics: Option<PathBuf>,
    /// Write the state as text for Prometheus too; `-` likewise
    #[arg(long, value_name = "FILE")]
    prometheus: Option<PathBuf>,
}

impl Options {
    /// What to ask the store.
    pub(crate) fn question(&self, scope: Scope, leaves: usize) -> Question {
        Question {
            at: self.at.unwrap_or_else(now),
            within: self.within.unwrap_or(0),
            leaves,
            scope,
        }
    }

    /// Writes the files that were asked for. True when one of them took standard output.
    pub(crate) fn write(&self, calendar: &Calendar, ui: Ui) -> Result<bool, Failure> {
        let (ics, prometheus) = (self.ics.as_deref(), self.prometheus.as_deref());
        let is_stdout = |path: Option<&Path>| path.is_some_and(|path| path == Path::new(STDOUT));
        let wanted = [is_stdout(ics), is_stdout(prometheus), ui.json()];
        if wanted.iter().filter(|wanted| **wanted).count() > 1 {
            return Err(Failure::usage(
                "only one of --ics -, --prometheus - and --json can have standard output",
            ));
        }
        if let Some(path) = ics {
            let text = ics::render(calendar);
            put(path, &text, ics::MARK, "an iCalendar file of keystead")?;
        }
        if let Some(path) = prometheus {
            let text = prometheus::render(calendar);
            put(path, &text, prometheus::MARK, "a Prometheus text file of keystead")?;
        }
        Ok(is_stdout(ics) || is_stdout(prometheus))
    }
}

/// How a command that tells of this calendar ends.
pub(crate) fn exit(calendar: &Calendar) -> Exit {
    match calendar.state() {
        State::Ok => Exit::Done,
        State::Due => Exit::Attention,
        State::Overdue => Exit::Overdue,
    }
}

fn put(path: &Path, text: &str, mark: &str, what: &'static str) -> Result<(), Failure> {
    if path == Path::new(STDOUT) {
        return write_stdout(text.as_bytes());
    }
    publish::write_renewed(path, text.as_bytes(), mark, what).map_err(Failure::from)
}
