//! External linters: programs of others that read a certificate before the token is touched. What they
//! see is the exact content to be signed, with the signature of a throwaway key.

use std::fmt;
use std::time::Duration;

use super::rule::{Finding, LintFailure, Severity};
use crate::base::pem;
use crate::profile::{PlanKind, ProfileKind};
use crate::tbs::{Tbs, assemble};

mod process;
mod throwaway;

use crate::base::text::Quoted;
use process::{Slots, Trouble};
use throwaway::Throwaway;

/// A program that reads one certificate, PEM, on its standard input, and exits with 0 if it finds no
/// fault.
#[derive(Debug)]
pub struct Linter {
    name: String,
    command: Vec<String>,
    timeout: Duration,
    kinds: Vec<LinterKind>,
    slots: Slots,
}

/// What a linter is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinterKind {
    /// Certificates of leaf profiles.
    Leaf,
    /// Certificates of intermediate profiles.
    Intermediate,
    /// Root certificates. Their signature is not by the key that they hold.
    Root,
    /// PKCS#10 requests of ours. Their signature is not by the key that they hold.
    Request,
}

/// A linter that makes no sense.
#[derive(Debug, thiserror::Error)]
pub enum LinterError {
    /// Its name is not one.
    #[error("a linter's name is {found}, expected letters, digits, `-`, `_` and `.`, at most 63", found = Quoted(.0))]
    Name(String),
    /// Two have one name.
    #[error("there are two linters named {found}", found = Quoted(.0))]
    TwiceNamed(String),
    /// Nothing to run.
    #[error("linter {0}: the command is empty")]
    NoCommand(String),
    /// The time-out is out of range.
    #[error("linter {name}: the time-out is {seconds} s, expected 1 to {LONGEST_TIMEOUT}")]
    Timeout {
        /// The linter.
        name: String,
        /// The value.
        seconds: u64,
    },
    /// Nothing to read.
    #[error("linter {0}: it is for no kind of certificate")]
    NoKind(String),
    /// An unknown kind.
    #[error("linter {name}: unknown kind {found}, expected one of {}", LinterKind::names(), found = Quoted(.found))]
    Kind {
        /// The linter.
        name: String,
        /// The word.
        found: String,
    },
    /// No process may run.
    #[error("linter {0}: max-parallel is 0, expected at least 1")]
    NoSlot(String),
}

/// Nobody waits longer for a signature.
const LONGEST_TIMEOUT: u64 = 600;

impl LinterKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Leaf, Self::Intermediate, Self::Root, Self::Request];

    /// Its word in `keystead.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Leaf => "leaf",
            Self::Intermediate => "intermediate",
            Self::Root => "root",
            Self::Request => "request",
        }
    }

    fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    fn of(tbs: &Tbs) -> Self {
        match (tbs.plan().kind(), tbs.plan().profile().kind()) {
            (PlanKind::Request, _) => Self::Request,
            (PlanKind::Certificate(_), ProfileKind::Leaf) => Self::Leaf,
            (PlanKind::Certificate(_), ProfileKind::Intermediate) => Self::Intermediate,
            (PlanKind::Certificate(_), ProfileKind::Root) => Self::Root,
        }
    }
}

impl fmt::Display for LinterKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Linter {
    /// A linter from its settings. `command` is a program and its arguments, run without a shell;
    /// `timeout_seconds` is 1 to 600; `kinds` are words of [`LinterKind`], leaf and intermediate
    /// when there are none; at most `max_parallel` processes of it run at once.
    ///
    /// # Errors
    /// [`LinterError`] says which value makes no sense.
    pub fn new(
        name: &str,
        command: Vec<String>,
        timeout_seconds: u64,
        kinds: Option<&[String]>,
        max_parallel: Option<usize>,
    ) -> Result<Self, LinterError> {
        let owned = || name.to_owned();
        let good = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if name.is_empty() || name.len() > 63 || !name.bytes().all(good) {
            return Err(LinterError::Name(owned()));
        }
        if command.first().is_none_or(String::is_empty) {
            return Err(LinterError::NoCommand(owned()));
        }
        if !(1..=LONGEST_TIMEOUT).contains(&timeout_seconds) {
            return Err(LinterError::Timeout { name: owned(), seconds: timeout_seconds });
        }
        let kinds = match kinds {
            // Linters that verify what is self-signed, as pkilint and zlint do, would refuse every root.
            None => vec![LinterKind::Leaf, LinterKind::Intermediate],
            Some([]) => return Err(LinterError::NoKind(owned())),
            Some(words) => {
                let read = |word: &String| {
                    let known = LinterKind::ALL.into_iter().find(|kind| kind.name() == word);
                    known.ok_or_else(|| LinterError::Kind { name: owned(), found: word.clone() })
                };
                words.iter().map(read).collect::<Result<_, _>>()?
            }
        };
        if max_parallel == Some(0) {
            return Err(LinterError::NoSlot(owned()));
        }
        Ok(Self {
            name: owned(),
            command,
            timeout: Duration::from_secs(timeout_seconds),
            kinds,
            slots: Slots::new(max_parallel),
        })
    }

    fn run(&self, input: &[u8]) -> Result<(), Trouble> {
        let _slot = self.slots.take();
        process::run(&self.command, input, self.timeout)
    }
}

/// The linters of a site with their throwaway keys, which live as long as this does.
#[derive(Debug)]
pub struct Linters {
    linters: Vec<Linter>,
    throwaway: Throwaway,
}

impl Linters {
    /// Takes the linters, in the order in which they run.
    ///
    /// # Errors
    /// [`LinterError::TwiceNamed`].
    pub fn new(linters: Vec<Linter>) -> Result<Self, LinterError> {
        for (index, linter) in linters.iter().enumerate() {
            if linters[..index].iter().any(|earlier| earlier.name == linter.name) {
                return Err(LinterError::TwiceNamed(linter.name.clone()));
            }
        }
        Ok(Self { linters, throwaway: Throwaway::default() })
    }

    /// Shows `tbs` to every linter for its kind; gives the names of those that let it pass, which are
    /// all of them. One that cannot be run lets nothing pass.
    pub(super) fn run(&self, tbs: &Tbs) -> Result<Vec<String>, LintFailure> {
        let kind = LinterKind::of(tbs);
        let linters: Vec<&Linter> =
            self.linters.iter().filter(|linter| linter.kinds.contains(&kind)).collect();
        if linters.is_empty() {
            return Ok(Vec::new());
        }
        let input = self.input(tbs).map_err(|detail| failure(vec![detail]))?;
        let mut names = Vec::with_capacity(linters.len());
        let mut refusals = Vec::new();
        for linter in linters {
            match linter.run(input.as_bytes()) {
                Ok(()) => names.push(linter.name.clone()),
                Err(trouble) => refusals.push(format!("linter {} {trouble}", linter.name)),
            }
        }
        if refusals.is_empty() { Ok(names) } else { Err(failure(refusals)) }
    }

    /// The content to be signed with another signature, PEM.
    fn input(&self, tbs: &Tbs) -> Result<String, String> {
        let authority = tbs.plan().authority();
        let signature = self
            .throwaway
            .sign(authority.spki().algorithm(), authority.algorithm, tbs.as_der())
            .map_err(|error| format!("no throwaway signature for external linters: {error}"))?;
        let identifier = authority.algorithm.algorithm_identifier();
        let der = assemble(tbs.as_der(), identifier, &signature)
            .map_err(|error| format!("nothing to show to external linters: {error}"))?;
        let label = match tbs.plan().kind() {
            PlanKind::Certificate(_) => pem::CERTIFICATE,
            PlanKind::Request => pem::CERTIFICATE_REQUEST,
        };
        Ok(pem::encode(label, &der))
    }
}

/// Refusals by linters, code `lint.external`.
fn failure(details: Vec<String>) -> LintFailure {
    let finding = |detail| Finding {
        rule: "external",
        severity: Severity::Error,
        citation: "keystead.toml, [[linter]]",
        detail,
    };
    LintFailure { findings: details.into_iter().map(finding).collect() }
}

#[cfg(test)]
mod tests;
