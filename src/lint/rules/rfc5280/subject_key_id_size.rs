//! The subject key identifier is long enough to tell keys apart and no longer than a hash.

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.subject-key-id-size",
    citation: "RFC 5280 §4.2.1.2, RFC 7093 §2",
    severity: Severity::Warning,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    match view.subject_key_id.map(<[u8]>::len) {
        Some(length) if !(8..=64).contains(&length) => {
            Err(format!("subjectKeyIdentifier has {length} octets, expected 8 to 64"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    use const_oid::db::rfc5280;

    #[test]
    fn a_hash_passes() {
        Sample::server().verdict(&RULE).unwrap();
    }

    #[test]
    fn an_empty_and_an_endless_one_are_found() {
        for value in [tlv(4, &[]), tlv(4, &[7; 65])] {
            let oid = rfc5280::ID_CE_SUBJECT_KEY_IDENTIFIER;
            let verdict =
                Sample::server().verdict_after(&RULE, |draft| draft.set(oid, false, &value));
            assert!(verdict.is_err());
        }
    }
}
