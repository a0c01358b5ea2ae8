//! Step 4: a [`Tbs`] that breaks no rule becomes [`Linted`]. Runs before the token is touched.
//!
//! Rules read the exact bytes to be signed, never the plan they came from: the plan only tells them
//! what those bytes should say. Each rule is one file in `rules/<source>/`. The same rules read what is not
//! ours: [`Registry::inspect`].

use crate::profile::{Plan, SkippedLint};
use crate::tbs::Tbs;

mod external;
mod inspect;
mod lintable;
#[cfg(test)]
mod mutants;
mod registry;
mod rule;
mod rules;
#[cfg(test)]
pub(crate) mod testing;
mod view;

pub use external::{Linter, LinterError, LinterKind, Linters};
pub use inspect::{GivenIssuer, Inspection, Label};
pub use lintable::Lintable;
pub use registry::Registry;
pub use rule::{Finding, Kind, LintFailure, Rule, Severity};

/// Proof that a TBS passed every rule of its kind that its profile does not skip, and every external
/// linter of the site. Only [`Registry::check`] makes one.
#[derive(Debug)]
pub struct Linted<C = Plan> {
    tbs: Tbs<C>,
    warnings: Vec<Finding>,
    linters: Vec<String>,
}

impl<C> Linted<C> {
    /// What passed.
    pub fn tbs(&self) -> &Tbs<C> {
        &self.tbs
    }

    /// What was found and does not refuse.
    pub fn warnings(&self) -> &[Finding] {
        &self.warnings
    }

    /// The names of the external linters that let it pass; recorded with the intent.
    pub fn linters(&self) -> &[String] {
        &self.linters
    }
}

impl<C: Lintable> Linted<C> {
    /// The rules that the profile skips, so that they were not run; recorded with the intent.
    pub fn skipped(&self) -> &[SkippedLint] {
        self.tbs.plan().skipped_lints()
    }
}
