//! A root has no extendedKeyUsage: it would hold for every certificate below.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "cabf.root-purposes",
    citation: "CA/Browser Forum BR 7.1.2.1.2",
    severity: Severity::Warning,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    view.is_ca() && view.is_self_issued()
}

fn check(view: &CertificateView<'_>) -> Verdict {
    if view.extension(rfc5280::ID_CE_EXT_KEY_USAGE).is_some() {
        return Err("a root with extendedKeyUsage".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_root_without_purposes_passes() {
        Sample::root().verdict(&RULE).unwrap();
    }

    #[test]
    fn a_root_for_servers_is_found() {
        let purposes = [rfc5280::ID_KP_SERVER_AUTH];
        assert!(
            Sample::root().verdict_after(&RULE, |draft| draft.set_purposes(&purposes)).is_err()
        );
    }

    #[test]
    fn an_intermediate_for_servers_passes() {
        let purposes = [rfc5280::ID_KP_SERVER_AUTH];
        Sample::intermediate().verdict_after(&RULE, |draft| draft.set_purposes(&purposes)).unwrap();
    }
}
