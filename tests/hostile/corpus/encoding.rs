//! Size, depth, number and encoding of elements: what no profile has a say in.

use crate::encode::{attribute, dns, extension_request, oid, rdn, san_extension, sequence, tlv};
use crate::vector::{ACCEPTED, Corpus, Draft, common_name};

/// An attribute that nobody knows.
pub(super) const UNKNOWN: &str = "1.3.6.1.4.1.99999.1";

/// The longest request that is read.
const LIMIT: usize = 64 * 1024;

pub(super) fn add(corpus: &mut Corpus) {
    sizes(corpus);
    nesting(corpus);
    floods(corpus);
    lengths(corpus);
    primitives(corpus);
    identifiers(corpus);
    sets(corpus);
}

/// A good request with an unknown attribute that has this complete value.
pub(super) fn with_value(value: &[u8]) -> Vec<u8> {
    let names = extension_request(&[san_extension(&[dns("www.example.com")])]);
    Draft::good().attributes(&[names, attribute(UNKNOWN, &[value.to_vec()])]).finish()
}

fn sizes(corpus: &mut Corpus) {
    let padded = |length: usize| {
        let of = |octets: usize| with_value(&tlv(4, &vec![0x41; octets]));
        let excess = of(65_000).len() - 65_000;
        let der = of(length - excess);
        assert_eq!(der.len(), length);
        der
    };
    let class = "size";
    corpus.refused(class, "one octet more than is read", "request.too-long", padded(LIMIT + 1));
    corpus.refused(class, "exactly as much as is read", ACCEPTED, padded(LIMIT));
    for (note, der) in [
        ("an empty file", vec![]),
        ("one octet", vec![0x30]),
        ("an empty sequence", vec![0x30, 0]),
        ("zeros", vec![0; 64]),
        ("a length of 4 GiB", vec![0x30, 0x84, 0xff, 0xff, 0xff, 0xff]),
        (
            "a length of 2 to the 64",
            vec![0x30, 0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        ),
        ("a length of 127 octets", [&[0x30, 0xff][..], &[0xff; 127]].concat()),
        ("text", b"this is no request\n".to_vec()),
    ] {
        corpus.refused(class, note, "request.encoding", der);
    }
}

/// This many elements, each inside the one before.
pub(super) fn nested(identifier: u8, levels: usize) -> Vec<u8> {
    (0..levels).fold(Vec::new(), |inner, _| tlv(identifier, &inner))
}

fn nesting(corpus: &mut Corpus) {
    let class = "nesting";
    // Request, info, attributes, attribute and its set are around the value.
    corpus.refused(class, "16 levels in all", ACCEPTED, with_value(&nested(0x30, 11)));
    for levels in [17, 18, 32, 100, 1_000, 10_000] {
        let der = with_value(&nested(0x30, levels - 5));
        corpus.refused(class, format!("{levels} levels of SEQUENCE"), "request.depth", der);
    }
    let der = with_value(&nested(0x31, 100));
    corpus.refused(class, "100 levels of SET", "request.depth", der);
    let der = with_value(&nested(0xa0, 100));
    corpus.refused(class, "100 levels of a context tag", "request.depth", der);
    let value = sequence(&[oid("2.5.4.3"), nested(0x30, 100)]);
    let der = Draft::good().subject(&[tlv(0x31, &value)]).finish();
    corpus.refused(class, "100 levels in the subject", "request.depth", der);
    let der = Draft::good().names(&[nested(0xa0, 100)]).finish();
    corpus.refused(class, "100 levels in subjectAltName", "request.depth", der);
}

fn floods(corpus: &mut Corpus) {
    let class = "flood";
    let code = "request.elements";
    for (note, element, count) in [
        ("30000 empty sequences", &[0x30, 0][..], 30_000),
        ("30000 NULLs", &[5, 0], 30_000),
        ("20000 integers", &[2, 1, 0], 20_000),
    ] {
        corpus.refused(class, note, code, with_value(&tlv(0x30, &element.repeat(count))));
    }
    let der = Draft::good().subject(&vec![tlv(0x31, &[]); 30_000]).finish();
    corpus.refused(class, "30000 empty RDNs", code, der);
    let der = Draft::good().subject(&vec![rdn(&[("2.5.4.3", 0x0c, b"a")]); 4_000]).finish();
    corpus.refused(class, "4000 RDNs", code, der);
    let many: Vec<Vec<u8>> =
        (0..4_000).map(|n| attribute(&format!("1.2.3.{n}"), &[vec![5, 0]])).collect();
    corpus.refused(class, "4000 attributes", code, Draft::good().attributes(&many).finish());
    let many = extension_request(&vec![sequence(&[oid("1.2.3"), tlv(4, &[5, 0])]); 4_000]);
    corpus.refused(class, "4000 extensions", code, Draft::good().attributes(&[many]).finish());
    let value = tlv(0x30, &[0x30, 0].repeat(25_000));
    let der = Draft::good().names(&[tlv(0xa4, &value)]).finish();
    corpus.refused(class, "25000 empty sequences in subjectAltName", code, der);
}

/// An element whose length has a needless octet.
pub(super) fn long_form(element: &[u8]) -> Vec<u8> {
    let (header, length) = header(element);
    let octets = u16::try_from(length).unwrap().to_be_bytes();
    let padded = [&[element[0], 0x83, 0][..], &octets, &element[header..]].concat();
    assert!(padded.len() > element.len());
    padded
}

/// An element of indefinite length.
pub(super) fn indefinite(element: &[u8]) -> Vec<u8> {
    let (header, _) = header(element);
    [&[element[0] | 0x20, 0x80][..], &element[header..], &[0, 0]].concat()
}

/// Octets of the header, and of the content.
fn header(element: &[u8]) -> (usize, usize) {
    let header = match element[1] {
        0..=0x7f => 2,
        0x81 => 3,
        _ => 4,
    };
    (header, element.len() - header)
}

fn lengths(corpus: &mut Corpus) {
    type Change = fn(&[u8]) -> Vec<u8>;
    for (class, change) in
        [("indefinite-length", indefinite as Change), ("long-length", long_form as Change)]
    {
        let good = Draft::good();
        let mut add = |note: &str, code: &'static str, der: Vec<u8>| {
            corpus.refused(class, note, code, der);
        };
        add("request", "request.encoding", change(&good.finish()));
        add("info", "request.not-canonical", good.finish_info(change(&good.info())));
        let with = |edit: &dyn Fn(&mut Draft<'_>)| {
            let mut draft = Draft::good();
            edit(&mut draft);
            draft.finish()
        };
        add("version", "request.not-canonical", with(&|d| d.version = change(&d.version)));
        add("subject", "request.not-canonical", with(&|d| d.subject = change(&d.subject)));
        add("public key", "request.not-canonical", with(&|d| d.spki = change(&d.spki)));
        add("attributes", "request.not-canonical", with(&|d| d.attributes = change(&d.attributes)));
        add("algorithm", "request.not-canonical", with(&|d| d.algorithm = change(&d.algorithm)));
        let signature = crate::vector::bit_string(&good.signer.sign(&good.info()));
        let whole = sequence(&[good.info(), good.algorithm.clone(), change(&signature)]);
        add("signature", "request.not-canonical", whole);
        add("RDN", "request.not-canonical", {
            Draft::good().subject(&[change(&common_name("www.example.com"))]).finish()
        });
        let text = change(&tlv(0x0c, b"www.example.com"));
        let attribute = sequence(&[oid("2.5.4.3"), text]);
        let der = Draft::good().subject(&[tlv(0x31, &attribute)]).finish();
        add("CN", "request.not-canonical", der);
        let bits = change(&tlv(3, &[&[0][..], &[9; 32]].concat()));
        let spki = sequence(&[crate::vector::bare_algorithm("1.3.101.112"), bits]);
        add("key bits", "request.not-canonical", with(&|d| d.spki.clone_from(&spki)));
        add("attribute value", "request.not-canonical", with_value(&change(&tlv(4, b"x"))));
        let names = sequence(&[dns("www.example.com")]);
        let names = sequence(&[oid("2.5.29.17"), tlv(4, &change(&names))]);
        let der = Draft::good().extensions(&[names]).finish();
        add("GeneralNames", "request.sans", der);
        let der = Draft::good().names(&[change(&dns("www.example.com"))]).finish();
        add("dNSName", "request.not-canonical", der);
    }
}

fn primitives(corpus: &mut Corpus) {
    let code = "request.not-canonical";
    for (class, note, value) in [
        ("boolean", "01 for TRUE", &[1, 1, 1][..]),
        ("boolean", "7f for TRUE", &[1, 1, 0x7f]),
        ("boolean", "two octets", &[1, 2, 0xff, 0xff]),
        ("boolean", "no octet", &[1, 0]),
        ("integer", "a needless 00", &[2, 2, 0, 0x7f]),
        ("integer", "a needless ff", &[2, 2, 0xff, 0x80]),
        ("integer", "no octet", &[2, 0]),
        ("integer", "an ENUMERATED with a needless 00", &[0x0a, 2, 0, 1]),
        ("bit-string", "8 unused bits", &[3, 2, 8, 0]),
        ("bit-string", "255 unused bits", &[3, 2, 255, 0]),
        ("bit-string", "an unused bit that is set", &[3, 2, 1, 1]),
        ("bit-string", "seven unused bits that are set", &[3, 2, 7, 0x7f]),
        ("bit-string", "unused bits of nothing", &[3, 1, 1]),
        ("bit-string", "no octet", &[3, 0]),
        ("null", "one octet", &[5, 1, 0]),
        ("null", "two octets", &[5, 2, 5, 0]),
        ("constructed-string", "an OCTET STRING", &[0x24, 3, 4, 1, 0x41]),
        ("constructed-string", "a BIT STRING", &[0x23, 4, 3, 2, 0, 0x41]),
        ("constructed-string", "a UTF8String", &[0x2c, 3, 0x0c, 1, 0x41]),
        ("constructed-string", "a PrintableString", &[0x33, 3, 0x13, 1, 0x41]),
        ("constructed-string", "an IA5String", &[0x36, 3, 0x16, 1, 0x41]),
        ("constructed-string", "a primitive SEQUENCE", &[0x10, 2, 5, 0]),
        ("constructed-string", "a primitive SET", &[0x11, 2, 5, 0]),
        ("string-alphabet", "a PrintableString with an at sign", &[0x13, 1, b'@']),
        ("string-alphabet", "a PrintableString with a NUL", &[0x13, 1, 0]),
        ("string-alphabet", "an IA5String above 7f", &[0x16, 1, 0x80]),
        ("string-alphabet", "a NumericString with a letter", &[0x12, 1, b'a']),
        ("string-alphabet", "a VisibleString with ESC", &[0x1a, 1, 0x1b]),
        ("string-alphabet", "a BMPString of odd length", &[0x1e, 1, 0x41]),
        ("string-alphabet", "a UTF8String that is none", &[0x0c, 1, 0xff]),
    ] {
        corpus.refused(class, note, code, with_value(value));
    }
    let critical = |content: &[u8]| {
        let parts = [oid("2.5.29.19"), tlv(1, content), tlv(4, &[0x30, 0])];
        Draft::good().and_extensions(&[sequence(&parts)]).finish()
    };
    corpus.refused("boolean", "critical 01", code, critical(&[1]));
    corpus.refused("boolean", "critical FALSE written out", "request.extension", critical(&[0]));
    let der = Draft { version: tlv(2, &[0, 0]), ..Draft::good() }.finish();
    corpus.refused("integer", "version 00 00", code, der);
}

fn identifiers(corpus: &mut Corpus) {
    let class = "oid";
    for (note, content) in [
        ("a padded arc", vec![0x2b, 0x80, 1]),
        ("a padded first arc", vec![0x80, 0x2b, 1]),
        ("an arc without an end", vec![0x2b, 6, 0x81]),
        ("no octet", vec![]),
    ] {
        let value = tlv(6, &content);
        corpus.refused(
            class,
            format!("{note} in a value"),
            "request.not-canonical",
            with_value(&value),
        );
        let attribute = sequence(&[value.clone(), tlv(0x31, &[5, 0])]);
        let der = Draft::good().attributes(&[attribute]).finish();
        corpus.refused(class, format!("{note} as attribute"), "request.not-canonical", der);
        let extension = sequence(&[value.clone(), tlv(4, &[5, 0])]);
        let der = Draft::good().and_extensions(&[extension]).finish();
        corpus.refused(class, format!("{note} as extension"), "request.not-canonical", der);
        let name = sequence(&[value, tlv(0x0c, b"a")]);
        let der = Draft::good().subject(&[tlv(0x31, &name)]).finish();
        corpus.refused(class, format!("{note} in the subject"), "request.not-canonical", der);
    }
    let long = |octets: usize| tlv(6, &[&[0x2b][..], &vec![1; octets]].concat());
    let huge = tlv(6, &[0x2b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]);
    for (note, value) in
        [("60 arcs", long(60)), ("1000 arcs", long(1_000)), ("an arc of 70 bits", huge)]
    {
        let attribute = sequence(&[value.clone(), tlv(0x31, &[5, 0])]);
        let der = Draft::good().attributes(&[attribute]).finish();
        corpus.refused(class, format!("{note} as attribute"), "request.attribute", der);
        let name = sequence(&[value, tlv(0x0c, b"a")]);
        let der = Draft::good().subject(&[tlv(0x31, &name)]).finish();
        corpus.refused(class, format!("{note} in the subject"), "request.subject", der);
    }
}

fn sets(corpus: &mut Corpus) {
    let class = "set-order";
    let code = "request.not-canonical";
    let (a, b) = (attribute("1.2.3.1", &[vec![5, 0]]), attribute("1.2.3.2", &[vec![5, 0]]));
    let unsorted = Draft { attributes: tlv(0xa0, &[b, a.clone()].concat()), ..Draft::good() };
    corpus.refused(class, "attributes from high to low", code, unsorted.finish());
    let twins = Draft { attributes: tlv(0xa0, &[a.clone(), a].concat()), ..Draft::good() };
    corpus.refused(
        class,
        "the same attribute twice",
        "request.duplicate-attribute",
        twins.finish(),
    );
    let (cn, ou) = (("2.5.4.3", 0x0c, &b"a"[..]), ("2.5.4.11", 0x0c, &b"b"[..]));
    let der = Draft::good().subject(&[rdn(&[ou, cn])]).finish();
    corpus.refused(class, "an RDN from high to low", code, der);
    let value = tlv(0x31, &[2, 1, 2, 2, 1, 1]);
    corpus.refused(class, "a SET in a value", code, with_value(&value));
    let value = tlv(0x31, &[2, 1, 1, 2, 1, 1]);
    // Equal elements are in order (X.690 §11.6); nobody reads them here.
    corpus.refused(class, "a SET with the same element twice", ACCEPTED, with_value(&value));
    let der = Draft::good().attributes(&[attribute(UNKNOWN, &[vec![2, 1, 2], vec![2, 1, 1]])]);
    corpus.refused(class, "values from high to low", code, der.finish());
}
