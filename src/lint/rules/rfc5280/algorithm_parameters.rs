//! The signature field has the parameters of its algorithm.

use const_oid::ObjectIdentifier;
use const_oid::db::{rfc5912, rfc8410};

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;
use crate::lint::view::algorithm;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.algorithm-parameters",
    citation: "RFC 4055 §5, RFC 5758 §3.2, RFC 8410 §3",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let Ok((oid, parameters)) = algorithm(view.algorithm) else {
        return Err("the signature field is no AlgorithmIdentifier".to_owned());
    };
    match (oid, parameters.map(|parameters| parameters.raw)) {
        (oid, Some([5, 0])) if WITH_NULL.contains(&oid) => Ok(()),
        (oid, _) if WITH_NULL.contains(&oid) => {
            Err(format!("the parameters of {oid} are not NULL"))
        }
        (oid, Some(_)) if WITH_NONE.contains(&oid) => {
            Err(format!("{oid} has parameters, expected none"))
        }
        _ => Ok(()),
    }
}

/// RSA with PKCS #1 v1.5 padding.
const WITH_NULL: [ObjectIdentifier; 5] = [
    rfc5912::SHA_1_WITH_RSA_ENCRYPTION,
    rfc5912::SHA_224_WITH_RSA_ENCRYPTION,
    rfc5912::SHA_256_WITH_RSA_ENCRYPTION,
    rfc5912::SHA_384_WITH_RSA_ENCRYPTION,
    rfc5912::SHA_512_WITH_RSA_ENCRYPTION,
];

const WITH_NONE: [ObjectIdentifier; 6] = [
    rfc5912::ECDSA_WITH_SHA_224,
    rfc5912::ECDSA_WITH_SHA_256,
    rfc5912::ECDSA_WITH_SHA_384,
    rfc5912::ECDSA_WITH_SHA_512,
    rfc8410::ID_ED_25519,
    rfc8410::ID_ED_448,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn the_parameters_of_each_algorithm_pass() {
        Sample::server().verdict(&RULE).unwrap();
        let rsa = sequence(&[&oid(rfc5912::SHA_256_WITH_RSA_ENCRYPTION), &[5, 0]]);
        Sample::server().verdict_after(&RULE, |draft| draft.algorithm = rsa).unwrap();
    }

    #[test]
    fn rsa_without_null_and_ecdsa_or_eddsa_with_it_are_found() {
        for identifier in [
            sequence(&[&oid(rfc5912::SHA_256_WITH_RSA_ENCRYPTION)]),
            sequence(&[&oid(rfc5912::ECDSA_WITH_SHA_256), &[5, 0]]),
            sequence(&[&oid(rfc8410::ID_ED_25519), &[5, 0]]),
        ] {
            let verdict =
                Sample::server().verdict_after(&RULE, |draft| draft.algorithm = identifier);
            assert!(verdict.is_err());
        }
    }

    #[test]
    fn another_algorithm_may_have_parameters() {
        let pss = sequence(&[&oid(rfc5912::ID_RSASSA_PSS), &[0x30, 0]]);
        Sample::server().verdict_after(&RULE, |draft| draft.algorithm = pss).unwrap();
    }
}
