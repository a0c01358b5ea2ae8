//! A server is a client perhaps, and nothing else.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict, servers_only};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "cabf.server-purposes",
    citation: "CA/Browser Forum BR 7.1.2.7.10",
    severity: Severity::Warning,
    check: Check::Certificate { applies: servers_only, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let fitting = [rfc5280::ID_KP_SERVER_AUTH, rfc5280::ID_KP_CLIENT_AUTH];
    match view.extended_key_usage.iter().find(|purpose| !fitting.contains(purpose)) {
        Some(other) => Err(format!("serverAuth beside the purpose {other}")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn servers_and_peers_pass() {
        for purposes in [
            &[rfc5280::ID_KP_SERVER_AUTH][..],
            &[rfc5280::ID_KP_SERVER_AUTH, rfc5280::ID_KP_CLIENT_AUTH][..],
        ] {
            Sample::server().verdict_after(&RULE, |draft| draft.set_purposes(purposes)).unwrap();
        }
    }

    #[test]
    fn signers_of_code_and_mail_are_found() {
        for purposes in [
            &[rfc5280::ID_KP_SERVER_AUTH, rfc5280::ID_KP_CODE_SIGNING][..],
            &[rfc5280::ID_KP_SERVER_AUTH, rfc5280::ID_KP_EMAIL_PROTECTION][..],
            &[rfc5280::ID_KP_SERVER_AUTH, rfc5280::ID_KP_TIME_STAMPING][..],
        ] {
            let verdict =
                Sample::server().verdict_after(&RULE, |draft| draft.set_purposes(purposes));
            assert!(verdict.is_err());
        }
    }
}
