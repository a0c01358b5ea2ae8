//! Every certificate that comes with a response can be read.

use crate::lint::rule::{Check, Rule, Severity, Verdict, answered};
use crate::lint::view::CertificateView;
use crate::lint::view::OcspView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc6960.certificates-readable",
    citation: "RFC 6960 §4.2.1",
    severity: Severity::Error,
    check: Check::Ocsp { applies: answered, check },
};

fn check(view: &OcspView<'_>) -> Verdict {
    let Some(basic) = &view.basic else { return Ok(()) };
    for (index, der) in basic.certificates.iter().enumerate() {
        if let Err(error) = CertificateView::foreign(der, None) {
            return Err(format!("certificate {} cannot be read: {error}", index + 1));
        }
    }
    Ok(())
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
    fn something_else_in_the_place_of_a_certificate_is_found() {
        assert!(
            OcspDraft::verdict_after(&RULE, |draft| draft.certificates.push(vec![0x30, 0]))
                .is_err()
        );
    }
}
