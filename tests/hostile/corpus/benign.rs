//! Requests that look odd and are good: a gate that refuses everything fails on these.

use aws_lc_rs::digest;

use crate::curve::{EcKey, P256, P384, P521, signature_value};
use crate::encode::{dns, extension, oid, rdn, san_extension, sequence, tlv};
use crate::rsa;
use crate::vector::{
    ACCEPTED, Corpus, Draft, SHA256, Signer, attributes, bit_string, common_name, digest as hash,
};

const TLS: &str = "tls-server";
const UTF8: u8 = 0x0c;
const PRINTABLE: u8 = 0x13;
const IA5: u8 = 0x16;

pub(super) fn add(corpus: &mut Corpus) {
    keys(corpus);
    subjects(corpus);
    names(corpus);
    wishes(corpus);
    clients(corpus);
}

fn accept(corpus: &mut Corpus, profile: &'static str, note: impl Into<String>, der: Vec<u8>) {
    corpus.add("benign", profile, note, ACCEPTED, der);
}

fn ec_spki(key: &EcKey) -> Vec<u8> {
    let algorithm = sequence(&[oid("1.2.840.10045.2.1"), oid(key.curve.oid)]);
    sequence(&[algorithm, bit_string(&key.point())])
}

fn keys(corpus: &mut Corpus) {
    for name in ["good-2048", "good-3072", "good-4096"] {
        let key = rsa::key(name);
        accept(
            corpus,
            TLS,
            format!("RSA {name}"),
            Draft::with_key(key.spki(), Signer::Rsa(key)).finish(),
        );
    }
    let key = rsa::key("good-2048");
    let algorithm = sequence(&[oid("1.2.840.113549.1.1.11")]);
    let draft = Draft { algorithm, ..Draft::with_key(key.spki(), Signer::Rsa(key)) };
    accept(corpus, TLS, "RSA without parameters in the signature", draft.finish());
    let curves = [("P-256", &P256), ("P-384", &P384), ("P-521", &P521)];
    for (name, curve) in curves {
        let key = EcKey::new(curve, "benign");
        for (hash, digest, algorithm) in [
            ("SHA-256", &digest::SHA256, "1.2.840.10045.4.3.2"),
            ("SHA-384", &digest::SHA384, "1.2.840.10045.4.3.3"),
            ("SHA-512", &digest::SHA512, "1.2.840.10045.4.3.4"),
        ] {
            let algorithm = sequence(&[oid(algorithm)]);
            let draft = Draft { algorithm, ..Draft::with_key(ec_spki(&key), Signer::Ec(&key)) };
            let value = key.sign(digest, &draft.info());
            let der = sequence(&[draft.info(), draft.algorithm.clone(), bit_string(&value)]);
            accept(corpus, TLS, format!("{name} with {hash}"), der);
        }
    }
    let key = EcKey::new(&P256, "benign");
    let draft = Draft::with_key(ec_spki(&key), Signer::Ec(&key));
    let (r, s) = key.sign_digest(&hash(SHA256, &draft.info()));
    let value = bit_string(&signature_value(&r, &key.mirrored(&s)));
    let der = sequence(&[draft.info(), draft.algorithm.clone(), value]);
    accept(corpus, TLS, "ECDSA with the other s", der);
}

fn subjects(corpus: &mut Corpus) {
    let with = |rdns: &[Vec<u8>]| Draft::good().subject(rdns).finish();
    let cn = |text: &str| with(&[common_name(text)]);
    accept(corpus, TLS, "no subject", with(&[]));
    accept(corpus, TLS, "CN of 64 characters", cn(&"a".repeat(64)));
    accept(corpus, TLS, "CN of 64 letters in two octets", cn(&"ü".repeat(64)));
    accept(corpus, TLS, "an umlaut", cn("Müller & Söhne GmbH"));
    accept(corpus, TLS, "Cyrillic alone", cn("Москва"));
    accept(corpus, TLS, "Chinese, Japanese and Latin", cn("東京タワーのTokyo"));
    accept(corpus, TLS, "Arabic", cn("مثال"));
    accept(corpus, TLS, "an emoji", cn("rocket 🚀"));
    accept(corpus, TLS, "punctuation", cn("a,b+c=\"d\"<e>;#f\\g"));
    accept(corpus, TLS, "a hash in front", cn("#0c0161"));
    accept(corpus, TLS, "blanks inside", cn("a  b"));
    accept(corpus, TLS, "a wildcard as CN", cn("*.example.com"));
    accept(
        corpus,
        TLS,
        "PrintableString",
        with(&[rdn(&[("2.5.4.3", PRINTABLE, b"www.example.com")])]),
    );
    accept(corpus, TLS, "domain components", {
        let dc = |value: &[u8]| rdn(&[("0.9.2342.19200300.100.1.25", IA5, value)]);
        with(&[dc(b"com"), dc(b"example"), common_name("www")])
    });
    accept(corpus, TLS, "an RDN of three", {
        with(&[rdn(&[
            ("2.5.4.11", UTF8, b"Web"),
            ("2.5.4.10", UTF8, b"Example"),
            ("2.5.4.3", UTF8, b"www.example.com"),
        ])])
    });
    accept(corpus, TLS, "the same OU in two RDNs", {
        let ou = rdn(&[("2.5.4.11", UTF8, b"unit")]);
        with(&[ou.clone(), ou, common_name("a.example.com")])
    });
    accept(corpus, TLS, "CN before country", {
        with(&[common_name("a.example.com"), rdn(&[("2.5.4.6", PRINTABLE, b"CH")])])
    });
    let mailbox = [rdn(&[("1.2.840.113549.1.9.1", IA5, b"jane@example.com")])];
    accept(corpus, "tls-client", "a mailbox in the subject and among the names", {
        let names = [dns("a.example.com"), tlv(0x81, b"jane@Example.com")];
        Draft::good().subject(&mailbox).names(&names).finish()
    });
    let note = "a mailbox in the subject alone";
    let (profile, code) = ("tls-client", "policy.mailbox-not-among-names");
    corpus.add("mailbox-not-among-names", profile, note, code, with(&mailbox));
}

fn names(corpus: &mut Corpus) {
    let with = |names: &[Vec<u8>]| Draft::good().names(names).finish();
    let label = "a".repeat(63);
    for text in [
        "localhost",
        "kubernetes.default.svc.cluster.local",
        "WWW.Example.COM",
        "3com.example",
        "1.2.3.4.example.com",
        "0x7f.example.com",
        "a--b.example.com",
        "a-b--c.example.com",
        "xn--bcher-kva.example",
        "xn--fiqs8s.example",
        "xn--mgbh0fb.example",
        // A fraction slash: UTS 46 lets symbols pass, IDNA2008 does not.
        "xn--ab-c6t.example",
        "*.example.com",
        "*.apps.example.co.uk",
        "*.xn--bcher-kva.example",
        "a.b.c.d.e.f.g.h.example.com",
    ] {
        accept(corpus, TLS, format!("host {text}"), with(&[dns(text)]));
    }
    accept(corpus, TLS, "a label of 63", with(&[dns(&format!("{label}.example.com"))]));
    let full = format!("{label}.{label}.{label}.{}", "a".repeat(61));
    accept(corpus, TLS, "a name of 253", with(&[dns(&full)]));
    let hundred: Vec<Vec<u8>> = (0..100).map(|n| dns(&format!("n{n}.example.com"))).collect();
    accept(corpus, TLS, "100 names", with(&hundred));
    for (note, octets) in [
        ("private IPv4", vec![10, 0, 0, 1]),
        ("loopback", vec![127, 0, 0, 1]),
        ("link-local IPv6", [&[0xfe, 0x80][..], &[0; 13], &[1]].concat()),
        ("loopback IPv6", [&[0; 15][..], &[1]].concat()),
    ] {
        accept(corpus, TLS, note, with(&[tlv(0x87, &octets)]));
    }
    for text in [
        "spiffe://example.com/ns/default/sa/web",
        "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
        "https://user:password@example.com:8443/a?b#c",
        "https://[2001:db8::1]:8443/%41",
        "tag:example.com,2026:a",
    ] {
        accept(corpus, TLS, format!("URI {text}"), with(&[tlv(0x86, text.as_bytes())]));
    }
    for text in ["jane.doe+ca@example.com", "o'neill@example.com", "root@localhost"] {
        accept(
            corpus,
            "tls-client",
            format!("mailbox {text}"),
            with(&[tlv(0x81, text.as_bytes())]),
        );
    }
    let same = [tlv(0x81, b"jane@example.com"), tlv(0x81, b"Jane@example.com")];
    accept(corpus, "tls-client", "mailboxes that differ by case", with(&same));
    let critical = extension("2.5.29.17", true, &sequence(&[dns("a.example.com")]));
    let draft = Draft::good().subject(&[]).extensions(&[critical]);
    accept(corpus, TLS, "critical names without a subject", draft.finish());
}

fn wishes(corpus: &mut Corpus) {
    let with = |extensions: &[Vec<u8>]| Draft::good().and_extensions(extensions).finish();
    accept(corpus, TLS, "CA:FALSE", with(&[extension("2.5.29.19", true, &[0x30, 0])]));
    accept(
        corpus,
        TLS,
        "digitalSignature",
        with(&[extension("2.5.29.15", true, &[3, 2, 7, 0x80])]),
    );
    let server = sequence(&[oid("1.3.6.1.5.5.7.3.1")]);
    accept(corpus, TLS, "serverAuth", with(&[extension("2.5.29.37", false, &server)]));
    let names = san_extension(&[dns("www.example.com")]);
    let usage = extension("2.5.29.15", false, &[3, 2, 7, 0x80]);
    let der = Draft::good().extensions(&[usage, names]).finish();
    accept(corpus, TLS, "names behind a wish", der);
    let key = rsa::key("good-2048");
    let both = extension("2.5.29.15", true, &[3, 2, 5, 0xa0]);
    let draft = Draft::with_key(key.spki(), Signer::Rsa(key)).and_extensions(&[both]);
    accept(corpus, TLS, "keyEncipherment of an RSA key", draft.finish());
}

fn clients(corpus: &mut Corpus) {
    let with =
        |rdns: &[Vec<u8>]| Draft { attributes: attributes(&[]), ..Draft::good() }.subject(rdns);
    let o = |text: &str| rdn(&[("2.5.4.10", UTF8, text.as_bytes())]);
    let node = [o("system:nodes"), common_name("system:node:w1")];
    accept(corpus, "k8s-kubelet-client", "a kubelet", with(&node).finish());
    accept(corpus, "k8s-client", "an administrator", {
        with(&[o("system:masters"), common_name("kubernetes-admin")]).finish()
    });
    accept(corpus, "k8s-client", "five groups", {
        let groups = ["a", "b", "c", "d", "e"].map(o);
        with(&[&groups[..], &[common_name("jane")]].concat()).finish()
    });
    accept(corpus, "tls-client", "a client without names", with(&[common_name("jane")]).finish());
    accept(
        corpus,
        "intermediate-ca",
        "a CA without wishes",
        with(&[common_name("Example CA")]).finish(),
    );
    let ca = extension("2.5.29.19", true, &[0x30, 6, 1, 1, 0xff, 2, 1, 0]);
    let draft = with(&[common_name("Example CA")]).extensions(&[ca]);
    accept(corpus, "intermediate-ca", "a CA that says so", draft.finish());
}
