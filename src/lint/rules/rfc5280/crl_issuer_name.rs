//! The issuer of a CRL is named, and is the CA's subject, byte for byte.

use crate::lint::rule::{Check, Rule, Severity, Verdict, every_crl};
use crate::lint::view::CrlView;

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
}
