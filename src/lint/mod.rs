//! Step 4: a [`Tbs`] that breaks no rule becomes [`Linted`]. Runs before the token is touched.

use crate::tbs::Tbs;

/// Proof that a TBS passed every rule of its kind. Only [`Registry::check`] makes one.
#[derive(Debug)]
pub struct Linted {
    tbs: Tbs,
}

/// How bad a finding is. Errors refuse; warnings are reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Should be otherwise.
    Warning,
    /// Must be otherwise.
    Error,
}

/// A broken rule.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule's stable name, such as `rfc5280.serial-positive`.
    pub rule: &'static str,
    /// How bad.
    pub severity: Severity,
    /// The clause.
    pub citation: &'static str,
    /// The wrong fact with its values.
    pub detail: String,
}

/// The rules and which apply.
#[derive(Debug)]
pub struct Registry {}

/// At least one error finding.
#[derive(Debug, thiserror::Error)]
#[error("{} lint rule(s) broken: {}", .findings.len(), .findings.iter().map(|f| format!("{} ({})", f.rule, f.detail)).collect::<Vec<_>>().join("; "))]
pub struct LintFailure {
    /// What was found, errors first.
    pub findings: Vec<Finding>,
}

impl Registry {
    /// Every rule we have.
    pub fn all() -> &'static Self {
        &Self {}
    }

    /// Checks the exact bytes to be signed.
    ///
    /// # Errors
    /// [`LintFailure`] lists every broken rule.
    pub fn check(&self, tbs: Tbs) -> Result<Linted, LintFailure> {
        let _ = tbs;
        todo!()
    }
}

impl Linted {
    /// What passed.
    pub fn tbs(&self) -> &Tbs {
        &self.tbs
    }
}
