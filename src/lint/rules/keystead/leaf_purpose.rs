//! A leaf says what it is for, and not that it is for everything.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict, leaf_only};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "keystead.leaf-purpose",
    citation: "RFC 5280 §4.2.1.12",
    severity: Severity::Error,
    check: Check::Certificate { applies: leaf_only, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    if view.extended_key_usage.is_empty() {
        return Err("extendedKeyUsage is missing: valid for every purpose".to_owned());
    }
    if view.extended_key_usage.contains(&rfc5280::ANY_EXTENDED_KEY_USAGE) {
        return Err("extendedKeyUsage holds anyExtendedKeyUsage".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_server_passes_and_a_ca_needs_none() {
        Sample::server().verdict(&RULE).unwrap();
        Sample::root().verdict(&RULE).unwrap();
    }

    #[test]
    fn a_leaf_for_everything_is_found() {
        let oid = rfc5280::ID_CE_EXT_KEY_USAGE;
        assert!(Sample::server().verdict_after(&RULE, |draft| draft.remove(oid)).is_err());
        let any = Sample::server().verdict_after(&RULE, |draft| {
            draft.extension(oid).2 = tlv(0x30, &[6, 4, 0x55, 0x1d, 0x25, 0]);
        });
        assert!(any.is_err());
    }
}
