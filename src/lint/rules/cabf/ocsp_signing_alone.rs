//! OCSPSigning stands alone.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict, leaf_only};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "cabf.ocsp-signing-alone",
    citation: "CA/Browser Forum BR 7.1.2.8.5, RFC 6960 §4.2.2.2",
    severity: Severity::Error,
    check: Check::Certificate { applies: leaf_only, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    if view.is_for(rfc5280::ID_KP_OCSP_SIGNING) && view.extended_key_usage.len() > 1 {
        return Err("OCSPSigning beside other purposes".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_responder_passes() {
        for purposes in [&[rfc5280::ID_KP_OCSP_SIGNING][..], &[rfc5280::ID_KP_SERVER_AUTH][..]] {
            Sample::server().verdict_after(&RULE, |draft| draft.set_purposes(purposes)).unwrap();
        }
    }

    #[test]
    fn a_server_that_answers_for_its_ca_is_found() {
        for purposes in [
            &[rfc5280::ID_KP_OCSP_SIGNING, rfc5280::ID_KP_SERVER_AUTH][..],
            &[rfc5280::ID_KP_CLIENT_AUTH, rfc5280::ID_KP_OCSP_SIGNING][..],
        ] {
            let verdict =
                Sample::server().verdict_after(&RULE, |draft| draft.set_purposes(purposes));
            assert!(verdict.is_err());
        }
    }
}
