//! Which rules judge which content.

use super::registry::{READABLE, Registry, unreadable};
use super::rule::Finding;
use super::view::{CertificateView, CrlView, OcspView, RequestView};
use super::{LintFailure, Tbs};
use crate::profile::{Plan, PlanKind, SkippedLint};
use crate::tbs::{Content, CrlPlan, OcspPlan, assemble};

/// Content that the registry has rules for.
pub trait Lintable: Content + Sized {
    /// The rules that are not run for it.
    fn skipped_lints(&self) -> &[SkippedLint] {
        &[]
    }

    /// What the rules say about the bytes to be signed or, with `finished`, about the whole that was
    /// made of them.
    #[doc(hidden)]
    fn findings(registry: &Registry, tbs: &Tbs<Self>, finished: Option<&[u8]>) -> Vec<Finding>;

    /// Shows the bytes to the external linters of the site; the names of those that let it pass.
    ///
    /// # Errors
    /// [`LintFailure`] says what a linter said.
    #[doc(hidden)]
    fn external(_registry: &Registry, _tbs: &Tbs<Self>) -> Result<Vec<String>, LintFailure> {
        Ok(Vec::new())
    }
}

impl Lintable for Plan {
    fn skipped_lints(&self) -> &[SkippedLint] {
        self.profile().skipped_lints()
    }

    fn findings(registry: &Registry, tbs: &Tbs<Self>, finished: Option<&[u8]>) -> Vec<Finding> {
        let plan = tbs.plan();
        let skipped = plan.skipped_lints();
        let read = match plan.kind() {
            PlanKind::Certificate(_) => match finished {
                None => CertificateView::planned(tbs),
                Some(der) => CertificateView::issued(der, tbs),
            }
            .map(|view| registry.run(skipped, |rule| rule.on_certificate(&view))),
            PlanKind::Request => match finished {
                None => RequestView::planned(tbs.as_der(), plan),
                Some(der) => RequestView::finished(der, Some(plan)),
            }
            .map(|view| registry.run(skipped, |rule| rule.on_request(&view))),
        };
        read.unwrap_or_else(|error| vec![unreadable(&error)])
    }

    fn external(registry: &Registry, tbs: &Tbs<Self>) -> Result<Vec<String>, LintFailure> {
        registry.linters().map_or_else(|| Ok(Vec::new()), |linters| linters.run(tbs))
    }
}

impl Lintable for CrlPlan {
    fn findings(registry: &Registry, tbs: &Tbs<Self>, finished: Option<&[u8]>) -> Vec<Finding> {
        match finished {
            None => CrlView::planned(tbs),
            Some(der) => CrlView::issued(der, tbs),
        }
        .map(|view| registry.on_crl_view(&view))
        .unwrap_or_else(|error| vec![unreadable(&error)])
    }
}

/// Stands for the signature before there is one: the rules read whole responses.
const UNSIGNED: [u8; 64] = [0; 64];

impl Lintable for OcspPlan {
    fn findings(registry: &Registry, tbs: &Tbs<Self>, finished: Option<&[u8]>) -> Vec<Finding> {
        let plan = tbs.plan();
        let response = match finished {
            Some(der) => plan.response(der),
            None => {
                let algorithm = plan.authority().algorithm.algorithm_identifier();
                assemble(tbs.as_der(), algorithm, &UNSIGNED).and_then(|der| plan.response(&der))
            }
        };
        let response = match response {
            Ok(response) => response,
            Err(error) => return vec![READABLE.finding(error.to_string())],
        };
        OcspView::planned(&response, plan)
            .map(|view| registry.run(&[], |rule| rule.on_ocsp(&view)))
            .unwrap_or_else(|error| vec![unreadable(&error)])
    }
}
