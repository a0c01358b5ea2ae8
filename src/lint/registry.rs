//! All rules, and the one function that makes [`Linted`].

use super::external::Linters;
use super::rule::{Check, Finding, LintFailure, Rule, Severity, Verdict};
use super::rules::ALL;
use super::view::{CertificateView, CrlView, IssuerFacts, OcspView, RequestView};
use super::{Lintable, Linted, Tbs};
use crate::profile::SkippedLint;

/// The rules, and the external linters of a site.
#[derive(Debug)]
pub struct Registry {
    rules: &'static [&'static Rule],
    linters: Option<Linters>,
}

/// What is reported when bytes cannot even be read as what they should be.
pub(super) const READABLE: Rule = Rule {
    name: "keystead.readable",
    citation: "RFC 5280 §4.1, §5.1; RFC 2986 §4; RFC 6960 §4.2.1",
    severity: Severity::Error,
    check: Check::Registry,
};

/// What is reported when a profile skips what it must not, or what does not exist.
pub(super) const SKIP_ALLOWED: Rule = Rule {
    name: "keystead.skip-allowed",
    citation: "SECURITY.md: a request never widens a profile",
    severity: Severity::Error,
    check: Check::Registry,
};

impl Registry {
    /// Every rule we have, and no external linter.
    pub fn all() -> &'static Self {
        static EVERY: Registry = Registry { rules: ALL, linters: None };
        &EVERY
    }

    /// Every rule we have; what they pass goes to `linters` before it becomes [`Linted`].
    pub fn with_linters(linters: Linters) -> Self {
        Self { rules: ALL, linters: Some(linters) }
    }

    /// The rules, by source.
    pub fn rules(&self) -> &'static [&'static Rule] {
        self.rules
    }

    /// Checks the exact bytes to be signed: by the rules, but for those that the profile skips, and by
    /// the external linters.
    ///
    /// # Errors
    /// [`LintFailure`] lists every broken rule, or says what a linter said.
    pub fn check<C: Lintable>(&self, tbs: Tbs<C>) -> Result<Linted<C>, LintFailure> {
        let mut findings = self.bad_skips(tbs.plan().skipped_lints());
        findings.extend(C::findings(self, &tbs, None));
        let warnings = refuse_errors(findings)?;
        let linters = C::external(self, &tbs)?;
        Ok(Linted { tbs, warnings, linters })
    }

    /// Checks what was made of `linted` by the same rules, its signature included.
    ///
    /// # Errors
    /// [`LintFailure`] lists every broken rule.
    pub fn judge<C: Lintable>(&self, der: &[u8], linted: &Tbs<C>) -> Result<(), LintFailure> {
        refuse_errors(C::findings(self, linted, Some(der))).map(drop)
    }

    /// The external linters of the site.
    pub(super) fn linters(&self) -> Option<&Linters> {
        self.linters.as_ref()
    }

    /// What the rules say about a certificate that is not ours.
    pub(super) fn on_certificate(
        &self,
        der: &[u8],
        issuer: Option<IssuerFacts<'_>>,
    ) -> Vec<Finding> {
        CertificateView::foreign(der, issuer)
            .map(|view| self.run(&[], |rule| rule.on_certificate(&view)))
            .unwrap_or_else(|error| vec![unreadable(&error)])
    }

    /// What the rules say about a request that is not ours.
    pub(super) fn on_request(&self, der: &[u8]) -> Vec<Finding> {
        RequestView::finished(der, None)
            .map(|view| self.run(&[], |rule| rule.on_request(&view)))
            .unwrap_or_else(|error| vec![unreadable(&error)])
    }

    /// What the rules say about a CRL.
    pub(super) fn on_crl(&self, der: &[u8], issuer: Option<IssuerFacts<'_>>) -> Vec<Finding> {
        CrlView::foreign(der, issuer)
            .map(|view| self.on_crl_view(&view))
            .unwrap_or_else(|error| vec![unreadable(&error)])
    }

    /// What the rules say about a CRL and its entries.
    pub(super) fn on_crl_view(&self, view: &CrlView<'_>) -> Vec<Finding> {
        let mut findings = self.run(&[], |rule| rule.on_crl(view));
        findings.extend(self.on_entries(view));
        findings
    }

    /// What the rules say about an OCSP response.
    pub(super) fn on_ocsp(&self, der: &[u8], issuer: Option<IssuerFacts<'_>>) -> Vec<Finding> {
        OcspView::foreign(der, issuer)
            .map(|view| self.run(&[], |rule| rule.on_ocsp(&view)))
            .unwrap_or_else(|error| vec![unreadable(&error)])
    }

    /// What the rules about entries say, each once: about the first entry that breaks it.
    fn on_entries(&self, view: &CrlView<'_>) -> Vec<Finding> {
        let of_parts = view.on_parts(|entries| {
            let mut rules: Vec<&Rule> = self.rules.to_vec();
            let mut findings = Vec::new();
            for entry in entries {
                rules.retain(|rule| match rule.on_crl_entry(view, &entry) {
                    Some(Ok(())) => true,
                    Some(Err(detail)) => {
                        findings.push(rule.finding(detail));
                        false
                    }
                    None => false,
                });
            }
            findings
        });
        let mut findings: Vec<Finding> = Vec::new();
        for finding in of_parts.into_iter().flatten() {
            if findings.iter().all(|earlier| earlier.rule != finding.rule) {
                findings.push(finding);
            }
        }
        findings
    }

    pub(super) fn run(
        &self,
        skipped: &[SkippedLint],
        verdict: impl Fn(&Rule) -> Verdict,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        for rule in self.rules {
            if skipped.iter().any(|skip| skip.rule == rule.name) {
                continue;
            }
            if let Err(detail) = verdict(rule) {
                findings.push(rule.finding(detail));
            }
        }
        findings
    }

    /// A profile does not know the rules, so what it skips is judged here.
    fn bad_skips(&self, skipped: &[SkippedLint]) -> Vec<Finding> {
        let fault = |skip: &SkippedLint| match self.rules.iter().find(|r| r.name == skip.rule) {
            None => Some(format!("the profile skips {:?}, which is no lint rule", skip.rule)),
            Some(rule) if !rule.may_be_skipped() => {
                Some(format!("the profile skips {}, which holds for every profile", rule.name))
            }
            Some(_) => None,
        };
        skipped.iter().filter_map(fault).map(|detail| SKIP_ALLOWED.finding(detail)).collect()
    }
}

/// The finding for bytes that give no view.
pub(super) fn unreadable(error: &der::Error) -> Finding {
    READABLE.finding(format!("the bytes cannot be read: {error}"))
}

/// Sorts errors before warnings, and lets warnings alone pass.
fn refuse_errors(mut findings: Vec<Finding>) -> Result<Vec<Finding>, LintFailure> {
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    if findings.first().is_some_and(|worst| worst.severity == Severity::Error) {
        return Err(LintFailure { findings });
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::algorithm::SignatureAlgorithm;
    use crate::lint::Kind;
    use crate::lint::testing::{CrlDraft, Draft, EntryDraft, Sample, tlv, with_bytes};
    use crate::tbs::assemble;

    /// Folders of `rules/`.
    const SOURCES: [&str; 5] = ["rfc5280", "rfc6960", "cabf", "kubernetes", "keystead"];

    #[test]
    fn every_rule_has_a_name_of_its_own_that_begins_with_its_source() {
        let mut names: Vec<&str> = Registry::all().rules().iter().map(|rule| rule.name).collect();
        assert!(names.len() >= 150, "{}", names.len());
        for rule in Registry::all().rules() {
            let (source, what) = rule.name.split_once('.').unwrap();
            assert_eq!(rule.source(), source);
            assert!(SOURCES.contains(&source), "{}", rule.name);
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
    fn shipped_profiles_make_nothing_that_even_a_warning_is_about() {
        for sample in Sample::of_every_profile() {
            let name = format!("{sample:?}");
            let linted = Registry::all().check(sample.into_tbs()).unwrap();
            assert!(linted.warnings().is_empty(), "{name}: {:?}", linted.warnings());
        }
    }

    #[test]
    fn bytes_that_cannot_be_read_are_a_finding_not_a_pass() {
        let tbs = with_bytes(Sample::server(), |der| der.truncate(der.len() - 1));
        let failure = Registry::all().check(tbs).unwrap_err();
        assert_eq!(failure.findings[0].rule, READABLE.name);
    }

    /// The end of the validity of [`Sample::server_skipping`], in the wrong form.
    fn wrong_time_form(draft: &mut Draft) {
        draft.not_after = tlv(0x18, &[b"20", &draft.not_after[2..]].concat());
    }

    #[test]
    fn a_skipped_rule_is_not_run_and_is_told_with_its_reason() {
        let broken = Sample::server_skipping(&[]).changed(wrong_time_form);
        let failure = Registry::all().check(broken).unwrap_err();
        assert_eq!(failure.code(), "lint.rfc5280.time-form");
        assert_eq!(failure.clause(), "RFC 5280 §4.1.2.5");

        let skipping = Sample::server_skipping(&["rfc5280.time-form"]).changed(wrong_time_form);
        let linted = Registry::all().check(skipping).unwrap();
        let [skipped] = linted.skipped() else { panic!("{linted:?}") };
        assert_eq!(
            (&*skipped.rule, &*skipped.reason),
            ("rfc5280.time-form", "for a reason in words")
        );
    }

    #[test]
    fn a_rule_that_does_not_exist_or_holds_for_every_profile_cannot_be_skipped() {
        for rule in [
            "rfc5280.nonsense",
            "keystead.planned-key",
            "keystead.planned-subject",
            "keystead.planned-validity",
            "keystead.planned-names",
            "keystead.profile-kind",
            "keystead.canonical-der",
            "keystead.skip-allowed",
            "keystead.readable",
            "rfc5280.extension-readable",
        ] {
            let tbs = Sample::server_skipping(&[rule]).into_tbs();
            let failure = Registry::all().check(tbs).unwrap_err();
            let codes: Vec<String> = failure.findings.iter().map(Finding::code).collect();
            assert_eq!(codes, ["lint.keystead.skip-allowed"], "{rule}");
        }
    }

    #[test]
    fn a_finished_certificate_is_judged_by_the_same_rules_and_by_those_about_its_signature() {
        let tbs = Sample::server().into_tbs();
        let algorithm = tbs.plan().authority().algorithm.algorithm_identifier();
        let good = assemble(tbs.as_der(), algorithm, &[0; 64]).unwrap();
        Registry::all().judge(&good, &tbs).unwrap();

        let other = SignatureAlgorithm::EcdsaSha384.algorithm_identifier();
        let other = assemble(tbs.as_der(), other, &[0; 64]).unwrap();
        let failure = Registry::all().judge(&other, &tbs).unwrap_err();
        assert_eq!(failure.code(), "lint.rfc5280.signature-algorithms-agree");
        assert!(Registry::all().judge(&good[1..], &tbs).is_err());
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

    #[test]
    fn what_warnings_say_is_kept_with_what_passed() {
        let key = rcgen::KeyPair::generate().unwrap();
        let sample =
            Sample::leaf("tls-server", &key, "CN=mail.example.com", &["dns:www.example.com"]);
        let linted = Registry::all().check(sample.into_tbs()).unwrap();
        let rules: Vec<&str> = linted.warnings().iter().map(|finding| finding.rule).collect();
        assert_eq!(rules, ["keystead.server-cn-among-names"]);
    }

    #[test]
    fn the_names_of_kinds_are_stable() {
        let names = ["certificate", "request", "crl", "ocsp", "any"];
        assert_eq!(Kind::ALL.map(Kind::name), names);
    }

    /// Of so many entries that threads read parts of them, on a machine with more than one processor.
    fn long_crl(change: impl FnOnce(&mut Vec<EntryDraft>)) -> Vec<String> {
        let mut draft = CrlDraft::good();
        let entries = draft.entries.as_mut().unwrap();
        entries.clear();
        for number in 1..30_000_u32 {
            let serial = [&[0x20][..], &number.to_be_bytes()].concat();
            entries.push(EntryDraft { serial, ..EntryDraft::new(1, 4) });
        }
        change(entries);
        let der = draft.encode();
        assert!(der.len() > 1 << 20, "{}", der.len());
        let view = CrlView::foreign(&der, None).unwrap();
        assert_eq!(view.entry_count, draft.entries.unwrap().len());
        let findings = Registry::all().on_crl_view(&view).into_iter();
        findings.map(|finding| format!("{}: {}", finding.rule, finding.detail)).collect()
    }

    #[test]
    fn entries_in_every_part_of_a_long_crl_are_judged_and_the_first_that_breaks_a_rule_is_named() {
        let faults = |findings: Vec<String>, rule: &str| -> Vec<String> {
            findings.into_iter().filter(|finding| finding.starts_with(rule)).collect()
        };
        let rule = "rfc5280.crl-entry-time-form";
        assert!(faults(long_crl(|_| {}), rule).is_empty());
        for broken in [0, 15_000, 29_998] {
            let found = long_crl(|entries| {
                for entry in entries.iter_mut().skip(broken) {
                    entry.date = tlv(0x18, b"20260101000000Z");
                }
            });
            let found = faults(found, rule);
            let serial = format!("entry 20{:08x}", broken + 1);
            assert!(matches!(&found[..], [one] if one.contains(&serial)), "{found:?}");
        }
        let twice = long_crl(|entries| {
            let first = entries[3].clone();
            entries.push(first);
        });
        assert_eq!(faults(twice, "rfc5280.crl-entries-distinct").len(), 1);
    }
}
