//! A relative distinguished name has each attribute type once.

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.rdn-distinct-types",
    citation: "X.501 §9.3, RFC 5280 §4.1.2.4",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for (index, attribute) in view.attributes.iter().enumerate() {
        let earlier = view.attributes.iter().take(index);
        let mut same_rdn = earlier.filter(|other| other.rdn == attribute.rdn);
        if same_rdn.any(|other| other.oid == attribute.oid) {
            return Err(format!("attribute {} is twice in one RDN of the subject", attribute.oid));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn one_type_in_two_rdns_and_two_types_in_one_pass() {
        for subject in ["CN=a,OU=b,OU=c", "CN=a+OU=b,O=c"] {
            Sample::server().verdict_after(&RULE, |draft| draft.set_subject(subject)).unwrap();
        }
    }

    #[test]
    fn one_type_twice_in_one_rdn_is_found() {
        let verdict =
            Sample::server().verdict_after(&RULE, |draft| draft.set_subject("CN=a,OU=b+OU=c"));
        assert!(verdict.is_err());
    }
}
