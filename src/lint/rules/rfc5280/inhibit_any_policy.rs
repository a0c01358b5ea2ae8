//! inhibitAnyPolicy is critical and counts from zero.

use const_oid::db::rfc5280;
use der::Tag;

use crate::base::element::Element;
use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.inhibit-any-policy",
    citation: "RFC 5280 §4.2.1.14",
    severity: Severity::Error,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    view.extension(rfc5280::ID_CE_INHIBIT_ANY_POLICY).is_some()
}

fn check(view: &CertificateView<'_>) -> Verdict {
    let Some(extension) = view.extension(rfc5280::ID_CE_INHIBIT_ANY_POLICY) else { return Ok(()) };
    if !extension.critical {
        return Err("inhibitAnyPolicy is not critical".to_owned());
    }
    match Element::only(extension.value, Tag::Integer).map(|number| number.content.first()) {
        Ok(Some(first)) if first & 0x80 != 0 => Err("inhibitAnyPolicy is negative".to_owned()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_critical_zero_passes() {
        inhibited(true, &[2, 1, 0]).unwrap();
    }

    #[test]
    fn uncritical_and_negative_ones_are_found() {
        assert!(inhibited(false, &[2, 1, 0]).is_err());
        assert!(inhibited(true, &[2, 1, 0xff]).is_err());
    }

    fn inhibited(critical: bool, value: &[u8]) -> Verdict {
        let oid = rfc5280::ID_CE_INHIBIT_ANY_POLICY;
        Sample::intermediate().verdict_after(&RULE, |draft| draft.add(oid, critical, value))
    }
}
