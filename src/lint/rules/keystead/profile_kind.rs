//! A leaf profile makes no CA certificate, and a CA profile no leaf.

use crate::lint::rule::{Check, Rule, Severity, Verdict, planned};
use crate::lint::view::CertificateView;
use crate::profile::ProfileKind;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "keystead.profile-kind",
    citation: "SECURITY.md: a request never widens a profile",
    severity: Severity::Error,
    check: Check::Certificate { applies: planned, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let Some(plan) = view.plan else { return Ok(()) };
    let profile = plan.profile();
    let expects_ca = profile.kind() != ProfileKind::Leaf;
    if view.is_ca() == expects_ca {
        return Ok(());
    }
    let found = if view.is_ca() { "CA:TRUE" } else { "no CA certificate" };
    Err(format!(
        "profile {} makes a {:?} certificate, this is {found}",
        profile.name(),
        profile.kind()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    use const_oid::db::rfc5280;

    #[test]
    fn each_kind_passes() {
        Sample::server().verdict(&RULE).unwrap();
        Sample::root().verdict(&RULE).unwrap();
    }

    #[test]
    fn a_ca_from_a_leaf_profile_is_found() {
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.extension(rfc5280::ID_CE_BASIC_CONSTRAINTS).2 = vec![0x30, 3, 1, 1, 0xff];
        });
        assert!(verdict.is_err());
    }
}
