//! A nonce has 1 to 128 octets.

use const_oid::db::rfc6960;
use der::Tag;

use crate::base::element::Element;
use crate::lint::rule::{Check, Rule, Severity, Verdict, answered};
use crate::lint::view::OcspView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc6960.nonce-length",
    citation: "RFC 9654 §2.1",
    severity: Severity::Error,
    check: Check::Ocsp { applies: answered, check },
};

fn check(view: &OcspView<'_>) -> Verdict {
    let Some(basic) = &view.basic else { return Ok(()) };
    let Some(extension) = basic.extension(rfc6960::ID_PKIX_OCSP_NONCE) else { return Ok(()) };
    match Element::only(extension.value, Tag::OctetString).map(|nonce| nonce.content.len()) {
        Ok(1..=128) => Ok(()),
        Ok(length) => Err(format!("the nonce has {length} octets, expected 1 to 128")),
        Err(error) => Err(format!("the nonce cannot be read: {error}")),
    }
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
    fn an_empty_a_long_and_a_malformed_nonce_are_found() {
        assert!(
            OcspDraft::verdict_after(&RULE, |draft| draft.extensions[0].2 = vec![4, 0]).is_err()
        );
        assert!(
            OcspDraft::verdict_after(&RULE, |draft| draft.extensions[0].2 = tlv(0x04, &[1; 129]))
                .is_err()
        );
        assert!(
            OcspDraft::verdict_after(&RULE, |draft| draft.extensions[0].2 = vec![1; 32]).is_err()
        );
    }
}
