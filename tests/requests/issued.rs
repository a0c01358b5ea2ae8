//! What is issued is what was asked for, byte for byte.

use std::sync::Arc;

use der::{Decode as _, Encode as _};
use keystead::base::algorithm::sha256;
use keystead::profile::{Overrides, Profile};
use keystead::request;
use x509_cert::Certificate;

use crate::site::{Site, now, shipped};
use crate::support::csr::*;

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[test]
fn multi_valued_and_repeated_rdns_are_issued_byte_for_byte() {
    let site = Site::new();
    let key = Key::generate();
    let rdns = [
        rdn(&[("0.9.2342.19200300.100.1.25", 0x16, b"com")]),
        rdn(&[("0.9.2342.19200300.100.1.25", 0x16, b"example")]),
        rdn(&[("2.5.4.11", 0x0c, b"first")]),
        rdn(&[("2.5.4.11", 0x13, b"second")]),
        rdn(&[("2.5.4.10", 0x0c, "Société".as_bytes()), ("2.5.4.3", 0x0c, b"www.example.com")]),
    ];
    let csr = Csr::new(&key, "").with_dns(&["www.example.com"]).with_rdns(&rdns);
    let der = site.issue(&csr.signed_by(&key), "tls-server").unwrap();
    let certificate = Certificate::from_der(&der).unwrap();
    let tbs = certificate.tbs_certificate();
    assert_eq!(tbs.subject().to_der().unwrap(), csr.subject);
    assert_eq!(tbs.subject_public_key_info().to_der().unwrap(), csr.spki);
    assert_eq!(tbs.issuer().to_der().unwrap(), site.issuer.subject().as_der());
    assert!(holds(&der, &csr.subject) && holds(&der, &csr.spki));
    site.openssl_verifies(&der, "sslserver");
}

#[test]
fn names_keep_their_order_and_spelling() {
    let site = Site::new();
    let key = Key::generate();
    let names = [
        dns("z.example.com"),
        tlv(0x87, &[192, 0, 2, 1]),
        dns("A.Example.com"),
        tlv(0x86, b"spiffe://example.com/web"),
        dns("*.apps.example.com"),
        tlv(0x87, &[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
        tlv(0x81, b"ops@example.com"),
    ];
    let csr = Csr::new(&key, "CN=z.example.com").with_extensions(&[san_extension(&names)]);
    let text = Profile::find_shipped("tls-server").unwrap();
    let text = text.replace("[\"dns\", \"ip\", \"uri\"]", "[\"dns\", \"ip\", \"uri\", \"email\"]");
    let profile = Arc::new(Profile::from_toml(&text).unwrap());
    let plan = site.plan_with(&csr.signed_by(&key), &profile, &Overrides::default()).unwrap();
    let der = site.finish(plan);
    assert!(holds(&der, &sequence(&names)));
    site.openssl_verifies(&der, "sslserver");
}

#[test]
fn a_plan_carries_the_digests_of_its_request_and_of_its_profile() {
    let site = Site::new();
    let key = Key::generate();
    let csr = Csr::new(&key, "CN=a.example.com").with_dns(&["a.example.com"]).signed_by(&key);
    assert_eq!(request::verify(&csr).unwrap().sha256(), sha256(&csr));
    let plan = site.plan(&csr, "tls-server").unwrap();
    assert_eq!(plan.request_sha256(), Some(sha256(&csr)));
    let text = Profile::find_shipped("tls-server").unwrap();
    assert_eq!(plan.profile().sha256(), sha256(text.as_bytes()));
}

#[test]
fn what_a_profile_marks_critical_is_issued_critical() {
    let site = Site::new();
    let key = Key::generate();
    let names = sequence(&[dns("a.example.com")]);
    let text = Profile::find_shipped("tls-server").unwrap();
    let text = text.replace(
        "[usage]",
        "[usage]\ncertificate-policies = [\"1.2.3.4\"]\n\
         critical = [\"subjectAltName\", \"certificatePolicies\", \"extendedKeyUsage\"]",
    );
    let profile = Arc::new(Profile::from_toml(&text).unwrap());
    let csr = Csr::new(&key, "CN=a.example.com").with_extensions(&[
        extension("2.5.29.17", true, &names),
        extension("2.5.29.37", true, &sequence(&[oid("1.3.6.1.5.5.7.3.1")])),
    ]);
    let csr = csr.signed_by(&key);
    let der = site.finish(site.plan_with(&csr, &profile, &Overrides::default()).unwrap());
    let policies = sequence(&[sequence(&[oid("1.2.3.4")])]);
    for (kind, value) in [("2.5.29.17", names), ("2.5.29.32", policies)] {
        assert!(holds(&der, &extension(kind, true, &value)), "{kind}");
    }
    site.openssl_verifies(&der, "sslserver");
}

#[test]
fn without_a_subject_the_names_become_critical() {
    let site = Site::new();
    let key = Key::generate();
    let csr = Csr::new(&key, "").with_dns(&["a.example.com"]);
    let der = site.issue(&csr.signed_by(&key), "tls-server").unwrap();
    assert!(holds(&der, &extension("2.5.29.17", true, &sequence(&[dns("a.example.com")]))));
    site.openssl_verifies(&der, "sslserver");
    let csr = Csr::new(&key, "CN=a.example.com").with_dns(&["a.example.com"]);
    let der = site.issue(&csr.signed_by(&key), "tls-server").unwrap();
    assert!(holds(&der, &extension("2.5.29.17", false, &sequence(&[dns("a.example.com")]))));
}

#[test]
fn a_compatible_wish_is_granted_with_the_profiles_own_value() {
    let site = Site::new();
    let key = Key::generate();
    let csr = Csr::new(&key, "CN=a.example.com").with_extensions(&[
        san_extension(&[dns("a.example.com")]),
        extension("2.5.29.19", true, &[0x30, 0]),
        extension("2.5.29.15", true, &[3, 2, 7, 0x80]),
        extension("2.5.29.37", false, &sequence(&[oid("1.3.6.1.5.5.7.3.1")])),
    ]);
    let der = site.issue(&csr.signed_by(&key), "tls-server").unwrap();
    assert!(holds(&der, &extension("2.5.29.15", true, &[3, 2, 7, 0x80])));
    assert!(holds(&der, &extension("2.5.29.19", true, &[0x30, 0])));
    site.openssl_verifies(&der, "sslserver");
}

#[test]
fn overrides_replace_names_and_pass_the_same_gate() {
    let site = Site::new();
    let key = Key::generate();
    let csr =
        Csr::new(&key, "CN=asked.example.com").with_dns(&["asked.example.com"]).signed_by(&key);
    let overrides = |sans: &[&str], subject: Option<&str>| Overrides {
        subject: subject.map(|text| text.parse().unwrap()),
        sans: sans.iter().map(|text| text.parse().unwrap()).collect(),
        lifetime: Some(86_400),
    };
    let profile = shipped("tls-server");
    let chosen = overrides(&["dns:chosen.example.com"], Some("CN=chosen.example.com"));
    let plan = site.plan_with(&csr, &profile, &chosen).unwrap();
    assert_eq!(plan.sans(), chosen.sans);
    assert_eq!(plan.subject().to_string(), "CN=chosen.example.com");
    for (sans, subject, code) in [
        (&["dns:10.0.0.1"][..], None, "request.dns.ip-address"),
        (&["dns:a.example", "dns:A.example"][..], None, "policy.duplicate-san"),
        (&[][..], Some("CN=a,OU=system:masters"), "policy.kubernetes-group-in-ou"),
        (&[][..], Some("CN=a,CN=b"), "policy.subject-repeats"),
    ] {
        let refused = site.plan_with(&csr, &profile, &overrides(sans, subject)).unwrap_err();
        assert_eq!(refused.code(), code);
    }
}

#[test]
fn a_year_ends_on_its_last_second_and_begins_with_the_issuer_at_the_earliest() {
    let site = Site::new();
    let key = Key::generate();
    let csr = Csr::new(&key, "CN=a.example.com").with_dns(&["a.example.com"]).signed_by(&key);
    let plan = site.plan(&csr, "tls-server").unwrap();
    let keystead::profile::PlanKind::Certificate(validity) = plan.kind() else { panic!() };
    assert_eq!(validity.seconds(), 365 * 86_400);
    assert_eq!(validity.not_before(), now().minus(300));
    assert!(site.issuer.validity().encloses(validity));
}
