//! What fuzzing begins with, made from the test data of the repository.

use std::fs;
use std::path::{Path, PathBuf};

use keystead::audit::{Actor, Chain, Event, Record};
use keystead::base::clock::Timestamp;
use keystead::base::pem;
use x509_parser::prelude::FromDer as _;

use super::pipeline::ISSUER;
use super::{crl, ocsp};

/// Longer inputs slow the search down and find nothing that shorter ones do not.
const LONGEST: usize = 4096;

/// Target, number and content of every seed.
pub fn seeds(root: &Path) -> Vec<(&'static str, usize, Vec<u8>)> {
    let mut all: Vec<(&'static str, Vec<u8>)> = Vec::new();
    for path in files(&root.join("tests/data")) {
        let content = fs::read(&path).expect("it is there");
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("yaml") => all.push(("cluster", content)),
            Some("der" | "csr") => {
                let der = pem::der_or_pem(pem::CERTIFICATE_REQUEST, &content).unwrap_or(content);
                of_request(&der, &mut all);
            }
            _ => {}
        }
    }
    for path in files(&root.join("profiles")) {
        all.push(("profile", fs::read(&path).expect("it is there")));
    }
    all.push(("issuer", ISSUER.as_der().to_vec()));
    all.push(("inspect", ISSUER.as_der().to_vec()));
    of_revocation(&mut all);
    for text in CLUSTERS {
        all.push(("cluster", text.as_bytes().to_vec()));
    }
    for text in LOCATORS {
        all.push(("uri", text.as_bytes().to_vec()));
    }
    for text in NAMES {
        all.push(("names", text.as_bytes().to_vec()));
    }
    for text in ORDERS {
        all.push(("lint", text.as_bytes().to_vec()));
    }
    all.extend(audits().into_iter().map(|text| ("audit", text.into_bytes())));
    all.retain(|(_, seed)| seed.len() <= LONGEST);
    all.sort();
    all.dedup();
    all.into_iter().enumerate().map(|(number, (target, seed))| (target, number, seed)).collect()
}

/// CRLs, OCSP requests and responses; the linter and the responder read them as they are, too.
fn of_revocation(all: &mut Vec<(&'static str, Vec<u8>)>) {
    for der in crl::crls() {
        all.push(("crl", crl::behind_times(&der)));
        all.extend(["crl", "inspect"].map(|target| (target, der.clone())));
    }
    for der in ocsp::requests() {
        all.push(("ocsp_path", keystead::ocsp::get_path(&der).into_bytes()));
        all.extend(["ocsp_request", "ocsp_path"].map(|target| (target, der.clone())));
    }
    for der in ocsp::responses() {
        all.extend(["ocsp_response", "inspect"].map(|target| (target, der.clone())));
    }
}

/// A request is a seed for its own target, and its parts are seeds for others.
fn of_request(der: &[u8], all: &mut Vec<(&'static str, Vec<u8>)>) {
    all.push(("request", der.to_vec()));
    all.push(("inspect", der.to_vec()));
    let read = x509_parser::certification_request::X509CertificationRequest::from_der(der);
    let Ok((_, request)) = read else { return };
    let info = &request.certification_request_info;
    all.push(("spki", info.subject_pki.raw.to_vec()));
    all.push(("names", info.subject.as_raw().to_vec()));
    let after = info.raw.windows(info.subject_pki.raw.len());
    let Some(at) = after.clone().position(|window| window == info.subject_pki.raw) else { return };
    let attributes = &info.raw[at + info.subject_pki.raw.len()..];
    all.push(("signed_request", [info.subject.as_raw(), attributes].concat()));
    if let Ok(verified) = keystead::request::verify(der) {
        let sans: String = verified.sans().iter().map(|san| format!("{san}\n")).collect();
        all.push(("lint", format!("{}\n{sans}", verified.subject()).into_bytes()));
    }
}

fn audits() -> Vec<String> {
    let actor = Actor { user: "ca".into(), host: "vault".into(), program: "keystead".into() };
    let events = [
        Event::InventoryCreated { instance: 7 },
        Event::Note { what: "key-generated".into(), details: serde_json::json!({"bits": 256}) },
        Event::Issued { intent: 1, sha256: (&[1; 32]).into(), signature_sha256: (&[2; 32]).into() },
        Event::Failed { intent: 2, reason: "the token is gone".into() },
        Event::ClockAccepted { reason: "the host ran a day fast".into() },
        Event::Refused {
            issuer: "root".into(),
            profile: "tls-server".into(),
            request_sha256: (&[3; 32]).into(),
            reason: "the request's signature is wrong".into(),
        },
    ];
    let mut chain = Chain::empty();
    let (mut exported, mut plain) = (String::new(), String::new());
    for (index, event) in events.into_iter().enumerate() {
        let record = Record { actor: std::borrow::Cow::Borrowed(&actor), event };
        let text = record.to_json().expect("it is JSON");
        let prev = chain.head().hash;
        let at = Timestamp::from_unix(1_780_272_000 + index as u64);
        let row = chain.append(at, text.clone());
        let line = serde_json::to_string(&row.exported(&prev)).expect("it is JSON");
        exported.push_str(&line);
        exported.push('\n');
        plain.push_str(&text);
        plain.push('\n');
    }
    vec![exported, plain]
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()) {
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

const LOCATORS: &[&str] = &[
    "pkcs11:token=root",
    "pkcs11:token=My%20CA%C3%A9;serial=0f:1;model=SoftHSM%20v2;manufacturer=Example",
    "pkcs11:serial=1234567890123456",
    "pkcs11:token=a?pin-value=1234",
    "pkcs11:token=%e2%80%ae;slot-id=1",
    "prompt",
    "file:/run/pin",
    "fd:3",
    "credential:pin",
    "87:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
];

const NAMES: &[&str] = &[
    "CN=www.example.com,O=Example,C=DE",
    "CN=A\\, B \\+ C,OU=one,OU=two,O=Example GmbH",
    "CN=\\#1,serialNumber=7,emailAddress=a@example.com",
    "CN=#0c0161,DC=example,DC=com",
    "2.5.4.3=x+UID=y",
    "*.apps.example.com",
    "xn--bcher-kva.example",
    "https://user@[2001:db8::1]:8443/a?b#c",
    "spiffe://example.com/ns/default/sa/web",
    "jane.doe+ca@example.com",
    "::ffff:192.0.2.1",
    "0x7f.1",
    "a_b.example.com",
];

const ORDERS: &[&str] = &[
    "CN=www.example.com,O=Example,C=DE\ndns:www.example.com\ndns:*.example.com\nip:192.0.2.1",
    "CN=system:node:w1,O=system:nodes\ndns:w1\nip:2001:db8::1",
    "\nuri:spiffe://example.com/a\nemail:jane@example.com",
    "CN=Example Issuing CA,O=Example,C=DE",
    "CN=jane,O=developers,O=operators",
];

const CLUSTERS: &[&str] = &[concat!(
    "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nkubernetesVersion: 1.36.2\n",
    "clusterName: c1\ncontrolPlaneEndpoint: api.example.com:6443\nnetworking:\n",
    "  serviceSubnet: 10.96.0.0/12,fd00::/108\n  dnsDomain: cluster.local\n",
    "apiServer:\n  certSANs: [api.example.com, '*.example.com', 192.0.2.1]\n",
    "certificateValidityPeriod: 8760h0m0s\n---\napiVersion: keystead/v1\nkind: Nodes\nnodes:\n",
    "- name: cp1\n  role: control-plane\n  addresses: [192.0.2.11, cp1.example.com]\n",
    "- name: e1\n  role: etcd\n  addresses: [192.0.2.21]\n",
    "- name: w1\n  role: worker\n  addresses: ['2001:db8::31']\n",
)];
