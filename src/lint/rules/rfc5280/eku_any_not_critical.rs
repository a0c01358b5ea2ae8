//! extendedKeyUsage with anyExtendedKeyUsage is not critical.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.eku-any-not-critical",
    citation: "RFC 5280 §4.2.1.12",
    severity: Severity::Warning,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    view.is_for(rfc5280::ANY_EXTENDED_KEY_USAGE)
}

fn check(view: &CertificateView<'_>) -> Verdict {
    match view.extension(rfc5280::ID_CE_EXT_KEY_USAGE) {
        Some(extension) if extension.critical => {
            Err("extendedKeyUsage is critical and allows any purpose".to_owned())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn an_uncritical_one_passes() {
        let any = [rfc5280::ANY_EXTENDED_KEY_USAGE];
        Sample::server().verdict_after(&RULE, |draft| draft.set_purposes(&any)).unwrap();
    }

    #[test]
    fn a_critical_one_is_found() {
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set_purposes(&[rfc5280::ANY_EXTENDED_KEY_USAGE]);
            draft.extension(rfc5280::ID_CE_EXT_KEY_USAGE).1 = true;
        });
        assert!(verdict.is_err());
    }

    #[test]
    fn a_critical_one_of_certain_purposes_passes() {
        let oid = rfc5280::ID_CE_EXT_KEY_USAGE;
        Sample::server().verdict_after(&RULE, |draft| draft.extension(oid).1 = true).unwrap();
    }
}
