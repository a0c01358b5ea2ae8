//! Who issues CRLs has the key usage cRLSign.

use x509_cert::ext::pkix::KeyUsages;

use crate::lint::rule::{Check, Rule, Severity, Verdict, every_crl};
use crate::lint::view::CrlView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.crl-issuer-may-sign",
    citation: "RFC 5280 §4.2.1.3, §6.3.3 (f)",
    severity: Severity::Error,
    check: Check::Crl { applies: every_crl, check },
};

fn check(view: &CrlView<'_>) -> Verdict {
    let usages = view.authority.and_then(|issuer| issuer.key_usage);
    if usages.is_some_and(|usages| !usages.contains(KeyUsages::CRLSign)) {
        return Err("the issuer's key usage lacks cRLSign".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    use crate::lint::view::{CertificateView, IssuerFacts};

    #[test]
    fn a_ca_with_crl_sign_passes() {
        CrlDraft::good().verdict(&RULE).unwrap();
        CrlDraft::delta().verdict(&RULE).unwrap();
    }

    #[test]
    fn a_ca_without_it_is_found() {
        let root = reissued_root(|draft| {
            draft.extension(const_oid::db::rfc5280::ID_CE_KEY_USAGE).2 = vec![3, 2, 2, 4];
        });
        let issuer = CertificateView::foreign(&root, None).unwrap();
        let der = CrlDraft::good().encode();
        let view = CrlView::foreign(&der, Some(IssuerFacts::of_certificate(&issuer))).unwrap();
        assert!(RULE.on_crl(&view).is_err());
    }
}
