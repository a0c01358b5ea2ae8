//! A request of ours holds the planned subject and key, and nothing else.

use crate::lint::rule::{Check, Rule, Severity, Verdict, planned_request};
use crate::lint::view::RequestView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "keystead.request-as-planned",
    citation: "RFC 2986 §4.1",
    severity: Severity::Error,
    check: Check::Request { applies: planned_request, check },
};

fn check(view: &RequestView<'_>) -> Verdict {
    let Some(plan) = view.plan else { return Ok(()) };
    if view.subject != plan.subject().as_der() {
        return Err(format!("the subject is {}, planned was another", hex::encode(view.subject)));
    }
    if view.spki != plan.spki().as_der() {
        return Err(format!("the key is {}, planned was another", hex::encode(view.spki)));
    }
    if !view.attributes.is_empty() {
        return Err(format!("the request has attributes {}", hex::encode(view.attributes)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn the_planned_request_passes() {
        Sample::request().verdict(&RULE).unwrap();
    }

    #[test]
    fn another_key_and_another_subject_are_found() {
        let key = Sample::request().verdict_after_bytes(&RULE, |der| {
            let at = der.len() - 3;
            der[at] ^= 1;
        });
        assert!(key.is_err());
        let subject = Sample::request().verdict_after_bytes(&RULE, |der| {
            let at = der.windows(7).position(|bytes| bytes == b"Example").unwrap();
            der[at] = b'e';
        });
        assert!(subject.is_err());
    }
}
