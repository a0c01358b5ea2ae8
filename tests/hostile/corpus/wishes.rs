//! Extensions that a request asks for and a profile does not give: refused by name, never left out in
//! silence.

use super::encoding::UNKNOWN;
use crate::encode::{dns, extension, oid, san_extension, sequence, tlv};
use crate::vector::{Corpus, Draft};

const TLS: &str = "tls-server";
const BASIC: &str = "2.5.29.19";
const USAGE: &str = "2.5.29.15";
const EXTENDED: &str = "2.5.29.37";

pub(super) fn add(corpus: &mut Corpus) {
    ca(corpus);
    usages(corpus);
    others(corpus);
    critical(corpus);
}

fn asking(kind: &str, critical: bool, value: &[u8]) -> Vec<u8> {
    Draft::good().and_extensions(&[extension(kind, critical, value)]).finish()
}

fn ca(corpus: &mut Corpus) {
    let class = "ca-true";
    let code = "policy.requested-ca";
    for (note, value) in [
        ("CA:TRUE", &[0x30, 3, 1, 1, 0xff][..]),
        ("CA:TRUE, pathlen:0", &[0x30, 6, 1, 1, 0xff, 2, 1, 0]),
        ("CA:TRUE, pathlen:127", &[0x30, 6, 1, 1, 0xff, 2, 1, 0x7f]),
    ] {
        corpus.add(class, TLS, note, code, asking(BASIC, true, value));
        corpus.add(class, TLS, format!("{note}, not critical"), code, asking(BASIC, false, value));
    }
    for profile in ["tls-client", "tls-peer", "k8s-client", "k8s-apiserver"] {
        // The names fit none of these clients; the wish for a CA is told first where it can be.
        let draft = Draft::good().extensions(&[extension(BASIC, true, &[0x30, 3, 1, 1, 0xff])]);
        let (der, code) = match profile {
            "tls-client" | "k8s-client" => (draft.finish(), code),
            _ => (asking(BASIC, true, &[0x30, 3, 1, 1, 0xff]), code),
        };
        corpus.add(class, profile, format!("under {profile}"), code, der);
    }
    let class = "basic-constraints";
    let code = "policy.requested-encoding";
    for (note, value) in [
        ("CA:FALSE written out", &[0x30, 3, 1, 1, 0][..]),
        ("CA 01", &[0x30, 3, 1, 1, 1]),
        ("trailing octets", &[0x30, 0, 0]),
        ("a SET", &[0x31, 0]),
        ("no octet", &[]),
        ("pathlen of two octets", &[0x30, 7, 1, 1, 0xff, 2, 2, 1, 0]),
        ("pathlen minus 1", &[0x30, 6, 1, 1, 0xff, 2, 1, 0xff]),
        ("an unknown element", &[0x30, 2, 5, 0]),
        ("a long length", &[0x30, 0x81, 0]),
    ] {
        corpus.add(class, TLS, note, code, asking(BASIC, true, value));
    }
    let der = asking(BASIC, true, &[0x30, 3, 2, 1, 0]);
    corpus.add(class, TLS, "pathlen without CA", "policy.requested-basic-constraints", der);
}

fn usages(corpus: &mut Corpus) {
    let class = "key-usage";
    let code = "policy.requested-key-usage";
    for (note, value) in [
        ("keyCertSign", &[3, 2, 2, 4][..]),
        ("cRLSign", &[3, 2, 1, 2]),
        ("keyCertSign and cRLSign", &[3, 2, 1, 6]),
        ("all nine", &[3, 3, 7, 0xff, 0x80]),
        ("keyEncipherment of an Ed25519 key", &[3, 2, 5, 0x20]),
        ("nonRepudiation", &[3, 2, 6, 0x40]),
        ("keyAgreement", &[3, 2, 3, 8]),
    ] {
        corpus.add(class, TLS, note, code, asking(USAGE, true, value));
    }
    let code = "policy.requested-encoding";
    for (note, value) in [
        ("a trailing zero bit", &[3, 2, 0, 0x80][..]),
        ("an unused bit that is set", &[3, 2, 7, 0xff]),
        ("an OCTET STRING", &[4, 1, 0x80]),
        ("no octet", &[]),
        ("trailing octets", &[3, 2, 7, 0x80, 0]),
        ("an INTEGER", &[2, 1, 1]),
        ("ten bits", &[3, 3, 6, 0x80, 0x40]),
    ] {
        corpus.add(class, TLS, note, code, asking(USAGE, true, value));
    }
    let class = "extended-key-usage";
    let purposes = |oids: &[&str]| sequence(&oids.iter().map(|text| oid(text)).collect::<Vec<_>>());
    let code = "policy.requested-extended-key-usage";
    let server = "1.3.6.1.5.5.7.3.1";
    for (note, value) in [
        ("any", purposes(&["2.5.29.37.0"])),
        ("server and any", purposes(&[server, "2.5.29.37.0"])),
        ("clientAuth", purposes(&["1.3.6.1.5.5.7.3.2"])),
        ("server and client", purposes(&[server, "1.3.6.1.5.5.7.3.2"])),
        ("codeSigning", purposes(&["1.3.6.1.5.5.7.3.3"])),
        ("emailProtection", purposes(&["1.3.6.1.5.5.7.3.4"])),
        ("timeStamping", purposes(&["1.3.6.1.5.5.7.3.8"])),
        ("OCSPSigning", purposes(&["1.3.6.1.5.5.7.3.9"])),
        ("smart card logon", purposes(&["1.3.6.1.4.1.311.20.2.2"])),
        ("KDC", purposes(&["1.3.6.1.5.2.3.5"])),
        ("a padded arc", sequence(&[tlv(6, &[0x2b, 0x80, 6, 1])])),
    ] {
        corpus.add(class, TLS, note, code, asking(EXTENDED, false, &value));
    }
    let code = "policy.requested-encoding";
    for (note, value) in [
        ("a SET", tlv(0x31, &oid(server))),
        ("a bare identifier", oid(server)),
        ("trailing octets", [purposes(&[server]), vec![0]].concat()),
        ("a UTF8String", sequence(&[tlv(0x0c, b"serverAuth")])),
    ] {
        corpus.add(class, TLS, note, code, asking(EXTENDED, false, &value));
    }
}

fn others(corpus: &mut Corpus) {
    let code = "policy.requested-extension";
    let subtree = sequence(&[tlv(0xa0, &sequence(&[dns("example.com")]))]);
    let anything = sequence(&[oid("2.5.29.32.0")]);
    for (class, note, kind, value) in [
        ("name-constraints", "permitted", "2.5.29.30", subtree),
        ("name-constraints", "empty", "2.5.29.30", sequence(&[])),
        (
            "key-identifiers",
            "authorityKeyIdentifier",
            "2.5.29.35",
            sequence(&[tlv(0x80, &[1; 20])]),
        ),
        ("asked-extension", "certificatePolicies", "2.5.29.32", sequence(&[anything])),
        ("asked-extension", "policyConstraints", "2.5.29.36", sequence(&[tlv(0x80, &[0])])),
        ("asked-extension", "inhibitAnyPolicy", "2.5.29.54", vec![2, 1, 0]),
        ("asked-extension", "policyMappings", "2.5.29.33", sequence(&[])),
        ("asked-extension", "issuerAltName", "2.5.29.18", sequence(&[dns("ca.example.com")])),
        ("asked-extension", "cRLDistributionPoints", "2.5.29.31", sequence(&[])),
        ("asked-extension", "freshestCRL", "2.5.29.46", sequence(&[])),
        ("asked-extension", "authorityInfoAccess", "1.3.6.1.5.5.7.1.1", sequence(&[])),
        ("asked-extension", "precertificate poison", "1.3.6.1.4.1.11129.2.4.3", vec![5, 0]),
        ("asked-extension", "signed timestamps", "1.3.6.1.4.1.11129.2.4.2", tlv(4, &[0, 0])),
        ("asked-extension", "TLS feature", "1.3.6.1.5.5.7.1.24", sequence(&[vec![2, 1, 5]])),
        ("asked-extension", "OCSP no check", "1.3.6.1.5.5.7.48.1.5", vec![5, 0]),
        ("asked-extension", "privateKeyUsagePeriod", "2.5.29.16", sequence(&[])),
        ("asked-extension", "subjectDirectoryAttributes", "2.5.29.9", sequence(&[])),
        ("asked-extension", "Netscape certificate type", "2.16.840.1.113730.1.1", vec![3, 2, 0, 7]),
        ("asked-extension", "Netscape comment", "2.16.840.1.113730.1.13", tlv(0x16, b"x")),
        ("asked-extension", "Microsoft template", "1.3.6.1.4.1.311.20.2", tlv(0x1e, &[0, b'S'])),
        ("asked-extension", "Microsoft SID", "1.3.6.1.4.1.311.25.2", sequence(&[])),
        ("unknown-extension", "with an empty value", UNKNOWN, vec![]),
        ("unknown-extension", "with NULL", UNKNOWN, vec![5, 0]),
        ("unknown-extension", "with noise", UNKNOWN, vec![0xff; 40]),
        ("unknown-extension", "deeply nested", UNKNOWN, super::encoding::nested(0x30, 100)),
    ] {
        corpus.add(class, TLS, note, code, asking(kind, false, &value));
        corpus.add(class, TLS, format!("{note}, critical"), code, asking(kind, true, &value));
    }
    let code = "policy.requested-value";
    for (note, value) in [
        ("subjectKeyIdentifier of another key", tlv(4, &[7; 20])),
        ("subjectKeyIdentifier of one octet", tlv(4, &[7])),
        ("subjectKeyIdentifier without octets", tlv(4, &[])),
        ("subjectKeyIdentifier that is none", vec![5, 0]),
    ] {
        corpus.add("key-identifiers", TLS, note, code, asking("2.5.29.14", false, &value));
    }
}

fn critical(corpus: &mut Corpus) {
    let class = "critical-wish";
    let code = "policy.requested-critical";
    let server = sequence(&[oid("1.3.6.1.5.5.7.3.1")]);
    corpus.add(class, TLS, "extendedKeyUsage", code, asking(EXTENDED, true, &server));
    let names = extension("2.5.29.17", true, &sequence(&[dns("www.example.com")]));
    let der = Draft::good().extensions(&[names]).finish();
    corpus.add(class, TLS, "subjectAltName beside a subject", code, der);
    let class = "profile-kind";
    let good = Draft::good();
    corpus.add(class, "root-ca", "a request for a root", "policy.kind", good.finish());
    corpus.add(class, "k8s-ca", "a request for a cluster's root", "policy.kind", good.finish());
    let names = [san_extension(&[dns("www.example.com")])];
    let der = good.clone().extensions(&names).finish();
    corpus.add("san-for-ca", "intermediate-ca", "a name for a CA", "policy.san-kind", der);
    let der = Draft::good().attributes(&[]).finish();
    corpus.add("sans-missing", TLS, "no alternative name", "policy.sans-missing", der);
    let der = Draft::good().subject(&[]).attributes(&[]).finish();
    corpus.add("no-identity", "tls-client", "no name at all", "policy.no-identity", der);
    let issuer = super::super::site::issuer_key_request();
    corpus.add("issuer-key", TLS, "the issuer's own key", "policy.issuer-key", issuer);
}
