//! The value of each known extension is the one encoding that DER allows.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280;

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;
use crate::request::canonical;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.extension-der",
    citation: "RFC 5280 §4.2, X.690 §10",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for extension in view.extensions.iter().filter(|extension| is_known(extension.oid)) {
        if let Err(error) = canonical::check(extension.value) {
            return Err(format!("the value of {} is no DER: {error}", extension.oid));
        }
    }
    Ok(())
}

/// The extensions of RFC 5280; the value of another need not even be ASN.1.
fn is_known(oid: ObjectIdentifier) -> bool {
    let arcs = oid.as_bytes();
    arcs.starts_with(&[0x55, 0x1d])
        || [rfc5280::ID_PE_AUTHORITY_INFO_ACCESS, rfc5280::ID_PE_SUBJECT_INFO_ACCESS].contains(&oid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn what_we_encode_passes() {
        Sample::server().verdict(&RULE).unwrap();
        Sample::root().verdict(&RULE).unwrap();
    }

    #[test]
    fn long_lengths_and_other_booleans_are_found() {
        let set = |value: &[u8]| {
            let oid = rfc5280::ID_CE_BASIC_CONSTRAINTS;
            Sample::root().verdict_after(&RULE, |draft| draft.set(oid, true, value))
        };
        set(&[0x30, 3, 1, 1, 0xff]).unwrap();
        assert!(set(&[0x30, 6, 1, 1, 0xff, 2, 1, 0]).is_ok());
        assert!(set(&[0x30, 7, 1, 1, 0xff, 2, 2, 0, 0]).is_err());
        let policies = sequence(&[&sequence(&[&[6, 3, 0x55, 0x80, 3]])]);
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            draft.set(rfc5280::ID_CE_CERTIFICATE_POLICIES, false, &policies);
        });
        assert!(verdict.is_err());
    }

    #[test]
    fn the_value_of_an_unknown_extension_may_be_anything() {
        let oid = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.2");
        Sample::server().verdict_after(&RULE, |draft| draft.add(oid, false, &[0xff])).unwrap();
    }
}
