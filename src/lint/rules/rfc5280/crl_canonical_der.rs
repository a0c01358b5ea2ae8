//! A CRL is the one encoding that DER allows.

use crate::lint::rule::{Check, Rule, Severity, Verdict, every_crl};
use crate::lint::view::CrlView;
use crate::request::canonical;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.crl-canonical-der",
    citation: "RFC 5280 §5.1; X.690 §10, §11",
    severity: Severity::Error,
    check: Check::Crl { applies: every_crl, check },
};

fn check(view: &CrlView<'_>) -> Verdict {
    let der = view.finished.map_or(view.der, |finished| finished.der);
    canonical::check_long(der).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_good_crl_passes() {
        CrlDraft::good().verdict(&RULE).unwrap();
        CrlDraft::delta().verdict(&RULE).unwrap();
    }

    #[test]
    fn needless_leading_zeros_are_found() {
        assert!(CrlDraft::verdict_after(&RULE, |draft| draft.entry().serial = vec![0, 7]).is_err());
    }
}
