//! Each extension that has a meaning here has the form of its identifier.

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule. The rules about the content of an extension see nothing of one that it reports.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.extension-readable",
    citation: "RFC 5280 §4.2",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    match view.unreadable.first() {
        Some(one) => Err(format!("extension {} cannot be read: {}", one.oid, one.error)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    use const_oid::ObjectIdentifier;
    use const_oid::db::{rfc4519, rfc5280};

    #[test]
    fn the_extensions_of_the_pipeline_can_be_read() {
        Sample::server().verdict(&RULE).unwrap();
        Sample::root().verdict(&RULE).unwrap();
    }

    #[test]
    fn a_value_of_another_form_is_found() {
        for oid in [
            rfc5280::ID_CE_BASIC_CONSTRAINTS,
            rfc5280::ID_CE_KEY_USAGE,
            rfc5280::ID_CE_EXT_KEY_USAGE,
            rfc5280::ID_CE_SUBJECT_KEY_IDENTIFIER,
            rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER,
            rfc5280::ID_CE_SUBJECT_ALT_NAME,
            rfc5280::ID_CE_CERTIFICATE_POLICIES,
            rfc5280::ID_CE_POLICY_MAPPINGS,
            rfc5280::ID_CE_CRL_DISTRIBUTION_POINTS,
            rfc5280::ID_CE_FRESHEST_CRL,
            rfc5280::ID_PE_AUTHORITY_INFO_ACCESS,
            rfc5280::ID_PE_SUBJECT_INFO_ACCESS,
            rfc5280::ID_CE_NAME_CONSTRAINTS,
            rfc5280::ID_CE_POLICY_CONSTRAINTS,
            rfc5280::ID_CE_ISSUER_ALT_NAME,
            rfc5280::ID_CE_SUBJECT_DIRECTORY_ATTRIBUTES,
            rfc5280::ID_CE_INHIBIT_ANY_POLICY,
        ] {
            assert!(with(oid, &[5, 0]).is_err(), "{oid}");
        }
    }

    fn with(oid: ObjectIdentifier, value: &[u8]) -> Verdict {
        Sample::server().verdict_after(&RULE, |draft| draft.set(oid, false, value))
    }

    #[test]
    fn parts_that_are_seldom_there_can_be_read() {
        let pair = sequence(&[&[0x80, 1, 7], &tlv(0xa1, &[0x82, 1, b'a']), &[0x82, 1, 7]]);
        with(rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER, &pair).unwrap();
        let relative = tlv(0xa0, &tlv(0xa1, &attribute(rfc4519::COMMON_NAME, UTF8_STRING, b"a")));
        let issuer = tlv(0xa2, &general_name(2, b"a"));
        let points = sequence(&[&sequence(&[&relative, &[0x81, 2, 6, 0x40], &issuer])]);
        with(rfc5280::ID_CE_CRL_DISTRIBUTION_POINTS, &points).unwrap();
    }

    #[test]
    fn a_notice_is_a_reference_and_a_text_in_this_order_and_each_once_at_most() {
        let text = tlv(UTF8_STRING, b"a");
        let reference = sequence(&[&text, &sequence(&[&[2, 1, 1]])]);
        let with_notice = |parts: &[&[u8]]| {
            let qualifier = sequence(&[&oid(rfc5280::ID_QT_UNOTICE), &sequence(parts)]);
            with(rfc5280::ID_CE_CERTIFICATE_POLICIES, &policy(&[&qualifier]))
        };
        for parts in [&[&reference[..], &text][..], &[&reference], &[&text], &[]] {
            with_notice(parts).unwrap();
        }
        for parts in
            [[&text[..], &reference], [&reference, &reference], [&text, &text], [&text, &[2, 1, 1]]]
        {
            assert!(with_notice(&parts).is_err(), "{parts:?}");
        }
    }

    #[test]
    fn another_qualifier_than_a_notice_need_not_look_like_one() {
        let cps = sequence(&[&oid(rfc5280::ID_QT_CPS), &tlv(IA5_STRING, b"http://example.com")]);
        with(rfc5280::ID_CE_CERTIFICATE_POLICIES, &policy(&[&cps])).unwrap();
    }
}
