//! Orders for certificates at random: requests that a shipped profile grants, with every kind of key
//! and name that it lists.

use std::sync::LazyLock;

use keystead::base::san::San;
use keystead::base::spki::Spki;

use rcgen::{KeyPair, PublicKeyData as _, RsaKeySize};

use crate::encode::{dns, oid, sequence, tlv};
use crate::random::Random;
use crate::vector::{Draft, Signer, ed25519_spki};

/// What is asked for.
#[derive(Debug)]
pub(crate) struct Order {
    /// A request for it that proves possession of the key.
    pub(crate) csr: Vec<u8>,
    /// The subject, DER.
    pub(crate) subject: Vec<u8>,
    /// The values of the subject in the order of the encoding, RDN by RDN.
    pub(crate) values: Vec<Vec<String>>,
    pub(crate) sans: Vec<San>,
    pub(crate) spki: Spki,
    /// The seed of the Ed25519 key, which can sign a root too.
    pub(crate) key: Option<u8>,
}

/// A type of attribute by its identifier, with its string type.
type Kind = (&'static str, u8);

const UTF8: u8 = 0x0c;
const PRINTABLE: u8 = 0x13;
const IA5: u8 = 0x16;

const CN: Kind = ("2.5.4.3", UTF8);
const O: Kind = ("2.5.4.10", UTF8);
const OU: Kind = ("2.5.4.11", UTF8);
const C: Kind = ("2.5.4.6", PRINTABLE);
const DC: Kind = ("0.9.2342.19200300.100.1.25", IA5);
const SERIAL: Kind = ("2.5.4.5", PRINTABLE);
const MAIL: Kind = ("1.2.840.113549.1.9.1", IA5);

/// Attributes of one value or text each, beside those that a profile has rules for.
const TEXTS: &[Kind] = &[
    ("2.5.4.7", UTF8),
    ("2.5.4.8", UTF8),
    ("2.5.4.12", UTF8),
    ("2.5.4.42", UTF8),
    ("2.5.4.4", UTF8),
];

/// Keys that are made anew in every run: a handful of each kind is enough.
static PAIRS: LazyLock<Vec<KeyPair>> = LazyLock::new(|| {
    let rsa = |size| KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, size).unwrap();
    let ec = |algorithm| KeyPair::generate_for(algorithm).unwrap();
    vec![
        ec(&rcgen::PKCS_ECDSA_P256_SHA256),
        rsa(RsaKeySize::_2048),
        ec(&rcgen::PKCS_ECDSA_P384_SHA384),
        rsa(RsaKeySize::_3072),
        ec(&rcgen::PKCS_ECDSA_P521_SHA512),
        rsa(RsaKeySize::_4096),
    ]
});

/// A request that `profile` grants; the same names and kind of key for the same seed.
///
/// # Panics
/// When there is no such profile.
pub(crate) fn random_order(profile: &str, seed: u64) -> Order {
    let mut random = Random(seed);
    let mut values: Vec<(Kind, String)> = Vec::new();
    let mut sans = Vec::new();
    match profile {
        "k8s-kubelet-client" | "k8s-kubelet-serving" => {
            let node = label(&mut random).to_ascii_lowercase();
            values.push((O, "system:nodes".to_owned()));
            values.push((CN, format!("system:node:{node}")));
            if profile == "k8s-kubelet-serving" {
                sans = names(&mut random, &[host, address], false);
            }
        }
        "k8s-client" => {
            for _ in 0..random.below(4) {
                values.push((O, text(&mut random)));
            }
            values.push((CN, text(&mut random)));
        }
        "k8s-front-proxy-client" => values.push((CN, text(&mut random))),
        "k8s-apiserver" | "k8s-etcd-server" | "k8s-etcd-peer" => {
            sans = names(&mut random, &[host, address], true);
            values.push((CN, host_text(&mut random)));
        }
        "k8s-ca" => {
            values.push((O, text(&mut random)));
            values.push((CN, text(&mut random)));
        }
        "root-ca" | "intermediate-ca" | "ocsp-responder" => {
            organisation(&mut random, &mut values);
            values.push((CN, text(&mut random)));
        }
        "tls-server" | "tls-peer" => {
            sans = names(&mut random, &[host, address, uri], true);
            if !random.one_in(8) {
                organisation(&mut random, &mut values);
                values.push((CN, host_text(&mut random)));
            }
        }
        "tls-client" => {
            sans = names(&mut random, &[host, address, uri, mailbox], false);
            organisation(&mut random, &mut values);
            for kind in TEXTS {
                if random.one_in(3) {
                    values.push((*kind, text(&mut random)));
                }
            }
            if random.one_in(4) {
                let mailbox = format!("{}@example.com", label(&mut random));
                values.push((MAIL, mailbox.clone()));
                sans.push(San::Email(mailbox));
            }
        }
        other => panic!("no orders for {other}"),
    }
    let several = ["tls-server", "tls-peer", "tls-client", "root-ca", "intermediate-ca"];
    assemble(&mut random, values, sans, several.contains(&profile))
}

fn organisation(random: &mut Random, values: &mut Vec<(Kind, String)>) {
    if random.one_in(3) {
        values.push((DC, "com".to_owned()));
        values.push((DC, label(random)));
    }
    if random.one_in(2) {
        values.push((C, ["CH", "DE", "JP"][random.below(3)].to_owned()));
    }
    if random.one_in(2) {
        values.push((O, text(random)));
    }
    for _ in 0..random.below(3) {
        values.push((OU, text(random)));
    }
    if random.one_in(4) {
        values.push((SERIAL, random.below(1_000_000).to_string()));
    }
}

/// The request; attributes may share an RDN when `several` allows it.
fn assemble(
    random: &mut Random,
    values: Vec<(Kind, String)>,
    sans: Vec<San>,
    several: bool,
) -> Order {
    let mut rdns: Vec<Vec<(&str, Vec<u8>, String)>> = Vec::new();
    for ((kind, tag), value) in values {
        let der = sequence(&[oid(kind), tlv(tag, value.as_bytes())]);
        match rdns.last_mut() {
            // X.501 §9.3: each type once in an RDN.
            Some(last) if several && random.one_in(8) && last.iter().all(|l| l.0 != kind) => {
                last.push((kind, der, value));
            }
            _ => rdns.push(vec![(kind, der, value)]),
        }
    }
    rdns.iter_mut().for_each(|rdn| rdn.sort_by(|one, two| one.1.cmp(&two.1)));
    let encoded: Vec<Vec<u8>> = rdns
        .iter()
        .map(|rdn| tlv(0x31, &rdn.iter().flat_map(|(_, der, _)| der.clone()).collect::<Vec<_>>()))
        .collect();
    let generals: Vec<Vec<u8>> = sans.iter().map(general_name).collect();
    let build = |draft: Draft<'_>| {
        let draft = draft.subject(&encoded);
        let draft =
            if generals.is_empty() { draft.attributes(&[]) } else { draft.names(&generals) };
        (draft.finish(), draft.subject, draft.spki)
    };
    let (mut key, seed) = (None, 10 + random.octet() % 200);
    let (csr, subject, spki) = match random.below(16) {
        choice @ 0..12 => {
            let pair = &PAIRS[choice % PAIRS.len()];
            build(Draft::with_key(pair.subject_public_key_info(), Signer::Pair(pair)))
        }
        _ => {
            key = Some(seed);
            build(Draft::with_key(ed25519_spki(seed), Signer::Ed25519(seed)))
        }
    };
    let values = rdns.into_iter().map(|rdn| rdn.into_iter().map(|(_, _, value)| value).collect());
    let spki = Spki::from_der(&spki).unwrap();
    Order { csr, subject, values: values.collect(), sans, spki, key }
}

fn general_name(san: &San) -> Vec<u8> {
    match san {
        San::Email(text) => tlv(0x81, text.as_bytes()),
        San::Dns(text) => dns(text),
        San::Uri(text) => tlv(0x86, text.as_bytes()),
        San::Ip(std::net::IpAddr::V4(v4)) => tlv(0x87, &v4.octets()),
        San::Ip(std::net::IpAddr::V6(v6)) => tlv(0x87, &v6.octets()),
    }
}

type Maker = fn(&mut Random) -> San;

/// One name to eight, no two the same.
fn names(random: &mut Random, makers: &[Maker], wildcard: bool) -> Vec<San> {
    let mut names: Vec<San> = Vec::new();
    for _ in 0..=random.below(8) {
        let mut name = random.pick(makers)(random);
        if let San::Dns(host) = &name
            && wildcard
            && random.one_in(6)
        {
            name = San::Dns(format!("*.{host}"));
        }
        if names.iter().all(|earlier| !earlier.is_same_name(&name)) {
            names.push(name);
        }
    }
    names
}

fn host(random: &mut Random) -> San {
    San::Dns(host_text(random))
}

fn host_text(random: &mut Random) -> String {
    let end = ["example.com", "example.org", "cluster.local", "svc.example.net"];
    let mut name = (*random.pick(&end)).to_owned();
    for _ in 0..=random.below(3) {
        let word = match random.below(8) {
            0 => "xn--bcher-kva".to_owned(),
            1 => "xn--80aswg".to_owned(),
            _ => label(random),
        };
        name = format!("{word}.{name}");
    }
    // It may be a common name, which has 64 characters at most.
    if name.len() > 60 { "short.example.com".to_owned() } else { name }
}

/// A label that begins and ends with a letter, without two hyphens in a row.
fn label(random: &mut Random) -> String {
    let mut label = String::new();
    label.push(char::from(b'a' + random.octet() % 26));
    for _ in 0..random.below(12) {
        match random.below(12) {
            0 if !label.ends_with('-') => label.push('-'),
            1 => label.push(char::from(b'0' + random.octet() % 10)),
            2 => label.push(char::from(b'A' + random.octet() % 26)),
            _ => label.push(char::from(b'a' + random.octet() % 26)),
        }
    }
    label.push(char::from(b'a' + random.octet() % 26));
    label
}

fn address(random: &mut Random) -> San {
    if random.one_in(2) {
        let [b, c, d] = [random.octet(), random.octet(), random.octet()];
        return San::Ip([1 + random.octet() % 222, b, c, d].into());
    }
    let mut octets = [0_u8; 16];
    octets[..4].copy_from_slice(&[0x20, 1, 0xd, 0xb8]);
    for octet in &mut octets[8..] {
        *octet = if random.one_in(2) { 0 } else { random.octet() };
    }
    San::Ip(octets.into())
}

fn uri(random: &mut Random) -> San {
    let word = label(random);
    San::Uri(match random.below(4) {
        0 => format!("spiffe://example.com/ns/{word}/sa/{}", label(random)),
        1 => format!("urn:example:{word}"),
        2 => format!("https://{}:8443/{word}?a=b%20c#d", host_text(random)),
        _ => format!("https://[2001:db8::{:x}]/{word}", 1 + random.below(0xfffe)),
    })
}

fn mailbox(random: &mut Random) -> San {
    San::Email(format!("{}.{}+x@{}", label(random), label(random), host_text(random)))
}

/// Words of one script each, without what RFC 4514 escapes, so that tools show them as they are.
fn text(random: &mut Random) -> String {
    const WORDS: &[&str] = &[
        "Example",
        "Müller",
        "Zürich",
        "Société",
        "Москва",
        "Пример",
        "東京",
        "データ",
        "서울",
        "Αθήνα",
        "kube-proxy",
        "web.example.com",
        "a/b",
        "R&D",
        "Nr. 7",
        "(test)",
    ];
    let words: Vec<&str> = (0..=random.below(4)).map(|_| *random.pick(WORDS)).collect();
    words.join(" ")
}
