//! Who answers in the place of the CA has a certificate with OCSPSigning, issued by the CA.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::OcspView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc6960.delegated-responder",
    citation: "RFC 6960 §4.2.2.2",
    severity: Severity::Error,
    check: Check::Ocsp { applies, check },
};

fn applies(view: &OcspView<'_>) -> bool {
    view.delegate().is_some()
}

fn check(view: &OcspView<'_>) -> Verdict {
    let Some(responder) = view.delegate() else { return Ok(()) };
    if !responder.extended_key_usage.contains(&rfc5280::ID_KP_OCSP_SIGNING) {
        return Err(
            "the responder's certificate lacks the extended key usage OCSPSigning".to_owned()
        );
    }
    if view.authority.is_some_and(|issuer| issuer.subject != responder.issuer) {
        return Err("the responder's certificate is not issued by the CA it answers for".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_delegate_and_the_ca_itself_pass() {
        OcspDraft::good().verdict(&RULE).unwrap();
        OcspDraft::verdict_after(&RULE, |draft| {
            draft.certificates = vec![reissued_root(|_| {})];
        })
        .unwrap();
    }

    #[test]
    fn a_delegate_without_the_usage_or_of_another_ca_is_found() {
        let oid = rfc5280::ID_CE_EXT_KEY_USAGE;
        assert!(
            OcspDraft::verdict_after(&RULE, |draft| draft.certificates =
                vec![responder(|cert| cert.remove(oid))])
            .is_err()
        );
        assert!(
            OcspDraft::verdict_after(&RULE, |draft| draft.certificates =
                vec![responder(|cert| cert.issuer = vec![0x30, 0])])
            .is_err()
        );
    }
}
