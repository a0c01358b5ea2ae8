//! A server is named in subjectAltName: clients look nowhere else.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "keystead.server-names",
    citation: "RFC 9525 §2, §6.3",
    severity: Severity::Error,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    view.is_leaf() && view.extended_key_usage.contains(&rfc5280::ID_KP_SERVER_AUTH)
}

fn check(view: &CertificateView<'_>) -> Verdict {
    if view.sans.is_empty() {
        return Err("serverAuth without a subject alternative name".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_named_server_passes_and_a_client_needs_no_name() {
        Sample::server().verdict(&RULE).unwrap();
        Sample::client().verdict(&RULE).unwrap();
    }

    #[test]
    fn a_server_without_names_is_found() {
        let oid = rfc5280::ID_CE_SUBJECT_ALT_NAME;
        assert!(Sample::server().verdict_after(&RULE, |draft| draft.remove(oid)).is_err());
    }
}
