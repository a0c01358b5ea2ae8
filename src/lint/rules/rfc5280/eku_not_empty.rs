//! extendedKeyUsage holds a purpose, each once.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.eku-not-empty",
    citation: "RFC 5280 §4.2.1.12",
    severity: Severity::Error,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    view.extension(rfc5280::ID_CE_EXT_KEY_USAGE).is_some()
}

fn check(view: &CertificateView<'_>) -> Verdict {
    let purposes = &view.extended_key_usage;
    if purposes.is_empty() {
        return Err("extendedKeyUsage holds no purpose".to_owned());
    }
    for (index, purpose) in purposes.iter().enumerate() {
        if purposes.iter().take(index).any(|earlier| earlier == purpose) {
            return Err(format!("extendedKeyUsage has {purpose} twice"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn distinct_purposes_pass() {
        let both = [rfc5280::ID_KP_SERVER_AUTH, rfc5280::ID_KP_CLIENT_AUTH];
        Sample::server().verdict_after(&RULE, |draft| draft.set_purposes(&both)).unwrap();
    }

    #[test]
    fn no_purpose_and_a_repeated_one_are_found() {
        for purposes in [&[][..], &[rfc5280::ID_KP_SERVER_AUTH; 2]] {
            let verdict =
                Sample::server().verdict_after(&RULE, |draft| draft.set_purposes(purposes));
            assert!(verdict.is_err());
        }
    }
}
