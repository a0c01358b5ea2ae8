//! The authority key identifier is the issuer's subject key identifier, not critical.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.authority-key-identifier",
    citation: "RFC 5280 §4.2.1.1",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let critical = view
        .extension(rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER)
        .is_some_and(|extension| extension.critical);
    if critical {
        return Err("authorityKeyIdentifier is critical".to_owned());
    }
    // RFC 5280 §4.2.1.1: a self-signed certificate may leave it out; if not, it is its own identifier.
    let expected = match view.authority {
        Some(issuer) if issuer.is_self => None,
        None if view.is_self_issued() => None,
        None if view.authority_key_id.is_some() => return Ok(()),
        None => return Err("authorityKeyIdentifier has no key identifier".to_owned()),
        // An issuer without an identifier of its own is the issuer's matter.
        Some(issuer) => match issuer.key_id {
            Some(id) => Some(id),
            None => return Ok(()),
        },
    };
    let expected =
        expected.or_else(|| view.subject_key_id.filter(|_| view.authority_key_id.is_some()));
    if view.authority_key_id == expected {
        return Ok(());
    }
    let show = |id: Option<&[u8]>| id.map_or_else(|| "missing".to_owned(), hex::encode);
    let (found, expected) = (show(view.authority_key_id), show(expected));
    Err(format!("authorityKeyIdentifier is {found}, the issuer's identifier is {expected}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn the_issuers_identifier_passes_and_a_root_needs_none() {
        Sample::server().verdict(&RULE).unwrap();
        Sample::root().verdict(&RULE).unwrap();
    }

    #[test]
    fn a_missing_or_foreign_identifier_is_found() {
        let oid = rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER;
        assert!(Sample::server().verdict_after(&RULE, |draft| draft.remove(oid)).is_err());
        let foreign = Sample::server().verdict_after(&RULE, |draft| draft.extension(oid).2[4] ^= 1);
        assert!(foreign.is_err());
    }

    #[test]
    fn a_root_with_an_identifier_that_is_not_its_own_is_found() {
        let oid = rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER;
        let foreign = sequence(&[&tlv(0x80, &[7; 20])]);
        let verdict = Sample::root().verdict_after(&RULE, |draft| draft.set(oid, false, &foreign));
        assert!(verdict.is_err());
    }

    #[test]
    fn without_an_issuer_at_hand_all_but_roots_need_some_identifier() {
        let oid = rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER;
        Sample::server().verdict_as_foreign(&RULE, |_| {}).unwrap();
        assert!(Sample::server().verdict_as_foreign(&RULE, |draft| draft.remove(oid)).is_err());
        let without = |draft: &mut Draft| draft.extensions.retain(|one| one.0 != oid);
        Sample::root().verdict_as_foreign(&RULE, without).unwrap();
    }
}
