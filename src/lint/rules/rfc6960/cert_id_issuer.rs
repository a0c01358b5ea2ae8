//! The certificates that are answered for are those of the issuer.

use crate::base::cert_id::CertHash;
use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::KeyView;
use crate::lint::view::OcspView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc6960.cert-id-issuer",
    citation: "RFC 6960 §4.1.1",
    severity: Severity::Error,
    check: Check::Ocsp { applies, check },
};

fn applies(view: &OcspView<'_>) -> bool {
    view.basic.is_some() && view.authority.is_some()
}

fn check(view: &OcspView<'_>) -> Verdict {
    let Some(basic) = &view.basic else { return Ok(()) };
    let Some(issuer) = view.authority else { return Ok(()) };
    let key = KeyView::of_spki(issuer.spki).map(|key| key.bits);
    for single in &basic.responses {
        let cert_id = single.cert_id;
        let Some(hash) = CertHash::of(cert_id.hash) else { continue };
        if hash.digest(issuer.subject).as_ref() != cert_id.issuer_name_hash {
            return Err("issuerNameHash is not that of the issuer's name".to_owned());
        }
        if key.is_some_and(|bits| hash.digest(bits).as_ref() != cert_id.issuer_key_hash) {
            return Err("issuerKeyHash is not that of the issuer's key".to_owned());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_good_response_passes() {
        OcspDraft::good().verdict(&RULE).unwrap();
    }

    #[test]
    fn answers_about_another_cas_certificates_are_found() {
        assert!(OcspDraft::verdict_after(&RULE, |draft| draft.single().name_hash[0] ^= 1).is_err());
        assert!(OcspDraft::verdict_after(&RULE, |draft| draft.single().key_hash[0] ^= 1).is_err());
    }
}
