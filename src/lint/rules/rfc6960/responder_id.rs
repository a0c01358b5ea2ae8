//! The responder is named by a name that is not empty, or by the SHA-1 of its key.

use der::Tag;

use crate::base::element::Element;
use crate::lint::rule::{Check, Rule, Severity, Verdict, answered};
use crate::lint::view::OcspView;
use crate::lint::view::context;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc6960.responder-id",
    citation: "RFC 6960 §4.2.1, §4.2.2.3",
    severity: Severity::Error,
    check: Check::Ocsp { applies: answered, check },
};

fn check(view: &OcspView<'_>) -> Verdict {
    let Some(basic) = &view.basic else { return Ok(()) };
    let id = basic.responder_id;
    if context(id.tag) == Some(1) {
        return match id.content {
            [0x30, 0] => Err("the responder's name is empty".to_owned()),
            _ => Ok(()),
        };
    }
    match Element::only(id.content, Tag::OctetString).map(|hash| hash.content.len()) {
        Ok(20) => Ok(()),
        Ok(length) => Err(format!("the responder's key hash has {length} octets, expected 20")),
        Err(error) => Err(format!("the responder's key hash cannot be read: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_name_passes() {
        OcspDraft::good().verdict(&RULE).unwrap();
    }

    #[test]
    fn a_key_hash_of_20_octets_passes_and_one_of_32_is_found() {
        let by_key = |length| tlv(0xa2, &tlv(0x04, &vec![1; length]));
        OcspDraft::verdict_after(&RULE, |draft| draft.responder_id = by_key(20)).unwrap();
        assert!(OcspDraft::verdict_after(&RULE, |draft| draft.responder_id = by_key(32)).is_err());
    }

    #[test]
    fn an_empty_name_is_found() {
        assert!(
            OcspDraft::verdict_after(&RULE, |draft| draft.responder_id = tlv(0xa1, &[0x30, 0]))
                .is_err()
        );
    }
}
