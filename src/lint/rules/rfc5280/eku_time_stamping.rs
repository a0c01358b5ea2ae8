//! timeStamping stands alone in a critical extendedKeyUsage.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.eku-time-stamping",
    citation: "RFC 3161 §2.3",
    severity: Severity::Error,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    view.is_leaf() && view.is_for(rfc5280::ID_KP_TIME_STAMPING)
}

fn check(view: &CertificateView<'_>) -> Verdict {
    if view.extended_key_usage.len() > 1 {
        return Err("timeStamping beside other purposes".to_owned());
    }
    match view.extension(rfc5280::ID_CE_EXT_KEY_USAGE) {
        Some(extension) if extension.critical => Ok(()),
        _ => Err("extendedKeyUsage with timeStamping is not critical".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn alone_and_critical_passes() {
        stamping(&[rfc5280::ID_KP_TIME_STAMPING], true).unwrap();
    }

    #[test]
    fn uncritical_and_in_company_is_found() {
        assert!(stamping(&[rfc5280::ID_KP_TIME_STAMPING], false).is_err());
        let both = [rfc5280::ID_KP_TIME_STAMPING, rfc5280::ID_KP_CLIENT_AUTH];
        assert!(stamping(&both, true).is_err());
    }

    fn stamping(purposes: &[const_oid::ObjectIdentifier], critical: bool) -> Verdict {
        Sample::client().verdict_after(&RULE, |draft| {
            draft.set_purposes(purposes);
            draft.extension(rfc5280::ID_CE_EXT_KEY_USAGE).1 = critical;
        })
    }
}
