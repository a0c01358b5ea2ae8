//! subjectAltName holds at least one name, each of them distinct.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::{CertificateView, repeated};

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.san-not-empty",
    citation: "RFC 5280 §4.2.1.6",
    severity: Severity::Error,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    view.extension(rfc5280::ID_CE_SUBJECT_ALT_NAME).is_some()
}

fn check(view: &CertificateView<'_>) -> Verdict {
    if view.sans.is_empty() {
        return Err("subjectAltName holds no name".to_owned());
    }
    for (index, name) in view.sans.iter().enumerate() {
        if name.content.is_empty() {
            return Err(format!("name {} of subjectAltName is empty", index + 1));
        }
    }
    match repeated(&view.sans, |name| name.raw) {
        Some(index) => Err(format!("name {} of subjectAltName is there twice", index + 1)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn distinct_names_pass() {
        Sample::server().verdict(&RULE).unwrap();
    }

    #[test]
    fn no_name_and_a_repeated_name_are_found() {
        let oid = rfc5280::ID_CE_SUBJECT_ALT_NAME;
        let set = |value: Vec<u8>| {
            Sample::server().verdict_after(&RULE, |draft| draft.extension(oid).2 = value)
        };
        assert!(set(vec![0x30, 0]).is_err());
        assert!(set(tlv(0x30, &[0x82, 1, b'a', 0x82, 1, b'a'])).is_err());
        assert!(set(tlv(0x30, &[0x82, 0])).is_err());
    }
}
