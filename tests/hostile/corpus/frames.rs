//! The frame of a request: what is missing, too much, cut off, or of another type.

use crate::encode::{attribute, dns, extension_request, oid, sequence, tlv};
use crate::vector::{Corpus, Draft, bit_string, common_name};

pub(super) fn add(corpus: &mut Corpus) {
    trailing(corpus);
    truncated(corpus);
    wrong_tags(corpus);
    versions(corpus);
    high_tags(corpus);
}

/// The content of a SEQUENCE with more behind it.
fn longer(sequence: &[u8], more: &[u8]) -> Vec<u8> {
    let header = match sequence[1] {
        0..=0x7f => 2,
        0x81 => 3,
        _ => 4,
    };
    tlv(sequence[0], &[&sequence[header..], more].concat())
}

fn trailing(corpus: &mut Corpus) {
    let class = "trailing";
    let good = Draft::good();
    let whole = good.finish();
    for (note, more) in [
        ("one octet", vec![0]),
        ("a line end", vec![b'\n']),
        ("an end of contents", vec![0, 0]),
        ("a second request", whole.clone()),
        ("15 octets", vec![0x41; 15]),
    ] {
        let der = [&whole[..], &more].concat();
        corpus.refused(class, format!("{note} behind the request"), "request.trailing-bytes", der);
    }
    let null = [5, 0];
    let mut add = |note: &str, code: &'static str, der: Vec<u8>| {
        corpus.refused(class, note, code, der);
    };
    add("in the request", "request.encoding", longer(&whole, &null));
    add("in the info", "request.encoding", good.finish_info(longer(&good.info(), &null)));
    let spki = Draft { spki: longer(&good.spki, &[0x30, 0]), ..good.clone() };
    // Some parsers pass over it, so they read another key.
    add("in the public key", "request.parsers-disagree", spki.finish());
    let algorithm = Draft { algorithm: longer(&good.algorithm, &[0x30, 0]), ..good.clone() };
    add("in the algorithm", "request.signature-algorithm", algorithm.finish());
    let parts = [oid("1.2.3"), tlv(0x31, &null), null.to_vec()];
    add(
        "in an attribute",
        "request.attribute",
        good.clone().attributes(&[sequence(&parts)]).finish(),
    );
    let parts = [oid("1.2.3"), tlv(4, &null), null.to_vec()];
    let der = good.clone().and_extensions(&[sequence(&parts)]).finish();
    add("in an extension", "request.extension", der);
    let names = [sequence(&[dns("www.example.com")]), null.to_vec()].concat();
    let der = good.clone().extensions(&[sequence(&[oid("2.5.29.17"), tlv(4, &names)])]).finish();
    add("behind GeneralNames", "request.sans", der);
    let parts = [oid("2.5.4.3"), tlv(0x0c, b"a"), null.to_vec()];
    let der = good.clone().subject(&[tlv(0x31, &sequence(&parts))]).finish();
    add("in an attribute of the subject", "request.subject", der);
    let der = good.clone().subject(&[common_name("a"), null.to_vec()]).finish();
    add("in the subject", "request.subject", der);
}

fn truncated(corpus: &mut Corpus) {
    let class = "truncated";
    let good = Draft::good();
    let whole = good.finish();
    for (note, length) in [
        ("by one octet", whole.len() - 1),
        ("to the info", good.info().len() + 3),
        ("to a half", whole.len() / 2),
        ("to its header", 3),
        ("to two thirds", whole.len() * 2 / 3),
    ] {
        corpus.refused(
            class,
            format!("the request {note}"),
            "request.encoding",
            whole[..length].to_vec(),
        );
    }
    // An inner length that reaches beyond the outer one.
    let overlong = |element: &[u8]| {
        let mut element = element.to_vec();
        element[1] += 1;
        element
    };
    let mut add = |note: &str, code: &'static str, draft: Draft<'_>| {
        corpus.refused(class, note, code, draft.finish());
    };
    add(
        "the attributes beyond the info",
        "request.not-canonical",
        Draft { attributes: overlong(&good.attributes), ..good.clone() },
    );
    add(
        "the key bits beyond the key",
        "request.not-canonical",
        Draft {
            spki: {
                let mut spki = good.spki.clone();
                spki[10] += 1;
                spki
            },
            ..good.clone()
        },
    );
    let cn = sequence(&[oid("2.5.4.3"), overlong(&tlv(0x0c, b"a"))]);
    add(
        "a CN beyond its attribute",
        "request.not-canonical",
        good.clone().subject(&[tlv(0x31, &cn)]),
    );
    let name = overlong(&dns("www.example.com"));
    add("a dNSName beyond GeneralNames", "request.not-canonical", good.clone().names(&[name]));
    let value = attribute("1.2.3", &[overlong(&[4, 1, 0])]);
    add("a value beyond its set", "request.not-canonical", good.clone().attributes(&[value]));
    for (note, parts) in [
        ("no signature", vec![good.info(), good.algorithm.clone()]),
        ("no algorithm", vec![good.info(), bit_string(&good.signer.sign(&good.info()))]),
        ("info alone", vec![good.info()]),
    ] {
        corpus.refused(class, note, "request.encoding", sequence(&parts));
    }
    for (note, parts) in [
        ("no version", vec![&good.subject, &good.spki, &good.attributes]),
        ("no subject", vec![&good.version, &good.spki, &good.attributes]),
        ("no public key", vec![&good.version, &good.subject, &good.attributes]),
    ] {
        let info = sequence(&parts.into_iter().cloned().collect::<Vec<_>>());
        corpus.refused(class, note, "request.encoding", good.finish_info(info));
    }
    let info = sequence(&[good.version.clone(), good.subject.clone(), good.spki.clone()]);
    let code = "request.no-attributes-field";
    corpus.refused("no-attributes-field", "no attributes field", code, good.finish_info(info));
}

/// The element with another identifier.
fn tagged(element: &[u8], identifier: u8) -> Vec<u8> {
    [&[identifier][..], &element[1..]].concat()
}

fn wrong_tags(corpus: &mut Corpus) {
    let class = "wrong-tag";
    let good = Draft::good();
    let mut add = |note: &str, code: &'static str, der: Vec<u8>| {
        corpus.refused(class, note, code, der);
    };
    let code = "request.encoding";
    add("the request a SET", code, tagged(&good.finish(), 0x31));
    add("the request an OCTET STRING", code, tagged(&good.finish(), 4));
    add("the request a private SEQUENCE", code, tagged(&good.finish(), 0xf0));
    add("the info a SET", code, good.finish_info(tagged(&good.info(), 0x31)));
    add("the version a BOOLEAN", code, Draft { version: vec![1, 1, 0], ..good.clone() }.finish());
    add(
        "the version a context tag",
        code,
        Draft { version: vec![0x80, 1, 0], ..good.clone() }.finish(),
    );
    let subject = tagged(&good.subject, 0x31);
    add("the subject a SET", code, Draft { subject, ..good.clone() }.finish());
    let spki = tagged(&good.spki, 0x31);
    add("the public key a SET", "request.not-canonical", Draft { spki, ..good.clone() }.finish());
    for (note, identifier) in [
        ("tag 1", 0xa1),
        ("a SET", 0x31),
        ("a primitive tag 0", 0x80),
        ("an application tag", 0x60),
    ] {
        let attributes = tagged(&good.attributes, identifier);
        add(&format!("the attributes {note}"), code, Draft { attributes, ..good.clone() }.finish());
    }
    let algorithm = tagged(&good.algorithm, 0x31);
    add("the algorithm a SET", code, Draft { algorithm, ..good.clone() }.finish());
    let signature = tlv(4, &good.signer.sign(&good.info()));
    add(
        "the signature an OCTET STRING",
        code,
        sequence(&[good.info(), good.algorithm.clone(), signature]),
    );
    let code = "request.attribute";
    let parts = [oid("1.2.3"), tlv(0x31, &[5, 0])].concat();
    add("an attribute a SET", code, good.clone().attributes(&[tlv(0x31, &parts)]).finish());
    let attribute = sequence(&[oid("1.2.3"), tlv(0x30, &[5, 0])]);
    add("the values a SEQUENCE", code, good.clone().attributes(&[attribute]).finish());
    let attribute = sequence(&[tlv(2, &[1]), tlv(0x31, &[5, 0])]);
    add("an attribute type an INTEGER", code, good.clone().attributes(&[attribute]).finish());
    let code = "request.extension";
    let extension = tlv(0x31, &[oid("1.2.3"), tlv(4, &[5, 0])].concat());
    add(
        "an extension a SET",
        "request.not-canonical",
        good.clone().and_extensions(&[extension]).finish(),
    );
    let extension = sequence(&[oid("1.2.3"), tlv(3, &[0, 5, 0])]);
    add(
        "an extension value a BIT STRING",
        code,
        good.clone().and_extensions(&[extension]).finish(),
    );
    let extension = sequence(&[oid("1.2.3"), tlv(2, &[1]), tlv(4, &[5, 0])]);
    add("critical an INTEGER", code, good.clone().and_extensions(&[extension]).finish());
    let request = tlv(0x31, &sequence(&[oid("1.2.3"), tlv(4, &[5, 0])]));
    let request = crate::encode::attribute("1.2.840.113549.1.9.14", &[request]);
    add("the extensions a SET", code, good.clone().attributes(&[request]).finish());
    let names = tlv(0x31, &dns("www.example.com"));
    let names = sequence(&[oid("2.5.29.17"), tlv(4, &names)]);
    add("GeneralNames a SET", "request.sans", good.clone().extensions(&[names]).finish());
    let der = good.clone().names(&[tlv(0x0c, b"www.example.com")]).finish();
    add("a name a UTF8String", "request.sans", der);
    let der = good.clone().names(&[tlv(0xa2, &tlv(0x16, b"www.example.com"))]).finish();
    add("an explicit dNSName", "request.sans", der);
    let der = good.clone().names(&[tlv(0x89, b"www.example.com")]).finish();
    add("a name with tag 9", "request.sans", der);
    let der = good.clone().names(&[tlv(0x42, b"www.example.com")]).finish();
    add("a name with an application tag", "request.sans", der);
    let der =
        good.clone().subject(&[tlv(0x30, &sequence(&[oid("2.5.4.3"), tlv(0x0c, b"a")]))]).finish();
    add("an RDN a SEQUENCE", "request.subject", der);
    let der = good.clone().attributes(&[extension_request(&[tlv(0x30, &[])])]).finish();
    add("an extension without anything", code, der);
}

fn versions(corpus: &mut Corpus) {
    for (note, content) in [
        ("1", &[1][..]),
        ("2", &[2]),
        ("127", &[0x7f]),
        ("minus 1", &[0xff]),
        ("minus 128", &[0x80]),
        ("256", &[1, 0]),
        ("2 to the 64", &[1, 0, 0, 0, 0, 0, 0, 0, 0]),
        ("without octets", &[]),
    ] {
        let der = Draft { version: tlv(2, content), ..Draft::good() }.finish();
        let code = if content.is_empty() { "request.not-canonical" } else { "request.version" };
        corpus.refused("version", format!("version {note}"), code, der);
    }
}

fn high_tags(corpus: &mut Corpus) {
    let class = "high-tag";
    let good = Draft::good();
    let high =
        |form: u8, number: u8, element: &[u8]| [&[form | 0x1f, number][..], &element[1..]].concat();
    let mut add = |note: &str, code: &'static str, der: Vec<u8>| {
        corpus.refused(class, note, code, der);
    };
    add("the request", "request.encoding", high(0x20, 0x10, &good.finish()));
    let code = "request.not-canonical";
    add("the info", code, good.finish_info(high(0x20, 0x10, &good.info())));
    let version = high(0, 2, &good.version);
    add("the version", code, Draft { version, ..good.clone() }.finish());
    let attributes = high(0xa0, 0, &good.attributes);
    add("the attributes", code, Draft { attributes, ..good.clone() }.finish());
    add("a small number in a value", code, super::encoding::with_value(&high(0, 4, &[4, 1, 0])));
    add("a padded number in a value", code, super::encoding::with_value(&[0x9f, 0x80, 0x1f, 1, 0]));
    add("a number without an end", code, super::encoding::with_value(&[0x9f, 0xff, 0xff]));
    add("a number of 35 bits", code, {
        super::encoding::with_value(&[0x9f, 0xff, 0xff, 0xff, 0xff, 0x7f, 0])
    });
    let name = high(0x80, 2, &dns("www.example.com"));
    add("a dNSName", code, good.clone().names(&[name]).finish());
}
