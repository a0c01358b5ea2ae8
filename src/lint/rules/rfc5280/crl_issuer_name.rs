//! The issuer of a CRL is named, and is the CA's subject, byte for byte.

use crate::lint::rule::{Check, Rule, Severity, Verdict, every_crl};
use crate::lint::view::CrlView;
use crate::lint::view::names::empty_rdns;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.crl-issuer-name",
    citation: "RFC 5280 §5.1.2.3",
    severity: Severity::Error,
    check: Check::Crl { applies: every_crl, check },
};

fn check(view: &CrlView<'_>) -> Verdict {
    if view.issuer_attributes.is_empty() {
        return Err("the issuer field is empty".to_owned());
    }
    let empty = empty_rdns(view.issuer);
    if empty > 0 {
        return Err(format!("{empty} relative distinguished name(s) of the issuer are empty"));
    }
    match view.authority {
        Some(issuer) if issuer.subject != view.issuer => Err(format!(
            "the issuer field is {}, expected {}",
            hex::encode(view.issuer),
            hex::encode(issuer.subject)
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn the_bytes_of_the_cas_subject_pass() {
        CrlDraft::good().verdict(&RULE).unwrap();
        CrlDraft::delta().verdict(&RULE).unwrap();
    }

    #[test]
    fn an_empty_and_another_name_are_found() {
        assert!(CrlDraft::verdict_after(&RULE, |draft| draft.issuer = vec![0x30, 0]).is_err());
        assert!(
            CrlDraft::verdict_after(&RULE, |draft| {
                let last = draft.issuer.len() - 1;
                draft.issuer[last] ^= 1;
            })
            .is_err()
        );
    }

    #[test]
    fn a_relative_distinguished_name_without_an_attribute_is_found() {
        let verdict = CrlDraft::verdict_after(&RULE, |draft| {
            draft.issuer.extend([0x31, 0]);
            draft.issuer[1] += 2;
        });
        let words = verdict.unwrap_err();
        assert!(words.starts_with("1 relative distinguished name(s)"), "{words}");
    }
}
