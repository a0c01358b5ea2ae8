//! A host name in a server's CN is among its alternative names: old clients read CN.

use std::net::IpAddr;

use const_oid::db::{rfc4519, rfc5280};

use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "keystead.server-cn-among-names",
    citation: "RFC 9525 §1.2",
    severity: Severity::Warning,
    check: Check::Certificate { applies, check },
};

fn applies(view: &CertificateView<'_>) -> bool {
    view.is_leaf() && view.extended_key_usage.contains(&rfc5280::ID_KP_SERVER_AUTH)
}

fn check(view: &CertificateView<'_>) -> Verdict {
    for name in view.attributes_of(rfc4519::COMMON_NAME) {
        let text = name.text();
        // Only what looks like a host name: CN=kube-apiserver is a label, not a host.
        if !text.contains('.') || text.contains([' ', ':', '/']) {
            continue;
        }
        let is_dns_name = view.sans_of(2).any(|san| san.eq_ignore_ascii_case(text.as_bytes()));
        let is_address = text.parse::<IpAddr>().is_ok_and(|address| {
            let octets = match address {
                IpAddr::V4(v4) => v4.octets().to_vec(),
                IpAddr::V6(v6) => v6.octets().to_vec(),
            };
            view.sans_of(7).any(|san| san == octets)
        });
        if !is_dns_name && !is_address {
            return Err(format!("CN={text} is not among the subject alternative names"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn a_name_that_is_among_them_and_a_label_pass() {
        Sample::server().verdict(&RULE).unwrap();
        for subject in ["CN=kube-apiserver", "CN=192.0.2.1"] {
            Sample::server().verdict_after(&RULE, |draft| draft.set_subject(subject)).unwrap();
        }
    }

    #[test]
    fn another_host_is_found() {
        let verdict =
            Sample::server().verdict_after(&RULE, |draft| draft.set_subject("CN=mail.example.com"));
        assert!(verdict.is_err());
    }

    #[test]
    fn a_client_may_be_named_as_it_likes() {
        let subject = "CN=mail.example.com";
        Sample::client().verdict_after(&RULE, |draft| draft.set_subject(subject)).unwrap();
    }
}
