//! A certificate for OCSPSigning has id-pkix-ocsp-nocheck, uncritical NULL; no other has it.

use const_oid::db::{rfc5280, rfc6960};

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "cabf.ocsp-no-check",
    citation: "CA/Browser Forum BR 4.9.9, RFC 6960 §4.2.2.2.1",
    severity: Severity::Warning,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let is_responder = view.is_leaf() && view.is_for(rfc5280::ID_KP_OCSP_SIGNING);
    match view.extension(rfc6960::ID_PKIX_OCSP_NOCHECK) {
        None if is_responder => Err("OCSPSigning without id-pkix-ocsp-nocheck".to_owned()),
        Some(_) if !is_responder => Err("id-pkix-ocsp-nocheck without OCSPSigning".to_owned()),
        Some(extension) if extension.critical || extension.value != [5, 0] => {
            Err("id-pkix-ocsp-nocheck is critical or not NULL".to_owned())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_responder_with_it_and_a_server_without_it_pass() {
        Sample::server().verdict(&RULE).unwrap();
        responder(Some((false, &[5, 0]))).unwrap();
    }

    #[test]
    fn a_responder_without_it_and_wrong_forms_are_found() {
        assert!(responder(None).is_err());
        assert!(responder(Some((true, &[5, 0]))).is_err());
        assert!(responder(Some((false, &[]))).is_err());
        let oid = rfc6960::ID_PKIX_OCSP_NOCHECK;
        let verdict = Sample::server().verdict_after(&RULE, |draft| draft.add(oid, false, &[5, 0]));
        assert!(verdict.is_err());
    }

    fn responder(no_check: Option<(bool, &[u8])>) -> Verdict {
        Sample::server().verdict_after(&RULE, |draft| {
            draft.set_purposes(&[rfc5280::ID_KP_OCSP_SIGNING]);
            if let Some((critical, value)) = no_check {
                draft.add(rfc6960::ID_PKIX_OCSP_NOCHECK, critical, value);
            }
        })
    }
}
