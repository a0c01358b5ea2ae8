//! A response is not signed by way of SHA-1 or MD5.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5912;

use crate::lint::rule::{Check, Rule, Severity, Verdict, answered};
use crate::lint::view::OcspView;
use crate::lint::view::algorithm_oid;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc6960.signature-algorithm",
    citation: "RFC 9654 §4; RFC 6194 §3; RFC 6151 §2",
    severity: Severity::Error,
    check: Check::Ocsp { applies: answered, check },
};

fn check(view: &OcspView<'_>) -> Verdict {
    let Some(basic) = &view.basic else { return Ok(()) };
    let name = match algorithm_oid(basic.finished.algorithm) {
        Ok(rfc5912::SHA_1_WITH_RSA_ENCRYPTION) => "SHA-1 with RSA",
        Ok(ECDSA_WITH_SHA_1) => "ECDSA with SHA-1",
        Ok(rfc5912::DSA_WITH_SHA_1) => "DSA with SHA-1",
        Ok(rfc5912::MD_5_WITH_RSA_ENCRYPTION) => "MD5 with RSA",
        Ok(_) => return Ok(()),
        Err(error) => return Err(format!("the signature algorithm cannot be read: {error}")),
    };
    Err(format!("the response is signed with {name}"))
}

/// ANSI X9.62, named in RFC 3279 §2.2.3.
const ECDSA_WITH_SHA_1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.1");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_good_response_passes() {
        OcspDraft::good().verdict(&RULE).unwrap();
    }

    #[test]
    fn broken_hashes_are_found() {
        assert!(
            OcspDraft::verdict_after(&RULE, |draft| draft.algorithm =
                identifier(rfc5912::SHA_1_WITH_RSA_ENCRYPTION))
            .is_err()
        );
        assert!(
            OcspDraft::verdict_after(&RULE, |draft| draft.algorithm = identifier(ECDSA_WITH_SHA_1))
                .is_err()
        );
        assert!(
            OcspDraft::verdict_after(&RULE, |draft| draft.algorithm =
                identifier(rfc5912::MD_5_WITH_RSA_ENCRYPTION))
            .is_err()
        );
        assert!(OcspDraft::verdict_after(&RULE, |draft| draft.algorithm = vec![0x30, 0]).is_err());
    }

    fn identifier(oid: ObjectIdentifier) -> Vec<u8> {
        tlv(0x30, &der::Encode::to_der(&oid).unwrap())
    }
}
