//! Values that are the default are not written out: critical FALSE, cA FALSE.

use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.no-encoded-defaults",
    citation: "X.690 §11.5, RFC 5280 §4.1, §4.2.1.9",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    if let Some(extension) = view.extensions.iter().find(|extension| extension.default_written) {
        return Err(format!("extension {} says critical FALSE", extension.oid));
    }
    let constraints = view.elements_of(rfc5280::ID_CE_BASIC_CONSTRAINTS).unwrap_or_default();
    if constraints.first().is_some_and(|first| first.raw == [1, 1, 0]) {
        return Err("basicConstraints says cA FALSE".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn defaults_left_out_pass() {
        Sample::server().verdict(&RULE).unwrap();
        Sample::root().verdict(&RULE).unwrap();
    }

    #[test]
    fn ca_false_and_critical_false_are_found() {
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set(rfc5280::ID_CE_BASIC_CONSTRAINTS, true, &sequence(&[&[1, 1, 0]]));
        });
        assert!(verdict.is_err());
        let verdict = Sample::server().verdict_after_bytes(&RULE, |der| {
            let at = der.windows(3).position(|bytes| bytes == [1, 1, 0xff]).unwrap();
            der[at + 2] = 0;
        });
        assert!(verdict.is_err());
    }
}
