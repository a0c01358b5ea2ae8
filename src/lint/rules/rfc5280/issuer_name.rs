//! The issuer field is the issuer's subject, byte for byte.

use crate::lint::rule::{Check, Rule, Severity, Verdict, issuer_known};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.issuer-name",
    citation: "RFC 5280 §4.1.2.4, §6.1.3 (a)(4)",
    severity: Severity::Error,
    check: Check::Certificate { applies: issuer_known, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    let Some(authority) = view.authority else { return Ok(()) };
    if view.issuer == authority.subject {
        return Ok(());
    }
    Err(format!(
        "the issuer field is {}, expected {}",
        hex::encode(view.issuer),
        hex::encode(authority.subject)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn the_bytes_of_the_issuers_subject_pass() {
        Sample::server().verdict(&RULE).unwrap();
        Sample::root().verdict(&RULE).unwrap();
    }

    #[test]
    fn the_same_name_in_another_order_is_found() {
        let verdict = Sample::server().verdict_after(&RULE, |draft| {
            let name: crate::base::name::DistinguishedName =
                "CN=Example Root,DC=com,DC=example".parse().unwrap();
            draft.issuer = name.as_der().to_vec();
        });
        assert!(verdict.is_err());
    }
}
