//! Requests that real tools make, and their verdict on what we make of them.

use std::path::Path;
use std::sync::Arc;

use der::{Decode as _, Encode as _};
use keystead::base::algorithm::KeyAlgorithm;
use keystead::base::pem;
use keystead::profile::{Overrides, Profile};
use x509_cert::Certificate;

use crate::site::{Site, openssl};
use crate::support::csr::Key;

/// `openssl req -new` with these arguments beside key and output.
fn request(site: &Site, key: &[&str], more: &[&str]) -> Vec<u8> {
    let (key_path, out) = (site.path("key.pem"), site.path("request.pem"));
    let config = site.file("openssl.cnf", b"[req]\ndistinguished_name = dn\n[dn]\n");
    let mut args: Vec<&Path> =
        ["req", "-new", "-nodes", "-batch", "-utf8", "-config"].map(Path::new).to_vec();
    args.push(&config);
    args.extend(["-newkey"].iter().chain(key).chain(more).map(Path::new));
    args.extend([Path::new("-keyout"), &key_path, Path::new("-out"), &out]);
    openssl(&args);
    let text = std::fs::read(&out).unwrap();
    pem::der_or_pem(pem::CERTIFICATE_REQUEST, &text).unwrap()
}

const EC_P256: &[&str] = &["ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
const EC_P384: &[&str] = &["ec", "-pkeyopt", "ec_paramgen_curve:P-384"];

#[test]
fn a_p384_key_with_a_sha256_signature_keeps_its_key_exactly() {
    let site = Site::new();
    let names = ["-subj", "/CN=a.example.com", "-addext", "subjectAltName=DNS:a.example.com"];
    let csr = request(&site, EC_P384, &[&names[..], &["-sha256"]].concat());
    let verified = keystead::request::verify(&csr).unwrap();
    assert_eq!(verified.spki().algorithm(), KeyAlgorithm::EcP384);
    let der = site.issue(&csr, "tls-server").unwrap();
    let certificate = Certificate::from_der(&der).unwrap();
    let spki = certificate.tbs_certificate().subject_public_key_info().to_der().unwrap();
    assert_eq!(spki, verified.spki().as_der());
    let parsed = x509_cert::request::CertReq::from_der(&csr).unwrap();
    assert_eq!(parsed.info.public_key.to_der().unwrap(), spki);
    site.openssl_verifies(&der, "sslserver");
}

#[test]
fn every_kind_of_key_that_openssl_makes_is_issued() {
    let site = Site::new();
    for (key, more) in [
        (EC_P256, &[][..]),
        (&["ec", "-pkeyopt", "ec_paramgen_curve:P-521"][..], &["-sha512"][..]),
        (&["ed25519"][..], &[][..]),
        (&["rsa:2048"][..], &["-sha384"][..]),
        (
            &["rsa:2048"][..],
            &["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"][..],
        ),
    ] {
        let names = ["-subj", "/CN=a.example.com", "-addext", "subjectAltName=DNS:a.example.com"];
        let csr = request(&site, key, &[&names[..], more].concat());
        let der =
            site.issue(&csr, "tls-peer").unwrap_or_else(|refused| panic!("{key:?}: {refused:?}"));
        site.openssl_verifies(&der, "sslserver");
        site.openssl_verifies(&der, "sslclient");
    }
}

#[test]
fn rsa_keys_get_key_encipherment_and_ec_keys_do_not() {
    let site = Site::new();
    for (key, enciphers) in [(&["rsa:2048"][..], true), (EC_P256, false)] {
        let names = ["-subj", "/CN=a.example.com", "-addext", "subjectAltName=DNS:a.example.com"];
        let der = site.issue(&request(&site, key, &names), "tls-server").unwrap();
        let path = site.file("issued.der", &der);
        let args = ["x509", "-inform", "DER", "-noout", "-ext", "keyUsage", "-in"];
        let text = openssl(&[&args.map(Path::new)[..], &[path.as_path()]].concat());
        assert_eq!(text.contains("Key Encipherment"), enciphers, "{text}");
        assert!(text.contains("Digital Signature") && text.contains("critical"), "{text}");
    }
}

#[test]
fn openssls_multi_valued_and_repeated_rdns_are_issued_byte_for_byte() {
    let site = Site::new();
    let subject = "/DC=com/DC=example/OU=one/OU=two/CN=a.example.com+UID=a1";
    let names =
        ["-subj", subject, "-multivalue-rdn", "-addext", "subjectAltName=DNS:a.example.com"];
    let csr = request(&site, EC_P256, &names);
    let der = site.issue(&csr, "tls-server").unwrap();
    let asked = x509_cert::request::CertReq::from_der(&csr).unwrap().info.subject.to_der().unwrap();
    let issued = Certificate::from_der(&der).unwrap().tbs_certificate().subject().to_der().unwrap();
    assert_eq!(issued, asked);
    site.openssl_verifies(&der, "sslserver");
}

#[test]
fn an_openssl_request_for_a_ca_is_refused_by_a_leaf_and_granted_by_a_ca_profile() {
    let site = Site::new();
    let ca = [
        "-subj",
        "/CN=Sub CA",
        "-addext",
        "basicConstraints=critical,CA:TRUE",
        "-addext",
        "keyUsage=critical,keyCertSign,cRLSign",
    ];
    let csr = request(&site, EC_P384, &ca);
    assert_eq!(site.code(&csr, "tls-client"), "policy.requested-ca");
    let der = site.issue(&csr, "intermediate-ca").unwrap();
    site.openssl_verifies(&der, "any");
    let path = site.file("issued.der", &der);
    let args = ["x509", "-inform", "DER", "-noout", "-ext", "basicConstraints", "-in"];
    let text = openssl(&[&args.map(Path::new)[..], &[path.as_path()]].concat());
    assert!(text.contains("critical") && text.contains("CA:TRUE, pathlen:0"), "{text}");
}

#[test]
fn a_non_repudiation_wish_is_refused_by_name() {
    let site = Site::new();
    let names = [
        "-subj",
        "/CN=a.example.com",
        "-addext",
        "subjectAltName=DNS:a.example.com",
        "-addext",
        "keyUsage=nonRepudiation,digitalSignature",
    ];
    assert_eq!(
        site.code(&request(&site, EC_P256, &names), "tls-server"),
        "policy.requested-key-usage"
    );
}

#[test]
fn kubernetes_requests_with_subject_and_names_alone_are_issued() {
    let site = Site::new();
    for (profile, subject, names, purpose) in [
        ("k8s-apiserver", "/CN=kube-apiserver", "DNS:kubernetes,IP:10.96.0.1", "sslserver"),
        ("k8s-client", "/O=kubeadm:cluster-admins/CN=kubernetes-admin", "", "sslclient"),
        ("k8s-client", "/CN=kube-apiserver-etcd-client", "", "sslclient"),
        ("k8s-etcd-server", "/CN=cp-1", "DNS:cp-1,DNS:localhost,IP:127.0.0.1,IP:::1", "sslserver"),
        ("k8s-etcd-peer", "/CN=cp-1", "DNS:cp-1,IP:192.0.2.7", "sslclient"),
        (
            "k8s-kubelet-serving",
            "/O=system:nodes/CN=system:node:w1",
            "DNS:w1,IP:192.0.2.8",
            "sslserver",
        ),
        ("k8s-kubelet-client", "/O=system:nodes/CN=system:node:w1", "", "sslclient"),
        ("k8s-front-proxy-client", "/CN=front-proxy-client", "", "sslclient"),
    ] {
        let extension = format!("subjectAltName={names}");
        let mut more = vec!["-subj", subject];
        if !names.is_empty() {
            more.extend(["-addext", &extension]);
        }
        let csr = request(&site, EC_P256, &more);
        let der =
            site.issue(&csr, profile).unwrap_or_else(|refused| panic!("{profile}: {refused:?}"));
        site.openssl_verifies(&der, purpose);
    }
}

#[test]
fn an_rcgen_request_with_subject_and_names_is_issued() {
    let site = Site::new();
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(vec!["a.example.com".to_owned()]).unwrap();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(rcgen::DnType::CommonName, "a.example.com");
    params.distinguished_name.push(rcgen::DnType::OrganizationName, "Example");
    let csr = params.serialize_request(&key).unwrap();
    let der = site.issue(csr.der(), "tls-server").unwrap();
    site.openssl_verifies(&der, "sslserver");
}

#[test]
fn every_extension_a_profile_can_name_is_read_by_openssl() {
    let site = Site::new();
    let text = Profile::find_shipped("intermediate-ca").unwrap();
    let text = text
        .replace("path-length = 0", "path-length = 0\npermitted = [\"dns:example.com\", \"ip:10.0.0.0/8\", \"email:example.com\", \"uri:.example.com\"]\nexcluded = [\"dns:secret.example.com\"]")
        .replace("[subject]", "[pointers]\ncrl = [\"http://crl.example.com/a.crl\"]\nocsp = [\"http://ocsp.example.com\"]\nca-issuers = [\"http://ca.example.com/a.cer\"]\n\n[subject]")
        .replace("[usage]", "[usage]\ncertificate-policies = [\"1.3.6.1.4.1.99999.1\"]\nextended-key-usage = [\"serverAuth\"]")
        .replace("[key]", "[key]\nsubject-key-id = \"rfc5280\"");
    let profile = Arc::new(Profile::from_toml(&text).unwrap());
    let key = Key::generate();
    let csr = crate::support::csr::Csr::new(&key, "CN=Sub CA").signed_by(&key);
    let plan = site.plan_with(&csr, &profile, &Overrides::default()).unwrap();
    let der = site.finish(plan);
    site.openssl_verifies(&der, "any");
    let path = site.file("issued.der", &der);
    let args = ["x509", "-inform", "DER", "-noout", "-text", "-in"];
    let text = openssl(&[&args.map(Path::new)[..], &[path.as_path()]].concat());
    for expected in [
        "X509v3 Name Constraints: critical",
        "DNS:example.com",
        "IP:10.0.0.0/255.0.0.0",
        "email:example.com",
        "URI:.example.com",
        "DNS:secret.example.com",
        "URI:http://crl.example.com/a.crl",
        "OCSP - URI:http://ocsp.example.com",
        "CA Issuers - URI:http://ca.example.com/a.cer",
        "Policy: 1.3.6.1.4.1.99999.1",
        "TLS Web Server Authentication",
        "CA:TRUE, pathlen:0",
    ] {
        assert!(text.contains(expected), "{expected} is missing in {text}");
    }
    // SHA-1 of the key bits, as openssl computes it for `hash`.
    let id = hex::encode_upper(key.spki().key_id(keystead::base::spki::KeyIdMethod::Rfc5280Sha1));
    assert!(text.replace(':', "").contains(&id), "{text}");
}
