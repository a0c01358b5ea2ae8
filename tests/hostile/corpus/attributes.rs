//! Attributes and extensions of a request: twice, empty, too many, malformed, unknown.

use super::encoding::UNKNOWN;
use crate::encode::{
    CHALLENGE_PASSWORD, EXTENSION_REQUEST, MICROSOFT_EXTENSION_REQUEST, attribute, dns, extension,
    extension_request, oid, san_extension, sequence, tlv,
};
use crate::vector::{Corpus, Draft, san_request};

const TLS: &str = "tls-server";

pub(super) fn add(corpus: &mut Corpus) {
    duplicates(corpus);
    empties(corpus);
    counts(corpus);
    malformed(corpus);
    unknown(corpus);
}

fn with(attributes: &[Vec<u8>]) -> Vec<u8> {
    Draft::good().attributes(attributes).finish()
}

fn password(text: &str) -> Vec<u8> {
    attribute(CHALLENGE_PASSWORD, &[tlv(0x0c, text.as_bytes())])
}

fn names() -> Vec<u8> {
    san_request(&[dns("www.example.com")])
}

fn duplicates(corpus: &mut Corpus) {
    let class = "duplicate-attribute";
    let code = "request.duplicate-attribute";
    corpus.refused(class, "two challengePasswords", code, with(&[password("a"), password("b")]));
    let unknown = |value: &[u8]| attribute(UNKNOWN, &[tlv(4, value)]);
    corpus.refused(class, "two of an unknown kind", code, with(&[unknown(b"a"), unknown(b"b")]));
    let microsoft = |name: &str| {
        attribute(MICROSOFT_EXTENSION_REQUEST, &[sequence(&[san_extension(&[dns(name)])])])
    };
    let two = [microsoft("a.example.com"), microsoft("b.example.com")];
    corpus.refused(class, "two of Microsoft's extension requests", code, with(&two));

    let class = "second-extension-request";
    let code = "request.second-extension-request";
    let other = san_request(&[dns("evil.example.com")]);
    corpus.refused(class, "with another name", code, with(&[names(), other]));
    let usage = extension_request(&[extension("2.5.29.15", true, &[3, 2, 7, 0x80])]);
    corpus.refused(class, "with another extension", code, with(&[names(), usage]));
    corpus.refused(class, "the same twice", code, with(&[names(), names()]));

    let class = "duplicate-extension";
    let code = "request.duplicate-extension";
    for (note, kind, one, two) in [
        ("two basicConstraints", "2.5.29.19", &[0x30, 0][..], &[0x30, 3, 1, 1, 0xff][..]),
        ("two keyUsages", "2.5.29.15", &[3, 2, 7, 0x80], &[3, 2, 2, 4]),
        ("the same keyUsage twice", "2.5.29.15", &[3, 2, 7, 0x80], &[3, 2, 7, 0x80]),
        ("two of an unknown kind", UNKNOWN, &[5, 0], &[1, 1, 0xff]),
    ] {
        let pair = [extension(kind, true, one), extension(kind, true, two)];
        corpus.refused(class, note, code, Draft::good().and_extensions(&pair).finish());
    }
    let second = san_extension(&[dns("evil.example.com")]);
    let der = Draft::good().and_extensions(&[second]).finish();
    corpus.refused(class, "two subjectAltNames", code, der);
}

fn empties(corpus: &mut Corpus) {
    let class = "attribute-without-value";
    let code = "request.attribute-without-value";
    corpus.refused(class, "challengePassword", code, with(&[attribute(CHALLENGE_PASSWORD, &[])]));
    corpus.refused(class, "of an unknown kind", code, with(&[attribute(UNKNOWN, &[])]));
    let class = "extension-request-values";
    let code = "request.extension-request-values";
    corpus.refused(class, "none", code, with(&[attribute(EXTENSION_REQUEST, &[])]));
    let value = |name: &str| sequence(&[san_extension(&[dns(name)])]);
    let two = [value("a.example.com"), value("b.example.com")];
    corpus.refused(class, "two", code, with(&[attribute(EXTENSION_REQUEST, &two)]));
    let class = "empty-extension-request";
    let code = "request.empty-extension-request";
    corpus.refused(class, "no extension", code, with(&[extension_request(&[])]));
    let class = "empty-sans";
    let code = "request.empty-sans";
    corpus.refused(class, "no name", code, Draft::good().names(&[]).finish());
    let critical = extension("2.5.29.17", true, &sequence(&[]));
    corpus.refused(
        class,
        "no name, critical",
        code,
        Draft::good().extensions(&[critical]).finish(),
    );
}

fn counts(corpus: &mut Corpus) {
    let many = |count: usize| -> Vec<Vec<u8>> {
        (0..count).map(|n| attribute(&format!("1.2.3.{n}"), &[vec![5, 0]])).collect()
    };
    let class = "too-many-attributes";
    for count in [33, 100] {
        let note = format!("{count} attributes");
        corpus.refused(class, note, "request.too-many-attributes", with(&many(count)));
    }
    let class = "too-many-extensions";
    for count in [33, 100] {
        let all: Vec<Vec<u8>> =
            (0..count).map(|n| extension(&format!("1.2.3.{n}"), false, &[5, 0])).collect();
        let der = Draft::good().extensions(&all).finish();
        corpus.refused(class, format!("{count} extensions"), "request.too-many-extensions", der);
    }
    let class = "too-many-sans";
    for count in [101, 500] {
        let all: Vec<Vec<u8>> = (0..count).map(|n| dns(&format!("n{n}.example.com"))).collect();
        let der = Draft::good().names(&all).finish();
        corpus.refused(class, format!("{count} names"), "request.too-many-sans", der);
    }
    let all: Vec<Vec<u8>> = (0..101_u8).map(|n| tlv(0x87, &[192, 0, 2, n])).collect();
    let der = Draft::good().names(&all).finish();
    corpus.refused(class, "101 addresses", "request.too-many-sans", der);
}

fn malformed(corpus: &mut Corpus) {
    let class = "malformed-attribute";
    let code = "request.attribute";
    for (note, parts) in [
        ("nothing in it", vec![]),
        ("a type alone", vec![oid(UNKNOWN)]),
        ("values alone", vec![tlv(0x31, &[5, 0])]),
        ("values before the type", vec![tlv(0x31, &[5, 0]), oid(UNKNOWN)]),
        ("two types", vec![oid(UNKNOWN), oid(UNKNOWN), tlv(0x31, &[5, 0])]),
        ("two sets of values", vec![oid(UNKNOWN), tlv(0x31, &[5, 0]), tlv(0x31, &[5, 0])]),
    ] {
        corpus.refused(class, note, code, with(&[sequence(&parts)]));
    }
    corpus.refused(class, "an INTEGER", code, with(&[vec![2, 1, 0]]));

    let class = "malformed-extension";
    let code = "request.extension";
    for (note, parts) in [
        ("a type alone", vec![oid(UNKNOWN)]),
        ("a value alone", vec![tlv(4, &[5, 0])]),
        ("critical but no value", vec![oid(UNKNOWN), tlv(1, &[0xff])]),
        ("critical twice", vec![oid(UNKNOWN), tlv(1, &[0xff]), tlv(1, &[0xff]), tlv(4, &[5, 0])]),
        ("critical behind the value", vec![oid(UNKNOWN), tlv(4, &[5, 0]), tlv(1, &[0xff])]),
        ("two values", vec![oid(UNKNOWN), tlv(4, &[5, 0]), tlv(4, &[5, 0])]),
        ("a value without its OCTET STRING", vec![oid(UNKNOWN), vec![5, 0]]),
    ] {
        corpus.refused(
            class,
            note,
            code,
            Draft::good().and_extensions(&[sequence(&parts)]).finish(),
        );
    }
    let der = with(&[attribute(EXTENSION_REQUEST, &[tlv(4, &[0x30, 0])])]);
    corpus.refused(class, "an OCTET STRING for extensions", code, der);
    corpus.refused(
        class,
        "an INTEGER among extensions",
        code,
        with(&[extension_request(&[vec![2, 1, 0]])]),
    );

    let class = "malformed-sans";
    let code = "request.sans";
    let with_sans =
        |value: &[u8]| Draft::good().extensions(&[extension("2.5.29.17", false, value)]).finish();
    corpus.refused(class, "no octet", code, with_sans(&[]));
    corpus.refused(class, "NULL", code, with_sans(&[5, 0]));
    corpus.refused(class, "a dNSName without its sequence", code, with_sans(&dns("a.example.com")));
    corpus.refused(
        class,
        "an OCTET STRING",
        code,
        with_sans(&tlv(4, &sequence(&[dns("a.example.com")]))),
    );
    corpus.refused(class, "text", code, with_sans(b"DNS:www.example.com"));
}

fn unknown(corpus: &mut Corpus) {
    let code = "policy.request-attribute";
    let class = "challenge-password";
    for (note, value) in [
        ("UTF8String", tlv(0x0c, b"secret")),
        ("PrintableString", tlv(0x13, b"secret")),
        ("BMPString", tlv(0x1e, &[0, b'x'])),
        ("with ESC", tlv(0x0c, b"\x1b[31m")),
        ("an INTEGER", vec![2, 1, 7]),
        ("of 30000 octets", tlv(0x0c, &[b'a'; 30_000])),
    ] {
        let der = with(&[names(), attribute(CHALLENGE_PASSWORD, &[value])]);
        corpus.add(class, TLS, note, code, der);
    }
    let class = "microsoft-extension-request";
    let value = |name: &str| sequence(&[san_extension(&[dns(name)])]);
    let microsoft = attribute(MICROSOFT_EXTENSION_REQUEST, &[value("evil.example.com")]);
    corpus.add(class, TLS, "beside the standard one", code, with(&[names(), microsoft.clone()]));
    corpus.add(class, TLS, "alone", code, with(&[microsoft]));
    let class = "unknown-attribute";
    for (note, kind) in [
        ("of nobody", UNKNOWN),
        ("unstructuredName", "1.2.840.113549.1.9.2"),
        ("unstructuredAddress", "1.2.840.113549.1.9.8"),
        ("Windows version", "1.3.6.1.4.1.311.13.2.3"),
        ("enrolment name", "1.3.6.1.4.1.311.13.2.1"),
        ("extended certificate attributes", "1.2.840.113549.1.9.9"),
        ("a friendly name", "1.2.840.113549.1.9.20"),
    ] {
        corpus.add(class, TLS, note, code, with(&[names(), attribute(kind, &[tlv(0x16, b"x")])]));
    }
    let two = attribute(UNKNOWN, &[vec![2, 1, 1], vec![2, 1, 2]]);
    corpus.add(class, TLS, "with two values", code, with(&[names(), two]));
}
