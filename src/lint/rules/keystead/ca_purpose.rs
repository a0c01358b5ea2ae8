//! A CA has no rights of a responder and no purpose that covers all.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict, ca_only};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "keystead.ca-purpose",
    citation: "RFC 6960 §4.2.2.2, RFC 5280 §4.2.1.12",
    severity: Severity::Error,
    check: Check::Certificate { applies: ca_only, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for (usage, name) in [
        (rfc5280::ID_KP_OCSP_SIGNING, "OCSPSigning"),
        (rfc5280::ANY_EXTENDED_KEY_USAGE, "anyExtendedKeyUsage"),
    ] {
        if view.extended_key_usage.contains(&usage) {
            return Err(format!("a CA certificate with extendedKeyUsage {name}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_ca_without_purposes_passes() {
        Sample::intermediate().verdict(&RULE).unwrap();
    }

    #[test]
    fn a_ca_that_may_answer_ocsp_is_found() {
        let ocsp_signing = tlv(0x30, &[6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 9]);
        let verdict = Sample::intermediate().verdict_after(&RULE, |draft| {
            draft.add(rfc5280::ID_CE_EXT_KEY_USAGE, false, &ocsp_signing);
        });
        assert!(verdict.is_err());
    }
}
