//! The hashes that name the issuer have the length of their algorithm.

use crate::base::cert_id::CertHash;
use crate::lint::rule::{Check, Rule, Severity, Verdict, answered};
use crate::lint::view::OcspView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc6960.cert-id-hash",
    citation: "RFC 6960 §4.1.1",
    severity: Severity::Error,
    check: Check::Ocsp { applies: answered, check },
};

fn check(view: &OcspView<'_>) -> Verdict {
    let Some(basic) = &view.basic else { return Ok(()) };
    for single in &basic.responses {
        let cert_id = single.cert_id;
        let Some(hash) = CertHash::of(cert_id.hash) else {
            return Err(format!("the certificate is named by the unknown hash {}", cert_id.hash));
        };
        for (what, found) in [
            ("issuerNameHash", cert_id.issuer_name_hash),
            ("issuerKeyHash", cert_id.issuer_key_hash),
        ] {
            if found.len() != hash.length() {
                let (found, expected) = (found.len(), hash.length());
                return Err(format!("{what} has {found} octets, expected {expected}"));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    use const_oid::db::rfc5912;

    #[test]
    fn a_good_response_passes() {
        OcspDraft::good().verdict(&RULE).unwrap();
    }

    #[test]
    fn a_hash_of_another_length_or_algorithm_is_found() {
        assert!(
            OcspDraft::verdict_after(&RULE, |draft| draft.single().name_hash = vec![1; 20])
                .is_err()
        );
        assert!(
            OcspDraft::verdict_after(&RULE, |draft| {
                draft.single().key_hash.pop();
            })
            .is_err()
        );
        assert!(
            OcspDraft::verdict_after(&RULE, |draft| draft.single().hash =
                rfc5912::ID_EC_PUBLIC_KEY)
            .is_err()
        );
    }

    #[test]
    fn each_hash_that_is_known_has_its_own_length() {
        for (hash, length) in [
            (rfc5912::ID_SHA_1, 20),
            (rfc5912::ID_SHA_256, 32),
            (rfc5912::ID_SHA_384, 48),
            (rfc5912::ID_SHA_512, 64),
        ] {
            let verdict = OcspDraft::verdict_after(&RULE, |draft| {
                let single = draft.single();
                single.hash = hash;
                single.name_hash = vec![1; length];
                single.key_hash = vec![1; length];
            });
            assert_eq!(verdict, Ok(()), "{hash}");
        }
    }
}
