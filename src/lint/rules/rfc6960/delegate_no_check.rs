//! The certificate of a delegated responder says that it need not be checked itself.

use const_oid::db::rfc6960;

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::OcspView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc6960.delegate-no-check",
    citation: "RFC 6960 §4.2.2.2.1; CA/Browser Forum BR 4.9.9",
    severity: Severity::Warning,
    check: Check::Ocsp { applies, check },
};

fn applies(view: &OcspView<'_>) -> bool {
    view.delegate().is_some()
}

fn check(view: &OcspView<'_>) -> Verdict {
    match view.delegate().map(|one| one.extension(rfc6960::ID_PKIX_OCSP_NOCHECK)) {
        Some(None) => Err("the responder's certificate lacks id-pkix-ocsp-nocheck".to_owned()),
        Some(Some(extension)) if extension.value != [5, 0] => {
            Err("id-pkix-ocsp-nocheck of the responder's certificate is not NULL".to_owned())
        }
        _ => Ok(()),
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
    fn a_delegate_without_it_is_found() {
        let oid = rfc6960::ID_PKIX_OCSP_NOCHECK;
        assert!(
            OcspDraft::verdict_after(&RULE, |draft| draft.certificates =
                vec![responder(|cert| cert.remove(oid))])
            .is_err()
        );
        assert!(
            OcspDraft::verdict_after(&RULE, |draft| draft.certificates =
                vec![responder(|cert| cert.extension(oid).2 = vec![4, 0])])
            .is_err()
        );
    }
}
