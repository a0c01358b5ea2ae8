//! Step 4: a [`Tbs`] that breaks no rule becomes [`Linted`]. Runs before the token is touched.
//!
//! Rules read the exact bytes to be signed, never the plan they came from: the plan only tells them
//! what those bytes should say. Each rule is one file in `rules/<source>/`.

use crate::tbs::Tbs;

mod registry;
mod rule;
mod rules;
#[cfg(test)]
pub(crate) mod testing;
mod view;

pub use registry::Registry;
pub use rule::{Finding, Kind, LintFailure, Rule, Severity};

/// Proof that a TBS passed every rule of its kind. Only [`Registry::check`] makes one.
#[derive(Debug)]
pub struct Linted {
    tbs: Tbs,
    warnings: Vec<Finding>,
}

impl Linted {
    /// What passed.
    pub fn tbs(&self) -> &Tbs {
        &self.tbs
    }

    /// What was found and does not refuse.
    pub fn warnings(&self) -> &[Finding] {
        &self.warnings
    }
}
