//! Subjects: too long, too many, twice, empty, and what a profile has a say in.

use crate::encode::{rdn, tlv};
use crate::vector::{Corpus, Draft, common_name};

const TLS: &str = "tls-server";
const CN: &str = "2.5.4.3";
const O: &str = "2.5.4.10";
const OU: &str = "2.5.4.11";
const UTF8: u8 = 0x0c;
const PRINTABLE: u8 = 0x13;
const IA5: u8 = 0x16;

pub(super) fn add(corpus: &mut Corpus) {
    lengths(corpus);
    counts(corpus);
    repeats(corpus);
    kubernetes(corpus);
    unlisted(corpus);
}

fn single(kind: &str, tag: u8, value: &[u8]) -> Vec<u8> {
    Draft::good().subject(&[rdn(&[(kind, tag, value)])]).finish()
}

fn lengths(corpus: &mut Corpus) {
    let class = "name-length";
    let code = "request.name.too-long";
    for (name, kind, tag, most) in [
        ("CN", CN, UTF8, 64),
        ("O", O, UTF8, 64),
        ("OU", OU, UTF8, 64),
        ("L", "2.5.4.7", UTF8, 128),
        ("ST", "2.5.4.8", UTF8, 128),
        ("title", "2.5.4.12", UTF8, 64),
        ("serialNumber", "2.5.4.5", PRINTABLE, 64),
        ("emailAddress", "1.2.840.113549.1.9.1", IA5, 255),
    ] {
        let value = vec![b'a'; most + 1];
        corpus.refused(class, format!("{name} of {}", most + 1), code, single(kind, tag, &value));
    }
    corpus.refused(class, "CN of 1000", code, single(CN, UTF8, &[b'a'; 1_000]));
    corpus.refused(class, "CN of 60000", code, single(CN, UTF8, &[b'a'; 60_000]));
    let two = "ü".repeat(65);
    corpus.refused(class, "CN of 65 letters in two octets", code, single(CN, UTF8, two.as_bytes()));
    corpus.refused(class, "a country of three letters", code, single("2.5.4.6", PRINTABLE, b"CHE"));
    let class = "name-empty";
    let code = "request.name.empty";
    for (note, kind, tag) in [
        ("CN", CN, UTF8),
        ("CN of PrintableString", CN, PRINTABLE),
        ("O", O, UTF8),
        ("country", "2.5.4.6", PRINTABLE),
        ("emailAddress", "1.2.840.113549.1.9.1", IA5),
        ("an unknown attribute", "1.3.6.1.4.1.99999.5", UTF8),
    ] {
        corpus.refused(class, note, code, single(kind, tag, b""));
    }
}

fn counts(corpus: &mut Corpus) {
    let class = "name-count";
    let code = "request.name.too-many";
    let units = |count: usize| -> Vec<Vec<u8>> {
        (0..count).map(|n| rdn(&[(OU, UTF8, format!("unit {n}").as_bytes())])).collect()
    };
    for count in [33, 100, 500] {
        let der = Draft::good().subject(&units(count)).finish();
        corpus.refused(class, format!("{count} RDNs"), code, der);
    }
    let many: Vec<Vec<u8>> = (0..33).map(|n| format!("unit {n:02}").into_bytes()).collect();
    let many: Vec<(&str, u8, &[u8])> = many.iter().map(|v| (OU, UTF8, v.as_slice())).collect();
    let der = Draft::good().subject(&[rdn(&many)]).finish();
    corpus.refused(class, "33 attributes in one RDN", code, der);
    let class = "empty-rdn";
    let code = "request.empty-rdn";
    let empty = tlv(0x31, &[]);
    corpus.refused(
        class,
        "alone",
        code,
        Draft::good().subject(std::slice::from_ref(&empty)).finish(),
    );
    let der = Draft::good().subject(&[common_name("a"), empty.clone()]).finish();
    corpus.refused(class, "behind a CN", code, der);
    let der = Draft::good().subject(&[empty, common_name("a")]).finish();
    corpus.refused(class, "before a CN", code, der);
}

fn repeats(corpus: &mut Corpus) {
    let class = "name-duplicate";
    let code = "request.name.duplicate";
    let cn = (CN, UTF8, &b"a"[..]);
    corpus.refused(
        class,
        "CN twice in one RDN",
        code,
        Draft::good().subject(&[rdn(&[cn, cn])]).finish(),
    );
    let ou = (OU, UTF8, &b"a"[..]);
    corpus.refused(
        class,
        "OU twice in one RDN",
        code,
        Draft::good().subject(&[rdn(&[ou, ou])]).finish(),
    );
    let three = rdn(&[cn, ou, ou]);
    corpus.refused(class, "OU twice beside a CN", code, Draft::good().subject(&[three]).finish());
    for (note, kind, one, two) in [
        ("two CNs in one RDN", CN, "a", "b"),
        ("two OUs in one RDN", OU, "one", "two"),
        ("two attributes of nobody in one RDN", "1.3.6.1.4.1.99999.5", "a", "b"),
    ] {
        let pair = rdn(&[(kind, UTF8, one.as_bytes()), (kind, UTF8, two.as_bytes())]);
        corpus.refused(class, note, code, Draft::good().subject(&[pair]).finish());
    }
    let class = "subject-repeats";
    let code = "policy.subject-repeats";
    for (note, kind, tag, one, two) in [
        ("two CNs", CN, UTF8, &b"a.example.com"[..], &b"b.example.com"[..]),
        ("the same CN twice", CN, UTF8, b"a.example.com", b"a.example.com"),
        ("two Os", O, UTF8, b"one", b"two"),
        ("two countries", "2.5.4.6", PRINTABLE, b"CH", b"DE"),
        ("two serialNumbers", "2.5.4.5", PRINTABLE, b"1", b"2"),
    ] {
        let der = Draft::good().subject(&[rdn(&[(kind, tag, one)]), rdn(&[(kind, tag, two)])]);
        corpus.add(class, TLS, note, code, der.finish());
    }
    let class = "subject-multi-valued";
    let code = "policy.subject-multi-valued";
    let pair = rdn(&[(CN, UTF8, b"jane"), (O, UTF8, b"developers")]);
    let draft = Draft::good().subject(&[pair]).attributes(&[]);
    corpus.add(class, "k8s-client", "CN and O in one RDN", code, draft.finish());
}

fn kubernetes(corpus: &mut Corpus) {
    let class = "kubernetes-group-in-ou";
    let code = "policy.kubernetes-group-in-ou";
    for (note, group) in [
        ("system masters", "system:masters"),
        ("system nodes", "system:nodes"),
        ("kubeadm cluster admins", "kubeadm:cluster-admins"),
        ("in capitals", "SYSTEM:masters"),
    ] {
        for profile in [TLS, "k8s-client"] {
            let subject = [rdn(&[(OU, UTF8, group.as_bytes())]), common_name("jane")];
            let draft = Draft::good().subject(&subject);
            let draft = if profile == TLS { draft } else { draft.attributes(&[]) };
            corpus.add(class, profile, format!("{note} under {profile}"), code, draft.finish());
        }
    }
    let class = "kubelet-subject";
    let kubelet = |cn: &str, o: &str| {
        let subject = [rdn(&[(O, UTF8, o.as_bytes())]), common_name(cn)];
        Draft::good().subject(&subject).attributes(&[]).finish()
    };
    for (note, code, cn, o) in [
        ("another group", "policy.subject-fixed", "system:node:w1", "system:masters"),
        ("another user", "policy.subject-prefix", "kubernetes-admin", "system:nodes"),
        ("no node", "policy.subject-prefix", "system:node:", "system:nodes"),
        ("a prefix in capitals", "policy.subject-prefix", "System:node:w1", "system:nodes"),
        ("a group in capitals", "policy.subject-fixed", "system:node:w1", "System:nodes"),
    ] {
        corpus.add(class, "k8s-kubelet-client", note, code, kubelet(cn, o));
    }
    let two = [
        rdn(&[(O, UTF8, b"system:nodes")]),
        rdn(&[(O, UTF8, b"system:masters")]),
        common_name("system:node:w1"),
    ];
    let der = Draft::good().subject(&two).attributes(&[]).finish();
    corpus.add(class, "k8s-kubelet-client", "a second group", "policy.subject-repeats", der);
    let der = Draft::good().subject(&[common_name("system:node:w1")]).attributes(&[]).finish();
    corpus.add(class, "k8s-kubelet-client", "no group", "policy.subject-lacks", der);
    let der = Draft::good().subject(&[]).finish();
    corpus.add(class, "k8s-apiserver", "no CN", "policy.subject-lacks", der);
}

fn unlisted(corpus: &mut Corpus) {
    let class = "subject-attribute";
    let code = "policy.subject-attribute";
    for (note, kind, tag, value) in [
        ("dnQualifier", "2.5.4.46", PRINTABLE, &b"7"[..]),
        ("pseudonym", "2.5.4.65", UTF8, b"nobody"),
        ("name", "2.5.4.41", UTF8, b"Jane"),
        ("description", "2.5.4.13", UTF8, b"text"),
        ("postalCode", "2.5.4.17", UTF8, b"3000"),
        ("businessCategory", "2.5.4.15", UTF8, b"Private Organization"),
        ("jurisdiction of EV", "1.3.6.1.4.1.311.60.2.1.3", PRINTABLE, b"CH"),
        ("unstructuredName", "1.2.840.113549.1.9.2", IA5, b"router"),
        ("organizationIdentifier", "2.5.4.97", UTF8, b"VATCH-1"),
        ("userPassword", "2.5.4.35", UTF8, b"secret"),
        ("an unknown attribute", "1.3.6.1.4.1.99999.6", UTF8, b"x"),
    ] {
        let draft =
            Draft::good().subject(&[rdn(&[(kind, tag, value)]), common_name("a.example.com")]);
        corpus.add(class, TLS, note, code, draft.finish());
    }
}
