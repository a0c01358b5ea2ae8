//! Subject alternative names: each way to ask for a host that nobody is, and kinds we do not issue.

use crate::encode::{dns, extension, oid, rdn, sequence, tlv};
use crate::vector::{Corpus, Draft, common_name};

const TLS: &str = "tls-server";

const EMAIL: u8 = 0x81;
const DNS: u8 = 0x82;
const URI: u8 = 0x86;
const IP: u8 = 0x87;

pub(super) fn add(corpus: &mut Corpus) {
    hosts(corpus);
    wildcards(corpus);
    international(corpus);
    addresses(corpus);
    mailboxes(corpus);
    uris(corpus);
    texts(corpus);
    kinds(corpus);
    repeats(corpus);
    profiles(corpus);
}

/// A request for one name of this kind.
fn name(kind: u8, value: &[u8]) -> Vec<u8> {
    Draft::good().names(&[tlv(kind, value)]).finish()
}

fn hosts(corpus: &mut Corpus) {
    let long = "a".repeat(64);
    let full = vec!["a".repeat(63); 4].join(".");
    for (class, code, names) in [
        ("dns-length", "request.dns.length", &[full.as_str()][..]),
        (
            "dns-label-length",
            "request.dns.label-length",
            &[&format!("{long}.example.com"), &format!("www.{long}")],
        ),
        (
            "dns-empty-label",
            "request.dns.empty-label",
            &[".example.com", "www..example.com", "*..example.com"],
        ),
        ("dns-trailing-dot", "request.dns.trailing-dot", &["www.example.com.", "com.", ".", ".."]),
        (
            "dns-characters",
            "request.dns.characters",
            &[
                "www/example.com",
                "www.example.com/",
                "user@example.com",
                "www.example.com:443",
                "https://www.example.com",
                "www,example.com",
                "www\\example.com",
                "(www).example.com",
                "www%2eexample.com",
                "www+example.com",
                "\"www\".example.com",
                "www;example.com",
                "${jndi}.example.com",
                "$(id).example.com",
                "<b>.example.com",
            ],
        ),
        (
            "dns-hyphen",
            "request.dns.hyphen",
            &["-www.example.com", "www-.example.com", "www.-example.com", "www.example.com-", "-"],
        ),
        (
            "dns-reserved-ldh",
            "request.dns.reserved-ldh",
            &["ab--cd.example.com", "zz--zz.example.com", "12--34.example.com"],
        ),
        (
            "dns-ip-address",
            "request.dns.ip-address",
            &[
                "10.0.0.1",
                "127.0.0.1",
                "::1",
                "2001:db8::1",
                "::ffff:10.0.0.1",
                "0x7f.1",
                "0x7f000001",
                "0X7F.0x0.0x0.0x1",
                "2130706433",
                "010.0.0.1",
                "0177.1",
                "127.1",
                "1.2.3",
                "0",
            ],
        ),
        (
            "dns-numeric-tld",
            "request.dns.numeric-tld",
            &[
                "www.example.1",
                "1.2.3.4.5",
                "256.256.256.256",
                "www.0x1f",
                "999999999999",
                "08.0.0.1",
            ],
        ),
    ] {
        for text in names {
            let shown = if text.len() > 40 {
                format!("{} characters", text.len())
            } else {
                (*text).to_owned()
            };
            corpus.refused(class, shown, code, name(DNS, text.as_bytes()));
        }
    }
}

fn wildcards(corpus: &mut Corpus) {
    for (class, code, names) in [
        (
            "dns-wildcard-position",
            "request.dns.wildcard-position",
            &[
                "*",
                "*.com",
                "*.localhost",
                "www.*.example.com",
                "*.*.example.com",
                "w*.example.com",
                "*w.example.com",
                "w*w.example.com",
                "www.example.*",
                "www*",
                "**.example.com",
                "xn--*.example.com",
            ][..],
        ),
        (
            "dns-wildcard-public-suffix",
            "request.dns.wildcard-public-suffix",
            &[
                "*.co.uk",
                "*.github.io",
                "*.CO.UK",
                "*.com.au",
                "*.s3.amazonaws.com",
                "*.gov.uk",
                "*.kawasaki.jp",
                "*.compute.amazonaws.com",
            ],
        ),
    ] {
        for text in names {
            corpus.refused(class, *text, code, name(DNS, text.as_bytes()));
        }
    }
}

fn international(corpus: &mut Corpus) {
    let class = "dns-a-label";
    let code = "request.dns.a-label";
    for (note, label) in [
        ("of ASCII alone", "xn--example-e"),
        ("of nothing", "xn--0"),
        ("with capitals", "xn--Bcher-kva"),
        ("with a prefix in capitals", "XN--bcher-kva"),
        ("of an overlong number", "xn--99999999"),
        ("of an unassigned character", "xn--a-ecp"),
        ("that is cut off", "xn--bcher-kv"),
        ("in an A-label", "xn--xn---epa"),
    ] {
        corpus.refused(class, note, code, name(DNS, format!("{label}.example.com").as_bytes()));
    }
    for (note, unicode) in [
        ("of a capital letter", "b\u{dc}cher"),
        ("of a right-to-left override", "ab\u{202e}cd"),
        ("of a zero width space", "ab\u{200b}cd"),
        ("of a zero width joiner", "ab\u{200d}cd"),
        ("of a full-width letter", "\u{ff41}bc"),
        ("of what is not NFC", "bu\u{308}cher"),
        ("of a soft hyphen", "ab\u{ad}cd"),
        ("of a combining mark in front", "\u{301}abc"),
        ("of Hebrew before Latin", "\u{5d0}abc"),
        ("of a dot", "a\u{3002}b\u{fc}"),
        ("of a blank", "a\u{3000}b"),
        ("of a snowman's hyphens", "ab--\u{fc}"),
    ] {
        let label = idna::punycode::encode_str(unicode).unwrap();
        let host = format!("xn--{label}.example.com");
        corpus.refused(class, note, code, name(DNS, host.as_bytes()));
    }
    let class = "dns-mixed-script";
    let code = "request.dns.mixed-script";
    for (note, unicode) in [
        ("Latin with Cyrillic a", "p\u{430}ypal"),
        ("Latin with Cyrillic o", "g\u{43e}ogle"),
        ("Latin with Greek omicron", "g\u{3bf}ogle"),
        ("Cyrillic with Latin a", "\u{43c}a\u{43c}\u{430}"),
        ("Greek with Cyrillic", "\u{3b1}\u{431}\u{3b3}"),
        ("Latin with Armenian", "e\u{578}ample"),
    ] {
        let host = idna::domain_to_ascii(&format!("{unicode}.example")).unwrap();
        corpus.refused(class, note, code, name(DNS, host.as_bytes()));
    }
}

fn addresses(corpus: &mut Corpus) {
    let mapped = [&[0; 10][..], &[0xff; 2], &[192, 0, 2, 1]].concat();
    let multicast = [&[0xff, 2][..], &[0; 13], &[1]].concat();
    for (class, code, values) in [
        (
            "ip-length",
            "request.san-ip-length",
            &[
                ("no octets", vec![]),
                ("one octet", vec![10]),
                ("3 octets", vec![10, 0, 0]),
                ("5 octets", vec![10, 0, 0, 1, 0]),
                ("8 octets, a subnet", vec![10, 0, 0, 0, 255, 0, 0, 0]),
                ("15 octets", vec![1; 15]),
                ("17 octets", vec![1; 17]),
                ("32 octets, a subnet", vec![1; 32]),
                ("text", b"192.0.2.1".to_vec()),
            ][..],
        ),
        (
            "ip-unspecified",
            "request.ip.unspecified",
            &[("IPv4", vec![0; 4]), ("IPv6", vec![0; 16])],
        ),
        (
            "ip-multicast",
            "request.ip.multicast",
            &[
                ("IPv4", vec![224, 0, 0, 1]),
                ("IPv4 at the end", vec![239, 255, 255, 255]),
                ("IPv6", multicast),
                ("IPv6 in all bits", vec![0xff; 16]),
            ],
        ),
        (
            "ip-mapped",
            "request.ip.mapped",
            &[
                ("IPv4 in IPv6", mapped),
                ("the unspecified address", [&[0; 10][..], &[0xff; 2], &[0; 4]].concat()),
            ],
        ),
    ] {
        for (note, value) in values {
            corpus.refused(class, *note, code, name(IP, value));
        }
    }
}

fn mailboxes(corpus: &mut Corpus) {
    let class = "email-syntax";
    let code = "request.email.syntax";
    let long = format!("{}@example.com", "a".repeat(65));
    for text in [
        "nobody",
        "@example.com",
        "jane@",
        "jane@@example.com",
        "jane@evil.example@example.com",
        ".jane@example.com",
        "jane.@example.com",
        "jane..doe@example.com",
        "jane@.example.com",
        "jane@example..com",
        "jane@example.com.",
        "jane@192.0.2.1",
        "jane@[192.0.2.1]",
        "jane@*.example.com",
        "jane@exa_mple.com",
        "jane@-example.com",
        "<jane@example.com>",
        "\"jane\"@example.com",
        "jane(x)@example.com",
        "mailto:jane@example.com",
        "jane,bob@example.com",
    ] {
        corpus.refused(class, text, code, name(EMAIL, text.as_bytes()));
    }
    corpus.refused(class, "65 characters before the at sign", code, name(EMAIL, long.as_bytes()));
}

fn uris(corpus: &mut Corpus) {
    let class = "uri-syntax";
    let code = "request.uri.syntax";
    for text in [
        "www.example.com",
        "/relative",
        "//www.example.com/",
        "?query",
        "#fragment",
        ":",
        "https:",
        "1https://example.com/",
        "ht_tp://example.com/",
        "-x://example.com/",
        "https:///path",
        "https://",
        "https://user@/",
        "https://exa..mple.com/",
        "https://example.com./",
        "https://*.example.com/",
        "https://example.com:port/",
        "https://example.com/%",
        "https://example.com/%4",
        "https://example.com/%zz",
        "https://example.com/<script>",
        "https://example.com/{x}",
        "https://example.com/a|b",
        "https://example.com/a\\b",
        "https://example.com/\"",
        "https://example.com/^",
        "https://[::1",
        "https://[::1]x/",
        "https://[192.0.2.1]/",
        "https://[zz]/",
        "https://0x7f.1/",
        "https://127.1/",
        "https://010.0.0.1/",
        "https://xn--example-e.example.com/",
    ] {
        corpus.refused(class, text, code, name(URI, text.as_bytes()));
    }
}

fn texts(corpus: &mut Corpus) {
    let class = "san-text";
    let code = "request.san-text";
    for (kind, word) in [(DNS, "dNSName"), (URI, "URI"), (EMAIL, "mailbox")] {
        let around = |middle: &[u8]| match kind {
            DNS => [b"www", middle, b".example.com"].concat(),
            URI => [b"https://www", middle, b".example.com/"].concat(),
            _ => [b"jane", middle, b"@example.com"].concat(),
        };
        for (note, middle) in [
            ("a NUL", &b"\0"[..]),
            ("a NUL and a name", b".example.com\0.evil"),
            ("a blank", b" "),
            ("a tab", b"\t"),
            ("a line end", b"\n"),
            ("ESC", b"\x1b[31m"),
            ("DEL", b"\x7f"),
            ("CSI of one octet", b"\x9b"),
            ("Latin-1", b"\xfc"),
            ("UTF-8", "ü".as_bytes()),
            ("a right-to-left override", "\u{202e}".as_bytes()),
            ("a zero width space", "\u{200b}".as_bytes()),
        ] {
            corpus.refused(class, format!("{word} with {note}"), code, name(kind, &around(middle)));
        }
        corpus.refused(class, format!("{word} without characters"), code, name(kind, b""));
    }
}

fn kinds(corpus: &mut Corpus) {
    let class = "san-kind";
    let code = "request.san-kind";
    let principal = [oid("1.3.6.1.4.1.311.20.2.3"), tlv(0xa0, &tlv(0x0c, b"jane@example.com"))];
    let kerberos = [oid("1.3.6.1.5.2.2"), tlv(0xa0, &sequence(&[]))];
    let xmpp = [oid("1.3.6.1.5.5.7.8.5"), tlv(0xa0, &tlv(0x0c, b"jane@example.com"))];
    let smtp = [oid("1.3.6.1.5.5.7.8.9"), tlv(0xa0, &tlv(0x0c, "jané@example.com".as_bytes()))];
    let srv = [oid("1.3.6.1.5.5.7.8.7"), tlv(0xa0, &tlv(0x16, b"_ldap.example.com"))];
    let directory = sequence(&[common_name("www.example.com")]);
    for (note, der) in [
        ("otherName, a user principal", tlv(0xa0, &principal.concat())),
        ("otherName, a Kerberos principal", tlv(0xa0, &kerberos.concat())),
        ("otherName, an XMPP address", tlv(0xa0, &xmpp.concat())),
        ("otherName, an international mailbox", tlv(0xa0, &smtp.concat())),
        ("otherName, a service", tlv(0xa0, &srv.concat())),
        ("otherName without anything", tlv(0xa0, &[])),
        ("x400Address", tlv(0xa3, &sequence(&[]))),
        ("directoryName", tlv(0xa4, &directory)),
        ("directoryName, empty", tlv(0xa4, &sequence(&[]))),
        ("ediPartyName", tlv(0xa5, &tlv(0xa1, &tlv(0x0c, b"x")))),
        ("registeredID", tlv(0x88, &[0x2a, 3])),
    ] {
        corpus.refused(class, note, code, Draft::good().names(std::slice::from_ref(&der)).finish());
        let second = Draft::good().names(&[dns("www.example.com"), der]).finish();
        corpus.refused(class, format!("{note}, second"), code, second);
    }
}

fn repeats(corpus: &mut Corpus) {
    let class = "duplicate-san";
    let code = "request.duplicate-san";
    for (note, kind, one, two) in [
        ("the same host", DNS, &b"a.example.com"[..], &b"a.example.com"[..]),
        ("the same host in capitals", DNS, b"a.example.com", b"A.Example.COM"),
        ("the same wildcard", DNS, b"*.example.com", b"*.EXAMPLE.com"),
        ("the same address", IP, &[192, 0, 2, 1], &[192, 0, 2, 1]),
        ("the same mailbox", EMAIL, b"jane@example.com", b"jane@EXAMPLE.com"),
        ("the same URI", URI, b"urn:a:b", b"urn:a:b"),
    ] {
        let der = Draft::good().names(&[tlv(kind, one), tlv(kind, two)]).finish();
        corpus.refused(class, note, code, der);
    }
    let apart = [dns("a.example.com"), dns("b.example.com"), dns("A.example.com")];
    corpus.refused(class, "not side by side", code, Draft::good().names(&apart).finish());
}

fn profiles(corpus: &mut Corpus) {
    let class = "underscore";
    let code = "policy.underscore";
    for text in [
        "my_host.example.com",
        "_acme-challenge.example.com",
        "a._b.example.com",
        "*.a_b.example.com",
    ] {
        corpus.add(class, TLS, text, code, name(DNS, text.as_bytes()));
    }
    let class = "wildcard-by-profile";
    let code = "policy.wildcard";
    let node = [rdn(&[("2.5.4.10", 0x0c, b"system:nodes")]), common_name("system:node:w1")];
    let kubelet = |names: &[Vec<u8>]| Draft::good().subject(&node).names(names).finish();
    for text in ["*.example.com", "*.w1.example.com"] {
        corpus.add(class, "k8s-kubelet-serving", text, code, kubelet(&[dns(text)]));
    }
    let client = |names: &[Vec<u8>]| Draft::good().names(names).finish();
    corpus.add(class, "tls-client", "*.example.com", code, client(&[dns("*.example.com")]));
    let class = "san-kind-by-profile";
    let code = "policy.san-kind";
    for (note, der) in [
        ("a URI", tlv(URI, b"spiffe://example.com/a")),
        ("a mailbox", tlv(EMAIL, b"jane@example.com")),
    ] {
        corpus.add(class, "k8s-kubelet-serving", note, code, kubelet(&[dns("w1"), der]));
    }
    corpus.add(class, "k8s-client", "a host for a client", code, {
        Draft::good().subject(&[common_name("jane")]).finish()
    });
    let critical = extension("2.5.29.17", true, &sequence(&[dns("a.example.com")]));
    let der = Draft::good().extensions(&[critical]).finish();
    corpus.add("critical-san", TLS, "beside a subject", "policy.requested-critical", der);
}
