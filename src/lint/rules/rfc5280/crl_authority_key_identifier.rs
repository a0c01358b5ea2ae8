//! A CRL names its issuer's key: by the issuer's subject key identifier, not critical.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict, every_crl};
use crate::lint::view::CrlView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.crl-authority-key-identifier",
    citation: "RFC 5280 §5.2.1",
    severity: Severity::Error,
    check: Check::Crl { applies: every_crl, check },
};

fn check(view: &CrlView<'_>) -> Verdict {
    let Some(extension) = view.extension(rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER) else {
        return Err("authorityKeyIdentifier is missing".to_owned());
    };
    if extension.critical {
        return Err("authorityKeyIdentifier is critical".to_owned());
    }
    let Some(found) = view.authority_key_id else {
        return Err("authorityKeyIdentifier has no key identifier".to_owned());
    };
    match view.authority.and_then(|issuer| issuer.key_id) {
        Some(expected) if found != expected => Err(format!(
            "authorityKeyIdentifier is {}, the issuer's identifier is {}",
            hex::encode(found),
            hex::encode(expected)
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn the_issuers_identifier_passes() {
        CrlDraft::good().verdict(&RULE).unwrap();
        CrlDraft::delta().verdict(&RULE).unwrap();
    }

    #[test]
    fn a_missing_critical_or_foreign_identifier_is_found() {
        let oid = rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER;
        assert!(
            CrlDraft::verdict_after(&RULE, |draft| draft.extensions.retain(|one| one.0 != oid))
                .is_err()
        );
        assert!(
            CrlDraft::verdict_after(&RULE, |draft| draft.set(
                oid,
                true,
                &tlv(0x30, &tlv(0x80, &[1]))
            ))
            .is_err()
        );
        assert!(
            CrlDraft::verdict_after(&RULE, |draft| draft.set(
                oid,
                false,
                &tlv(0x30, &tlv(0x80, &[1; 20]))
            ))
            .is_err()
        );
        assert!(CrlDraft::verdict_after(&RULE, |draft| draft.set(oid, false, &[0x30, 0])).is_err());
    }
}
