//! keyUsage ends with its last set bit and has at most nine.

use const_oid::db::rfc5280;
use der::Tag;

use crate::base::element::Element;
use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;
use crate::lint::view::bit_string;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.key-usage-encoding",
    citation: "RFC 5280 §4.2.1.3, X.690 §11.2.2",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let Some(extension) = view.extension(rfc5280::ID_CE_KEY_USAGE) else { return Ok(()) };
    let bits = Element::only(extension.value, Tag::BitString);
    let Ok((unused, octets)) = bits.and_then(bit_string) else {
        return Err("keyUsage is no BIT STRING".to_owned());
    };
    let last = octets.last().copied().unwrap_or_default();
    if octets.is_empty() || u32::from(unused) != last.trailing_zeros() {
        return Err(format!(
            "keyUsage {} does not end with a set bit",
            hex::encode(extension.value)
        ));
    }
    if octets.len() * 8 - usize::from(unused) > 9 {
        return Err(format!("keyUsage {} has more than nine bits", hex::encode(extension.value)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn trimmed_bits_pass() {
        for sample in [Sample::server(), Sample::root()] {
            sample.verdict(&RULE).unwrap();
        }
        Sample::server().verdict_after(&RULE, |draft| draft.set_key_usage(&[7, 0, 0x80])).unwrap();
    }

    #[test]
    fn trailing_zeros_no_bits_and_ten_bits_are_found() {
        for content in [&[0, 0x80][..], &[7, 0x80, 0], &[0], &[6, 0x80, 0x40]] {
            let verdict =
                Sample::server().verdict_after(&RULE, |draft| draft.set_key_usage(content));
            assert!(verdict.is_err(), "{content:?}");
        }
    }
}
