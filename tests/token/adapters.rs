//! The shipped examples, run as a newcomer would, and what other programs say to their output.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::path::Path;
use std::process::Command;

use keystead::base::algorithm::{KeyAlgorithm, SignatureAlgorithm};
use keystead::base::challenge::Unrecorded;
use keystead::sign::x509_cert::builder::{Builder as _, RequestBuilder};
use keystead::sign::x509_cert::der::EncodePem as _;
use keystead::sign::x509_cert::der::pem::LineEnding;
use keystead::sign::{RcgenKey, RustCryptoKey, RustCryptoSignature, rcgen};

use crate::sandbox::{SOFTHSM, Sandbox, isolated, labelled, run, write};

#[test]
fn the_rcgen_example_issues_what_openssl_verifies() {
    isolated("adapters::the_rcgen_example_issues_what_openssl_verifies", |sandbox| {
        let pem = example(sandbox, "sign_with_rcgen");
        let [server, ca] = blocks(&pem, "CERTIFICATE").try_into().unwrap();
        let (ca_file, server_file) = (sandbox.path("ca.pem"), sandbox.path("server.pem"));
        write(&ca_file, 0o600, ca.as_bytes());
        write(&server_file, 0o600, server.as_bytes());
        openssl_verify(&ca_file, &server_file);
        let again = example(sandbox, "sign_with_rcgen");
        assert_eq!(
            public_key(sandbox, &ca),
            public_key(sandbox, &blocks(&again, "CERTIFICATE")[1])
        );
    });
}

#[test]
fn the_x509_cert_example_issues_what_openssl_verifies() {
    isolated("adapters::the_x509_cert_example_issues_what_openssl_verifies", |sandbox| {
        let pem = example(sandbox, "sign_with_x509_cert");
        let [root] = blocks(&pem, "CERTIFICATE").try_into().unwrap();
        let [request] = blocks(&pem, "CERTIFICATE REQUEST").try_into().unwrap();
        let (root_file, request_file) = (sandbox.path("root.pem"), sandbox.path("request.pem"));
        write(&root_file, 0o600, root.as_bytes());
        write(&request_file, 0o600, request.as_bytes());
        openssl_verify(&root_file, &root_file);
        openssl_verify_request(&request_file);
    });
}

#[test]
fn requests_through_both_adapters_verify_with_openssl_for_every_algorithm() {
    let test = "adapters::requests_through_both_adapters_verify_with_openssl_for_every_algorithm";
    isolated(test, |sandbox| {
        let token = sandbox.fresh("ca");
        for kind in KeyAlgorithm::ALL {
            // A 3072 bit key takes long and shows nothing that the others do not.
            if kind == KeyAlgorithm::Rsa3072 || kind == KeyAlgorithm::Rsa4096 {
                continue;
            }
            token.generate(kind.name(), kind).unwrap();
            for algorithm in SignatureAlgorithm::ALL.into_iter().filter(|known| known.fits(kind)) {
                let key = token
                    .open_key(&labelled(kind.name()), None, algorithm, &mut Unrecorded)
                    .unwrap();
                let name = format!("{kind}-{algorithm}");

                let request = RequestBuilder::new("CN=a.example.com".parse().unwrap())
                    .unwrap()
                    .build::<_, RustCryptoSignature>(&RustCryptoKey::new(&key))
                    .unwrap();
                let file = sandbox.path(&format!("{name}-x509-cert.pem"));
                write(&file, 0o600, request.to_pem(LineEnding::LF).unwrap().as_bytes());
                openssl_verify_request(&file);

                let Ok(key) = RcgenKey::new(&key) else { continue };
                let params = rcgen::CertificateParams::new(vec!["a.example.com".into()]).unwrap();
                let request = params.serialize_request(&key).unwrap();
                let file = sandbox.path(&format!("{name}-rcgen.pem"));
                write(&file, 0o600, request.pem().unwrap().as_bytes());
                openssl_verify_request(&file);
            }
        }
    });
}

/// Runs an example on a token `demo`, made at the first call.
fn example(sandbox: &Sandbox, name: &str) -> String {
    let pin_file = sandbox.path("pin");
    if !pin_file.exists() {
        sandbox.provision("demo");
        sandbox.settings("demo");
    }
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["run", "--quiet", "--example", name, "--"])
        .args([SOFTHSM, "demo", pin_file.to_str().unwrap(), "ca"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn blocks(pem: &str, label: &str) -> Vec<String> {
    let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----\n"));
    pem.split_inclusive(&end)
        .filter_map(|block| Some(block[block.find(&begin)?..].to_owned()))
        .collect()
}

fn public_key(sandbox: &Sandbox, certificate: &str) -> String {
    let name = hex::encode(keystead::base::algorithm::sha256(certificate.as_bytes()));
    let file = sandbox.path(&name);
    write(&file, 0o600, certificate.as_bytes());
    run("openssl", &["x509", "-in", file.to_str().unwrap(), "-noout", "-pubkey"])
}

fn openssl_verify(ca: &Path, certificate: &Path) {
    let (ca, certificate) = (ca.to_str().unwrap(), certificate.to_str().unwrap());
    run("openssl", &["verify", "-x509_strict", "-check_ss_sig", "-CAfile", ca, certificate]);
}

/// The exit status of `openssl req -verify` is 0 also for a wrong signature: its words count.
fn openssl_verify_request(request: &Path) {
    let output = Command::new("openssl")
        .args(["req", "-verify", "-noout", "-in", request.to_str().unwrap()])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("self-signature verify OK"), "{}: {said}", request.display());
}
