//! Each alternative name has the form of its kind.

use der::Tag;

use crate::base::element::Element;
use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;
use crate::lint::view::extensions::children;
use crate::lint::view::names::kind;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.general-name-form",
    citation: "RFC 5280 §4.2.1.6",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for name in &view.sans {
        let Tag::ContextSpecific { number, constructed } = name.tag else {
            return Err(format!("a {} is no alternative name", name.tag));
        };
        match (number.0, constructed) {
            (0, true) => other_name(name)?,
            (1 | 2 | 6 | 7 | 8, false) | (3..=5, true) => {}
            (0..=8, _) => {
                return Err(format!(
                    "alternative name [{}] is wrongly constructed or primitive",
                    number.0
                ));
            }
            _ => return Err(format!("there is no alternative name [{}]", number.0)),
        }
    }
    Ok(())
}

/// OtherName: an identifier and one value in [0].
fn other_name(name: &Element<'_>) -> Verdict {
    match children(*name).unwrap_or_default().as_slice() {
        [oid, value] if oid.oid().is_ok() && kind(value) == Some(0) => Ok(()),
        _ => Err("an otherName is no pair of identifier and value".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn the_usual_kinds_and_an_other_name_pass() {
        Sample::server().verdict(&RULE).unwrap();
        let other = tlv(0xa0, &[&dotted("1.2.3")[..], &tlv(0xa0, &[5, 0])].concat());
        Sample::server().verdict_after(&RULE, |draft| draft.set_sans(&[other])).unwrap();
    }

    #[test]
    fn unknown_kinds_constructed_text_and_a_bare_other_name_are_found() {
        for name in
            [vec![0x89, 1, 0], vec![0xa2, 0], vec![0x16, 1, b'a'], tlv(0xa0, &dotted("1.2"))]
        {
            let verdict = Sample::server().verdict_after(&RULE, |draft| draft.set_sans(&[name]));
            assert!(verdict.is_err());
        }
    }

    #[test]
    fn another_pair_than_identifier_and_value_is_found() {
        let value = tlv(0xa0, &[5, 0]);
        for pair in [[&[5, 0][..], &value], [&dotted("1.2.3"), &[5, 0]], [&[5, 0], &[5, 0]]] {
            let other = tlv(0xa0, &pair.concat());
            let verdict = Sample::server().verdict_after(&RULE, |draft| draft.set_sans(&[other]));
            assert!(verdict.is_err(), "{pair:?}");
        }
    }
}
