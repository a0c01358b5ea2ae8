//! No signature with MD2, MD5 or SHA-1.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5912;

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;
use crate::lint::view::algorithm;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "cabf.signature-digest",
    citation: "CA/Browser Forum BR 7.1.3.2",
    severity: Severity::Error,
    check: Check::Certificate { applies, check },
};

/// The signature of a root under itself proves nothing, whatever its digest.
fn applies(view: &CertificateView<'_>) -> bool {
    !(view.is_ca() && view.is_self_issued())
}

fn check(view: &CertificateView<'_>) -> Verdict {
    match algorithm(view.algorithm) {
        Ok((oid, _)) if BROKEN.contains(&oid) => {
            Err(format!("the signature algorithm {oid} uses MD2, MD5 or SHA-1"))
        }
        _ => Ok(()),
    }
}

/// RSA with MD2, MD5 and SHA-1, DSA and ECDSA with SHA-1 (RFC 3279 §2.2).
const BROKEN: [ObjectIdentifier; 5] = [
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.2"),
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.4"),
    rfc5912::SHA_1_WITH_RSA_ENCRYPTION,
    rfc5912::DSA_WITH_SHA_1,
    ObjectIdentifier::new_unwrap("1.2.840.10045.4.1"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn sha_2_passes() {
        Sample::server().verdict(&RULE).unwrap();
    }

    #[test]
    fn an_old_root_passes() {
        let sha_1 = sequence(&[&oid(rfc5912::SHA_1_WITH_RSA_ENCRYPTION), &[5, 0]]);
        Sample::root().verdict_after(&RULE, |draft| draft.algorithm = sha_1).unwrap();
    }

    #[test]
    fn md5_and_sha_1_are_found() {
        for broken in BROKEN {
            let identifier = sequence(&[&oid(broken), &[5, 0]]);
            let verdict =
                Sample::server().verdict_after(&RULE, |draft| draft.algorithm = identifier);
            assert!(verdict.is_err(), "{broken}");
        }
    }

    #[test]
    fn sha_1_is_found_in_an_intermediate() {
        let sha_1 = sequence(&[&oid(rfc5912::SHA_1_WITH_RSA_ENCRYPTION), &[5, 0]]);
        let verdict = Sample::intermediate().verdict_after(&RULE, |draft| draft.algorithm = sha_1);
        assert!(verdict.is_err());
    }
}
