//! A server key neither commits nor enciphers data.

use x509_cert::ext::pkix::KeyUsages;

use crate::lint::rule::{Check, Rule, Severity, Verdict, servers_only};
use crate::lint::view::CertificateView;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "cabf.server-key-usage",
    citation: "CA/Browser Forum BR 7.1.2.7.11",
    severity: Severity::Warning,
    check: Check::Certificate { applies: servers_only, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for (usage, name) in [
        (KeyUsages::NonRepudiation, "nonRepudiation"),
        (KeyUsages::DataEncipherment, "dataEncipherment"),
        (KeyUsages::EncipherOnly, "encipherOnly"),
        (KeyUsages::DecipherOnly, "decipherOnly"),
    ] {
        if view.has_usage(usage) {
            return Err(format!("serverAuth with {name}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    #[test]
    fn signature_and_key_encipherment_pass() {
        Sample::rsa_server().verdict(&RULE).unwrap();
    }

    #[test]
    fn non_repudiation_and_data_encipherment_are_found() {
        for content in [&[5, 0xe0][..], &[4, 0x90]] {
            let verdict =
                Sample::rsa_server().verdict_after(&RULE, |draft| draft.set_key_usage(content));
            assert!(verdict.is_err(), "{content:?}");
        }
    }
}
