//! Profiles proven by themselves: the shipped ones all pass, a profile that does not do what it says
//! fails and names what is wrong.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::sync::Arc;

use keystead::base::clock::Timestamp;
use keystead::base::crypto::verify_signature;
use keystead::base::pointers::{CrlPoints, CrlScope, IssuerPointers};
use keystead::lint::Registry;
use keystead::profile::{Expectation, Overrides, Profile, ProfileKind};
use keystead::trial::{self, Proof, Prover, Signatory, ThrowawayIssuer};

/// 2026-06-01T00:00:00Z.
fn now() -> Timestamp {
    Timestamp::from_unix(1_780_272_000)
}

fn prove(text: &str) -> Proof {
    let profile = Arc::new(Profile::from_toml(text).unwrap());
    Prover::new(now()).unwrap().prove(&profile).unwrap()
}

fn failures(proof: &Proof) -> Vec<String> {
    let failed = proof.cases.iter().filter(|case| !case.passed());
    failed
        .map(|case| {
            let reason = case.reason.as_deref().unwrap_or_default();
            format!("{}: {} instead of {} ({reason})", case.what, case.found, case.expected)
        })
        .collect()
}

#[test]
fn every_shipped_profile_passes_its_own_trial() {
    let mut prover = Prover::new(now()).unwrap();
    for (name, text) in Profile::shipped() {
        let profile = Arc::new(Profile::from_toml(text).unwrap());
        let proof = prover.prove(&profile).unwrap();
        assert!(proof.passed(), "{name}: {:#?}", failures(&proof));
        let issued = proof.cases.iter().filter(|case| case.certificate.is_some()).count();
        let refused = proof.cases.len() - issued;
        assert!(issued >= profile.key_algorithms().len(), "{name}: {issued} issued");
        assert!(refused >= 4, "{name}: {refused} refused");
        assert!(!profile.examples().is_empty(), "{name} has no example");
    }
}

#[test]
fn every_shipped_profile_but_kubernetes_own_takes_the_issuers_pointers_without_a_finding() {
    let throwaway = ThrowawayIssuer::new().unwrap();
    let pointers = IssuerPointers {
        crl: Some(CrlPoints {
            url: "http://crl.example.com/{shard}.crl".to_owned(),
            delta_url: Some("http://crl.example.com/{shard}-delta.crl".to_owned()),
            shards: 8,
            scope: CrlScope::All,
        }),
        ocsp: Some("http://ocsp.example.com".to_owned()),
        ca_issuers: Some("http://ca.example.com/ca.cer".to_owned()),
    };
    let signatory = Signatory {
        certificate: throwaway.certificate(),
        algorithm: throwaway.algorithm(),
        pointers: &pointers,
    };
    let key = rcgen::KeyPair::generate().unwrap();
    let csr = rcgen::CertificateParams::default().serialize_request(&key).unwrap();
    let mut pointing = 0;
    for (name, text) in Profile::shipped() {
        let profile = Arc::new(Profile::from_toml(text).unwrap());
        if name.starts_with("k8s-") {
            assert!(!profile.follows_issuer_pointers(), "{name}");
        } else if name.starts_with("tls-") || *name == "intermediate-ca" {
            assert!(profile.follows_issuer_pointers(), "{name}");
        }
        assert!(!profile.allows_hold(), "{name}");
        if profile.kind() == ProfileKind::Root {
            continue;
        }
        let good = profile.examples().iter().find(|it| it.expect == Expectation::Accepted);
        let good = good.unwrap();
        let overrides = Overrides {
            subject: Some(good.subject.clone()),
            sans: good.sans.clone(),
            ..Overrides::default()
        };
        let request = keystead::request::verify(csr.der()).unwrap();
        let rules = Registry::all();
        let linted = trial::check(request, &profile, &overrides, &signatory, rules, now()).unwrap();
        // The names of an example are not always all that a cluster needs.
        let findings = linted.warnings().iter().filter(|it| !it.rule.starts_with("kubernetes."));
        assert_eq!(findings.count(), 0, "{name}: {:?}", linted.warnings());
        let serial = linted.tbs().serial().unwrap();
        let shard = serial.as_bytes().last().unwrap() % 8;
        let text = String::from_utf8_lossy(linted.tbs().as_der()).into_owned();
        for place in [
            format!("http://crl.example.com/{shard}.crl"),
            format!("http://crl.example.com/{shard}-delta.crl"),
            "http://ocsp.example.com".to_owned(),
            "http://ca.example.com/ca.cer".to_owned(),
        ] {
            let count = usize::from(profile.follows_issuer_pointers());
            assert_eq!(text.matches(&place).count(), count, "{name}: {place}");
            pointing += count;
        }
    }
    assert!(pointing >= 16, "{pointing}");
}

/// A site's profile with limits of every kind; `extra` goes to its end.
fn site(subject: &str, san: &str, extra: &str) -> String {
    format!(
        r#"
version = 1
name = "site"
description = "Of the tests"
kind = "leaf"
[validity]
default-days = 30
max-days = 90
[key]
algorithms = ["ec-p256", "ed25519"]
[usage]
key-usage = ["digitalSignature"]
extended-key-usage = ["serverAuth"]
[subject]
{subject}
[san]
{san}
{extra}
"#
    )
}

#[test]
fn a_profile_with_limits_of_every_kind_is_proven_from_its_own_rules() {
    let proof = prove(&site(
        "allowed = [\"CN\", \"O\", \"C\"]\nrequired = [\"CN\"]\nmax-attributes = 2\n\
         fixed = { O = [\"Example\"] }\npattern = { CN = '[a-z.]+' }",
        "allowed = [\"dns\", \"ip\", \"uri\"]\nrequired = true\nmax-names = 2\n\
         dns-suffixes = [\"example.com\", \".svc.cluster.local\"]\n\
         deny-dns-suffixes = [\"secret.example.com\"]\nip-ranges = [\"10.0.0.0/8\", \"2001:db8::/32\"]\n\
         deny-ip-ranges = [\"10.0.0.0/30\"]\nuri-schemes = [\"spiffe\", \"https\"]\n\
         uri-hosts = [\"example.com\"]",
        "",
    ));
    assert!(proof.passed(), "{:#?}", failures(&proof));
    let issued: Vec<_> = proof.cases.iter().filter_map(|case| case.certificate.as_ref()).collect();
    let names: Vec<&str> =
        issued.iter().flat_map(|trophy| trophy.sans.iter().map(String::as_str)).collect();
    for name in [
        "dns:trial.example.com",
        "dns:trial.svc.cluster.local",
        "ip:10.0.0.4",
        "uri:spiffe://trial.example.com/trial",
        "uri:https://trial.example.com/trial",
    ] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
    assert!(names.iter().any(|name| name.starts_with("ip:2001:db8:")), "{names:?}");
    assert!(issued.iter().all(|trophy| trophy.subject.contains("O=Example")));
    let codes: Vec<&str> = proof.cases.iter().map(|case| case.found.as_str()).collect();
    for code in [
        "policy.requested-ca",
        "policy.requested-extension",
        "policy.san-kind",
        "policy.san-not-allowed",
        "policy.san-denied",
        "policy.wildcard",
        "policy.subject-attribute",
        "policy.subject-lacks",
        "policy.lifetime",
        "policy.key-algorithm",
    ] {
        assert!(codes.contains(&code), "{code}: {codes:?}");
    }
}

#[test]
fn a_pattern_that_nobody_can_guess_needs_an_example_and_says_so() {
    let (subject, san) = (
        "allowed = [\"CN\"]\nrequired = [\"CN\"]\npattern = { CN = 'host-[0-9]{5}\\.example\\.com' }",
        "allowed = [\"dns\"]",
    );
    let proof = prove(&site(subject, san, ""));
    assert!(!proof.passed());
    let failed = failures(&proof);
    assert!(failed[0].contains("subject.pattern.CN"), "{failed:?}");
    assert!(failed[0].contains("[[example]]"), "{failed:?}");
    let example = "[[example]]\nsubject = \"CN=host-00017.example.com\"\n\
                   sans = [\"dns:host-00017.example.com\"]\nexpect = \"accepted\"";
    let proof = prove(&site(subject, san, example));
    assert!(proof.passed(), "{:#?}", failures(&proof));
    let issued = proof.cases.iter().filter(|case| case.certificate.is_some()).count();
    assert_eq!(issued, 3, "both kinds of key, and the example itself");
}

#[test]
fn limits_that_leave_no_name_are_a_failure_with_the_key() {
    let proof = prove(&site(
        "allowed = [\"CN\"]",
        "allowed = [\"dns\"]\ndns-suffixes = [\"a.example.com\"]\n\
         deny-dns-suffixes = [\"example.com\"]",
        "",
    ));
    assert!(!proof.passed());
    assert!(failures(&proof)[0].contains("san.dns-suffixes a.example.com"), "{proof:?}");
}

#[test]
fn what_is_denied_but_is_no_host_anyway_is_no_failure() {
    let proof = prove(&site(
        "allowed = [\"CN\"]",
        "allowed = [\"dns\", \"ip\"]\ndeny-dns-suffixes = [\"_tcp.example.com\"]\n\
         deny-ip-ranges = [\"224.0.0.0/4\", \"ff00::/8\", \"0.0.0.0/32\"]",
        "",
    ));
    assert!(proof.passed(), "{:#?}", failures(&proof));
}

#[test]
fn an_example_that_comes_out_otherwise_fails() {
    for (example, found) in [
        ("sans = [\"dns:a.example.com\"]\nexpect = \"policy.san-kind\"", "accepted"),
        ("sans = [\"ip:10.0.0.1\"]\nexpect = \"accepted\"", "policy.san-kind"),
        ("sans = [\"ip:10.0.0.1\"]\nexpect = \"policy.wildcard\"", "policy.san-kind"),
    ] {
        let extra = format!("[[example]]\n{example}");
        let proof = prove(&site("allowed = [\"CN\"]", "allowed = [\"dns\"]", &extra));
        assert!(!proof.passed(), "{example}");
        let failed: Vec<_> = proof.cases.iter().filter(|case| !case.passed()).collect();
        assert_eq!(failed.len(), 1, "{:?}", failures(&proof));
        assert_eq!((failed[0].what.as_str(), failed[0].found.as_str()), ("example 1", found));
    }
}

#[test]
fn a_ca_profile_that_lists_no_basic_constraints_is_proven_to_refuse_the_wish() {
    let text = Profile::find_shipped("intermediate-ca").unwrap();
    let proof = prove(&text.replace("[\"basicConstraints\", ", "["));
    assert!(proof.passed(), "{:#?}", failures(&proof));
    let wish = proof.cases.iter().find(|case| case.what.contains("CA:FALSE")).unwrap();
    assert_eq!(wish.found, "policy.requested-extension");
}

#[test]
fn a_skipped_rule_that_does_not_exist_fails() {
    let skip =
        "[lint]\nskip = [{ rule = \"rfc5280.no-such-rule\", reason = \"it is in the way\" }]";
    let proof = prove(&site("allowed = [\"CN\"]", "allowed = [\"dns\"]", skip));
    assert!(!proof.passed());
    assert!(failures(&proof)[0].contains("rfc5280.no-such-rule"), "{:?}", failures(&proof));
}

#[test]
fn what_a_trial_issues_is_signed_by_its_throwaway_issuer_and_names_it() {
    use der::{Decode as _, Encode as _};
    let profile = Profile::find_shipped("tls-server").unwrap();
    let profile = Arc::new(Profile::from_toml(profile).unwrap());
    let mut prover = Prover::new(now()).unwrap();
    let proof = prover.prove(&profile).unwrap();
    let issuer = prover.issuer().certificate();
    for trophy in proof.cases.iter().filter_map(|case| case.certificate.as_ref()) {
        let certificate = x509_cert::Certificate::from_der(&trophy.der).unwrap();
        let tbs = certificate.tbs_certificate();
        assert_eq!(tbs.issuer().to_der().unwrap(), issuer.subject().as_der());
        let signature = certificate.signature().as_bytes().unwrap();
        let algorithm = prover.issuer().algorithm();
        verify_signature(issuer.spki(), algorithm, &tbs.to_der().unwrap(), signature).unwrap();
    }
}

#[test]
fn the_documented_profile_passes_its_trial() {
    let page = include_str!("../../docs/profiles.md");
    let (_, example) = page.split_once("```toml\n").unwrap();
    let proof = prove(example.split_once("```").unwrap().0);
    assert!(proof.passed(), "{:#?}", failures(&proof));
}
