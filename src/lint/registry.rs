//! All rules, and the one function that makes [`Linted`].

use super::rule::{Finding, LintFailure, Rule, Severity};
use super::rules::ALL;
use super::view::{CertificateView, RequestView};
use super::{Linted, Tbs};
use crate::profile::PlanKind;

/// The rules and which apply.
#[derive(Debug)]
pub struct Registry {
    rules: &'static [&'static Rule],
}

/// What is reported when the bytes cannot even be read as what they should be.
const READABLE: &str = "keystead.readable";

impl Registry {
    /// Every rule we have.
    pub fn all() -> &'static Self {
        static EVERY: Registry = Registry { rules: ALL };
        &EVERY
    }

    /// The rules, by source.
    pub fn rules(&self) -> &'static [&'static Rule] {
        self.rules
    }

    /// Checks the exact bytes to be signed.
    ///
    /// # Errors
    /// [`LintFailure`] lists every broken rule.
    pub fn check(&self, tbs: Tbs) -> Result<Linted, LintFailure> {
        let mut findings = self.findings(&tbs);
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        if findings.iter().any(|finding| finding.severity == Severity::Error) {
            return Err(LintFailure { findings });
        }
        Ok(Linted { tbs, warnings: findings })
    }

    fn findings(&self, tbs: &Tbs) -> Vec<Finding> {
        let plan = tbs.plan();
        let read = match plan.kind() {
            PlanKind::Certificate(_) => CertificateView::planned(tbs.as_der(), plan)
                .map(|view| self.run(|rule| rule.on_certificate(&view))),
            PlanKind::Request => RequestView::planned(tbs.as_der(), plan)
                .map(|view| self.run(|rule| rule.on_request(&view))),
        };
        read.unwrap_or_else(|error| {
            vec![Finding {
                rule: READABLE,
                severity: Severity::Error,
                citation: "RFC 5280 §4.1, RFC 2986 §4.1",
                detail: format!("the bytes to be signed cannot be read: {error}"),
            }]
        })
    }

    fn run(&self, verdict: impl Fn(&Rule) -> Result<(), String>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for rule in self.rules {
            if let Err(detail) = verdict(rule) {
                findings.push(rule.finding(detail));
            }
        }
        findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::{Draft, Sample, with_bytes};

    #[test]
    fn every_rule_has_a_name_of_its_own_that_begins_with_its_source() {
        let mut names: Vec<&str> = Registry::all().rules().iter().map(|rule| rule.name).collect();
        assert!(names.len() >= 30, "{}", names.len());
        for rule in Registry::all().rules() {
            let (source, what) = rule.name.split_once('.').unwrap();
            assert!(
                ["rfc5280", "cabf", "kubernetes", "keystead"].contains(&source),
                "{}",
                rule.name
            );
            assert!(
                what.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            );
            assert!(!rule.citation.is_empty(), "{}", rule.name);
        }
        names.sort_unstable();
        let before = names.len();
        names.dedup();
        assert_eq!(names.len(), before);
    }

    #[test]
    fn what_the_pipeline_makes_breaks_no_rule() {
        for sample in Sample::every() {
            let name = format!("{sample:?}");
            let linted = Registry::all().check(sample.into_tbs());
            assert!(linted.is_ok(), "{name}: {:?}", linted.err());
        }
    }

    #[test]
    fn bytes_that_cannot_be_read_are_a_finding_not_a_pass() {
        let tbs = with_bytes(Sample::server(), |der| der.truncate(der.len() - 1));
        let failure = Registry::all().check(tbs).unwrap_err();
        assert_eq!(failure.findings[0].rule, READABLE);
    }

    #[test]
    fn errors_are_listed_before_warnings() {
        let tbs = Sample::server().changed(|draft: &mut Draft| {
            draft.serial = vec![0x80];
            draft.set_subject("CN=elsewhere.example.org");
        });
        let failure = Registry::all().check(tbs).unwrap_err();
        let severities: Vec<Severity> = failure.findings.iter().map(|f| f.severity).collect();
        assert!(severities.is_sorted_by(|a, b| a >= b), "{severities:?}");
        assert!(severities.contains(&Severity::Warning), "{failure}");
    }
}
