//! Every certificate of a tree is good under its own CA, for its purposes, and under no other CA:
//! openssl, rustls-webpki and GnuTLS agree.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, UNIX_EPOCH};

use rustls_pki_types::{CertificateDer, UnixTime};
use webpki::{EndEntityCert, KeyUsage};

use crate::support::{
    ISSUERS, Leaf, Purpose, Site, oracle, pem, pem_blocks, put, succeeds, text, verdict,
};

/// Three control planes with ten certificates of files and four kubeconfigs each, a worker with three:
/// fewer means that the walk missed some.
const AT_LEAST: usize = 40;

#[test]
fn openssl_accepts_each_certificate_under_its_own_ca_and_no_other() {
    let Some(openssl) = oracle("openssl") else { return };
    every_verdict_is_right(|site, leaf, issuer, purpose| {
        let purpose = match purpose {
            Purpose::Client => "sslclient",
            Purpose::Server => "sslserver",
        };
        verdict(
            Command::new(&openssl)
                .args(["verify", "-x509_strict", "-purpose", purpose, "-no-CApath", "-no-CAstore"])
                .arg("-CAfile")
                .arg(site.ca_file(issuer))
                .arg(as_file(site, leaf)),
        )
    });
}

#[test]
fn gnutls_accepts_each_certificate_under_its_own_ca_and_no_other() {
    let Some(certtool) = oracle("certtool") else { return };
    every_verdict_is_right(|site, leaf, issuer, purpose| {
        let purpose = match purpose {
            Purpose::Client => "1.3.6.1.5.5.7.3.2",
            Purpose::Server => "1.3.6.1.5.5.7.3.1",
        };
        verdict(
            Command::new(&certtool)
                .args(["--verify", "--verify-profile=high", "--verify-purpose", purpose])
                .arg("--load-ca-certificate")
                .arg(site.ca_file(issuer))
                .arg("--infile")
                .arg(as_file(site, leaf)),
        )
    });
}

#[test]
fn webpki_accepts_each_certificate_under_its_own_ca_and_no_other() {
    every_verdict_is_right(|site, leaf, issuer, purpose| {
        let ca = pem_blocks(&text(&site.ca_file(issuer)), "CERTIFICATE").remove(0);
        let ca = CertificateDer::from(ca);
        let anchor = webpki::anchor_from_trusted_cert(&ca).expect("a trust anchor");
        let der = CertificateDer::from(leaf.der.as_slice());
        let result = EndEntityCert::try_from(&der).and_then(|certificate| {
            let usage = match purpose {
                Purpose::Client => KeyUsage::client_auth(),
                Purpose::Server => KeyUsage::server_auth(),
            };
            certificate
                .verify_for_usage(
                    webpki::ALL_VERIFICATION_ALGS,
                    std::slice::from_ref(&anchor),
                    &[],
                    now(),
                    usage,
                    None,
                    None,
                )
                .map(drop)
        });
        (result.is_ok(), format!("{result:?}"))
    });
}

#[test]
fn zlint_finds_no_error_in_any_certificate() {
    let Some(zlint) = oracle("zlint") else { return };
    let site = Site::with_tree();
    let mut wrong = Vec::new();
    let mut judged = 0;
    let cas = ISSUERS.map(|(name, _)| (format!("{name} (CA)"), site.ca_file(name)));
    let leaves = site.leaves();
    let leaves = leaves.iter().map(|leaf| (leaf.name.clone(), as_file(&site, leaf)));
    for (name, file) in leaves.chain(cas) {
        let output = succeeds(
            // What is left out are the rules for certificates of the public web.
            Command::new(&zlint)
                .arg("-excludeSources=CABF_BR,CABF_EV,CABF_SMIME_BR,Mozilla,Apple,ETSI_ESI")
                .arg(file),
        );
        let verdicts: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        for (lint, verdict) in verdicts.as_object().expect("one entry a lint") {
            let result = verdict.pointer("/result").and_then(serde_json::Value::as_str);
            let result = result.expect("a result");
            judged += usize::from(result == "pass");
            if ["error", "fatal", "warn"].contains(&result) {
                wrong.push(format!("{name}: {lint}: {verdict}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(judged > 1000, "only {judged} verdicts");
}

#[test]
fn openssl_refuses_a_certificate_for_the_purpose_it_does_not_have() {
    let site = Site::with_tree();
    let Some(openssl) = oracle("openssl") else { return };
    let mut refused = 0;
    for leaf in site.leaves().iter().filter(|leaf| leaf.purposes == [Purpose::Client]) {
        let (accepted, said) = verdict(
            Command::new(&openssl)
                .args(["verify", "-x509_strict", "-purpose", "sslserver", "-CAfile"])
                .arg(site.ca_file(leaf.issuer))
                .arg(as_file(&site, leaf)),
        );
        assert!(!accepted && said.contains("purpose"), "{}: {said}", leaf.name);
        refused += 1;
    }
    assert!(refused > 10, "{refused}");
}

#[test]
fn the_names_that_clients_use_are_in_the_server_certificates() {
    let site = Site::with_tree();
    let mut checked = 0;
    for leaf in site.leaves().iter().filter(|leaf| leaf.purposes.contains(&Purpose::Server)) {
        let node = leaf.name.split('/').next().unwrap_or_default();
        let mut names = vec![node, "127.0.0.1"];
        if leaf.name.ends_with("apiserver.crt") {
            names.extend(["10.32.0.1", "api.oracles.example.com", "::1", "kubernetes"]);
            names.extend(["kubernetes.default.svc.cluster.local"]);
        } else if leaf.issuer == "etcd" {
            names.extend(["localhost", "::1"]);
        } else {
            names.truncate(1);
        }
        let der = CertificateDer::from(leaf.der.as_slice());
        let certificate = EndEntityCert::try_from(&der).expect("a certificate");
        for name in names {
            let server = rustls_pki_types::ServerName::try_from(name).expect("a name");
            let result = certificate.verify_is_valid_for_subject_name(&server);
            assert!(result.is_ok(), "{}: {name}: {result:?}", leaf.name);
        }
        checked += 1;
    }
    assert!(checked >= 10, "{checked}");
}

/// Asks the oracle about every certificate, CA and purpose.
fn every_verdict_is_right(ask: impl Fn(&Site, &Leaf, &str, Purpose) -> (bool, String)) {
    let site = Site::with_tree();
    let leaves = site.leaves();
    assert!(leaves.len() >= AT_LEAST, "only {} certificates found", leaves.len());
    let mut wrong = Vec::new();
    for leaf in &leaves {
        for purpose in leaf.purposes {
            for (issuer, _) in ISSUERS {
                let (accepted, said) = ask(&site, leaf, issuer, *purpose);
                if accepted != (issuer == leaf.issuer) {
                    wrong.push(format!(
                        "{} under {issuer} for {purpose:?}: accepted {accepted}: {said}",
                        leaf.name
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The certificate alone, so that a chain in the file cannot help it.
fn as_file(site: &Site, leaf: &Leaf) -> PathBuf {
    let path = site.path().join(format!("leaf-{}.pem", leaf.name.replace('/', "-")));
    if !path.exists() {
        put(&path, pem("CERTIFICATE", &leaf.der).as_bytes());
    }
    path
}

#[expect(clippy::disallowed_methods, reason = "an oracle judges at the present time")]
fn now() -> UnixTime {
    let since = std::time::SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    UnixTime::since_unix_epoch(Duration::from_secs(since.as_secs()))
}
