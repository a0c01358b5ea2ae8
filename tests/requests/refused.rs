//! Step 1: what is wrong with a request has a code of its own.

use keystead::request::{self, Fault, RequestError};

use crate::support::csr::*;

fn code(csr: &[u8]) -> &'static str {
    request::verify(csr).unwrap_err().code()
}

#[test]
fn a_wrong_signature_is_named() {
    let (key, other) = (Key::generate(), Key::generate());
    let csr = Csr::new(&key, "CN=a.example.com");
    assert_eq!(code(&csr.signed_by(&other)), "request.signature");
    let mut changed = csr.signed_by(&key);
    let at = changed.windows(9).position(|bytes| bytes == b"a.example").unwrap();
    changed[at] = b'b';
    assert_eq!(code(&changed), "request.signature");
}

#[test]
fn trailing_bytes_are_counted() {
    let key = Key::generate();
    let mut csr = Csr::new(&key, "CN=a").signed_by(&key);
    csr.extend_from_slice(&[0; 15]);
    let error = request::verify(&csr).unwrap_err();
    assert!(matches!(error, RequestError::TrailingBytes { count: 15 }), "{error}");
}

#[test]
fn an_empty_or_cut_or_overlong_file_is_no_request() {
    let key = Key::generate();
    let csr = Csr::new(&key, "CN=a").signed_by(&key);
    assert_eq!(code(&[]), "request.encoding");
    for length in 1..csr.len() {
        assert_eq!(code(&csr[..length]), "request.encoding", "{length}");
    }
    assert_eq!(code(&vec![0x30; 64 * 1024]), "request.trailing-bytes");
    assert_eq!(code(&vec![0x30; 64 * 1024 + 1]), "request.too-long");
}

#[test]
fn another_version_and_a_missing_attributes_field_are_named() {
    let key = Key::generate();
    let mut csr = Csr::new(&key, "CN=a");
    csr.version = tlv(0x02, &[1]);
    assert_eq!(code(&csr.signed_by(&key)), "request.version");
    let mut csr = Csr::new(&key, "CN=a");
    csr.attributes = None;
    assert_eq!(code(&csr.signed_by(&key)), "request.no-attributes-field");
}

#[test]
fn unknown_signature_algorithms_are_named_with_their_identifier() {
    let key = Key::generate();
    let mut csr = Csr::new(&key, "CN=a");
    // ecdsa-with-SHA1.
    csr.algorithm = sequence(&[oid("1.2.840.10045.4.1")]);
    let error = request::verify(&csr.signed_by(&key)).unwrap_err();
    assert_eq!(error.code(), "request.signature-algorithm");
    assert!(error.to_string().contains("1.2.840.10045.4.1"), "{error}");
    // ecdsa-with-SHA256 with NULL parameters, which RFC 5758 §3.2 forbids.
    csr.algorithm = sequence(&[oid("1.2.840.10045.4.3.2"), tlv(0x05, &[])]);
    assert_eq!(code(&csr.signed_by(&key)), "request.signature-algorithm");
}

#[test]
fn an_algorithm_that_does_not_fit_the_key_is_a_wrong_signature() {
    let key = Key::generate();
    let mut csr = Csr::new(&key, "CN=a");
    // sha256WithRSAEncryption over an EC key.
    csr.algorithm = sequence(&[oid("1.2.840.113549.1.1.11"), tlv(0x05, &[])]);
    assert_eq!(code(&csr.signed_by(&key)), "request.signature");
}

#[test]
fn keys_that_nobody_should_use_are_named() {
    let key = Key::generate();
    let mut csr = Csr::new(&key, "CN=a");
    // secp256k1.
    let curve = sequence(&[oid("1.2.840.10045.2.1"), oid("1.3.132.0.10")]);
    csr.spki = sequence(&[curve, tlv(0x03, &[&[0, 4][..], &[1; 64]].concat())]);
    assert_eq!(code(&csr.signed_by(&key)), "request.key.curve");
    // A point off the curve.
    let mut csr = Csr::new(&key, "CN=a");
    let last = csr.spki.len() - 1;
    csr.spki[last] ^= 1;
    assert_eq!(code(&csr.signed_by(&key)), "request.key.point");
    // RSA with exponent 3.
    let numbers = sequence(&[tlv(0x02, &[&[0, 0xc1][..], &[0x55; 255]].concat()), tlv(0x02, &[3])]);
    let rsa = sequence(&[oid("1.2.840.113549.1.1.1"), tlv(0x05, &[])]);
    csr.spki = sequence(&[rsa, tlv(0x03, &[&[0][..], &numbers].concat())]);
    assert_eq!(code(&csr.signed_by(&key)), "request.key.rsa-exponent");
}

#[test]
fn a_second_extension_request_is_refused_whatever_it_says() {
    let key = Key::generate();
    let names = |name: &str| extension_request(&[san_extension(&[dns(name)])]);
    let csr = Csr::new(&key, "CN=a").with_attributes(vec![names("a.example"), names("b.example")]);
    assert_eq!(code(&csr.signed_by(&key)), "request.second-extension-request");
    let csr = Csr::new(&key, "CN=a").with_attributes(vec![names("a.example"), names("a.example")]);
    assert_eq!(code(&csr.signed_by(&key)), "request.second-extension-request");
}

#[test]
fn an_extension_request_has_exactly_one_value_with_extensions_in_it() {
    let key = Key::generate();
    let list = |name: &str| sequence(&[san_extension(&[dns(name)])]);
    for (values, expected) in [
        (vec![list("a.example"), list("b.example")], "request.extension-request-values"),
        (vec![], "request.extension-request-values"),
        (vec![sequence(&[])], "request.empty-extension-request"),
        (vec![tlv(0x0c, b"text")], "request.extension"),
    ] {
        let csr =
            Csr::new(&key, "CN=a").with_attributes(vec![attribute(EXTENSION_REQUEST, &values)]);
        assert_eq!(code(&csr.signed_by(&key)), expected);
    }
}

#[test]
fn a_duplicate_extension_is_refused_by_its_identifier() {
    let key = Key::generate();
    let usage = extension("2.5.29.15", true, &[3, 2, 7, 0x80]);
    let csr = Csr::new(&key, "CN=a").with_extensions(&[usage.clone(), usage]);
    let error = request::verify(&csr.signed_by(&key)).unwrap_err();
    assert_eq!(error.code(), "request.duplicate-extension");
    assert!(error.to_string().contains("2.5.29.15"), "{error}");
    // Two subjectAltName extensions count too.
    let names = |name: &str| san_extension(&[dns(name)]);
    let csr = Csr::new(&key, "CN=a").with_extensions(&[names("a.example"), names("b.example")]);
    assert_eq!(code(&csr.signed_by(&key)), "request.duplicate-extension");
}

#[test]
fn a_malformed_extension_is_named_by_its_position() {
    let key = Key::generate();
    let good = extension("2.5.29.15", true, &[3, 2, 7, 0x80]);
    let csr = Csr::new(&key, "CN=a").with_extensions(&[good, sequence(&[oid("2.5.29.37")])]);
    let error = request::verify(&csr.signed_by(&key)).unwrap_err();
    assert!(matches!(error, RequestError::Extension { position: 2, .. }), "{error}");
}

#[test]
fn a_written_default_and_a_boolean_of_one_are_refused() {
    let key = Key::generate();
    for boolean in [0x00, 0x01] {
        let parts = [oid("2.5.29.15"), tlv(0x01, &[boolean]), tlv(0x04, &[3, 2, 7, 0x80])];
        let csr = Csr::new(&key, "CN=a").with_extensions(&[sequence(&parts)]);
        let code = code(&csr.signed_by(&key));
        assert!(["request.extension", "request.not-canonical"].contains(&code), "{code}");
    }
}

#[test]
fn kinds_of_names_that_are_not_issued_are_named() {
    let key = Key::generate();
    let directory = sequence(&[rdn(&[("2.5.4.3", 0x0c, b"a")])]);
    for (name, kind) in [
        (
            tlv(0xa0, &[oid("1.3.6.1.4.1.311.20.2.3"), tlv(0xa0, &tlv(0x0c, b"a"))].concat()),
            "otherName",
        ),
        (tlv(0xa4, &directory), "directoryName"),
        (tlv(0xa5, &tlv(0xa1, &tlv(0x0c, b"a"))), "ediPartyName"),
        (tlv(0x88, &[0x55, 4, 3]), "registeredID"),
        (tlv(0xa3, &[]), "x400Address"),
    ] {
        let csr =
            Csr::new(&key, "CN=a").with_extensions(&[san_extension(&[dns("a.example"), name])]);
        let error = request::verify(&csr.signed_by(&key)).unwrap_err();
        assert_eq!(error.code(), "request.san-kind", "{kind}");
        assert!(error.to_string().contains(&format!("name 2 is a {kind}")), "{error}");
    }
}

#[test]
fn duplicate_names_are_refused_even_in_another_case() {
    let key = Key::generate();
    for twin in ["a.example.com", "A.Example.COM"] {
        let csr = Csr::new(&key, "CN=a").with_dns(&["a.example.com", "b.example.com", twin]);
        assert_eq!(code(&csr.signed_by(&key)), "request.duplicate-san");
    }
}

#[test]
fn names_with_deceiving_characters_are_refused_and_shown_escaped() {
    let key = Key::generate();
    for bad in ["a\0.evil.example", "a\u{1b}[31m.example", "b\u{fc}cher.example", "", "a b.example"]
    {
        let csr = Csr::new(&key, "CN=a").with_dns(&[bad]);
        let error = request::verify(&csr.signed_by(&key)).unwrap_err();
        assert_eq!(error.code(), "request.san-text", "{bad:?}");
        assert!(!error.to_string().contains(['\0', '\u{1b}']), "{error}");
    }
}

#[test]
fn empty_and_too_many_names_and_short_addresses_are_refused() {
    let key = Key::generate();
    let names = |names: &[Vec<u8>]| {
        code(&Csr::new(&key, "CN=a").with_extensions(&[san_extension(names)]).signed_by(&key))
    };
    assert_eq!(names(&[]), "request.empty-sans");
    assert_eq!(names(&[tlv(0x87, &[10, 0, 0])]), "request.san-ip-length");
    assert_eq!(names(&[tlv(0x87, &[10, 0, 0, 0, 255, 0, 0, 0])]), "request.san-ip-length");
    let many: Vec<Vec<u8>> = (0..101).map(|number| dns(&format!("h{number}.example"))).collect();
    assert_eq!(names(&many), "request.too-many-sans");
    assert!(
        request::verify(
            &Csr::new(&key, "CN=a").with_extensions(&[san_extension(&many[..100])]).signed_by(&key)
        )
        .is_ok()
    );
}

#[test]
fn attributes_out_of_order_keep_their_signature_and_are_refused_as_not_canonical() {
    let key = Key::generate();
    let password = attribute(CHALLENGE_PASSWORD, &[tlv(0x0c, b"secret")]);
    let names = extension_request(&[san_extension(&[dns("a.example")])]);
    let mut sorted = [password, names];
    sorted.sort();
    let [first, second] = sorted;
    let csr = Csr::new(&key, "CN=a").with_attributes_as_they_are(&[second.clone(), first.clone()]);
    let error = request::verify(&csr.signed_by(&key)).unwrap_err();
    let RequestError::NotCanonical(place) = &error else { panic!("{error}") };
    assert_eq!(place.fault, Fault::SetOrder);
    assert!(csr.signed_by(&key)[place.offset..].starts_with(&first));
    let csr = Csr::new(&key, "CN=a").with_attributes_as_they_are(&[first, second]);
    assert!(request::verify(&csr.signed_by(&key)).is_ok());
}

#[test]
fn an_unsorted_multi_valued_rdn_is_refused_as_not_canonical() {
    let key = Key::generate();
    let (cn, ou) = (("2.5.4.3", 0x0c, &b"a"[..]), ("2.5.4.11", 0x0c, &b"b"[..]));
    let csr = |pair: [_; 2]| Csr::new(&key, "").with_rdns(&[rdn(&pair)]).signed_by(&key);
    assert_eq!(code(&csr([ou, cn])), "request.not-canonical");
    assert!(request::verify(&csr([cn, ou])).is_ok());
    assert_eq!(code(&csr([cn, cn])), "request.name.duplicate");
}

#[test]
fn empty_rdns_and_impossible_strings_are_refused() {
    let key = Key::generate();
    let csr = |rdns: &[Vec<u8>]| Csr::new(&key, "").with_rdns(rdns).signed_by(&key);
    let error =
        request::verify(&csr(&[rdn(&[("2.5.4.3", 0x0c, b"a")]), tlv(0x31, &[])])).unwrap_err();
    assert!(matches!(error, RequestError::EmptyRdn { position: 2 }), "{error}");
    assert_eq!(error.code(), "request.empty-rdn");
    // PrintableString has no @, and 0xff is no UTF-8.
    assert_eq!(code(&csr(&[rdn(&[("2.5.4.3", 0x13, b"a@b")])])), "request.name.characters");
    assert_eq!(code(&csr(&[rdn(&[("2.5.4.3", 0x0c, &[0xff])])])), "request.name.utf8");
}

#[test]
fn a_string_type_that_the_library_does_not_know_is_named_by_whether_it_is_in_the_subject() {
    let key = Key::generate();
    let old = || tlv(0x1c, &[]);
    let rdn = || rdn(&[("2.5.4.3", 0x0c, b"a")]);
    // With headers of three and of four octets in front of the subject.
    for padding in [60, 300] {
        let padded = |last: Vec<u8>| {
            let filler = attribute("1.2.3.4", &[tlv(0x0c, &vec![b'x'; padding])]);
            Csr::new(&key, "CN=a").with_attributes(vec![filler, last])
        };
        let named = || attribute("1.2.3.5", &[tlv(0x0c, b"x")]);
        for subject in [vec![old(), rdn()], vec![rdn(), old()]] {
            let csr = padded(named()).with_rdns(&subject).signed_by(&key);
            assert_eq!(code(&csr), "request.name.string-type", "{padding}");
        }
        let mut in_key = padded(named());
        in_key.spki = sequence(&[old()]);
        for csr in [padded(attribute("1.2.3.5", &[old()])), in_key] {
            assert_eq!(code(&csr.signed_by(&key)), "request.not-canonical", "{padding}");
        }
    }
}

#[test]
fn other_attributes_are_listed_and_twins_and_empty_ones_refused() {
    let key = Key::generate();
    let password = |text: &[u8]| attribute(CHALLENGE_PASSWORD, &[tlv(0x0c, text)]);
    let microsoft =
        attribute(MICROSOFT_EXTENSION_REQUEST, &[sequence(&[san_extension(&[dns("b.example")])])]);
    let csr = Csr::new(&key, "CN=a").with_attributes(vec![password(b"x"), microsoft]);
    let request = request::verify(&csr.signed_by(&key)).unwrap();
    let mut listed: Vec<String> = request.attributes().iter().map(ToString::to_string).collect();
    listed.sort();
    assert_eq!(listed, [CHALLENGE_PASSWORD, MICROSOFT_EXTENSION_REQUEST]);
    assert!(request.sans().is_empty());
    for other in [b"x", b"y"] {
        let twins = Csr::new(&key, "CN=a").with_attributes(vec![password(b"x"), password(other)]);
        assert_eq!(code(&twins.signed_by(&key)), "request.duplicate-attribute");
    }
    let empty = Csr::new(&key, "CN=a").with_attributes(vec![attribute(CHALLENGE_PASSWORD, &[])]);
    assert_eq!(code(&empty.signed_by(&key)), "request.attribute-without-value");
}

#[test]
fn floods_of_attributes_and_extensions_are_refused() {
    let key = Key::generate();
    let attributes = (0..33).map(|n| attribute(&format!("1.2.3.{n}"), &[tlv(0x05, &[])])).collect();
    let csr = Csr::new(&key, "CN=a").with_attributes(attributes);
    assert_eq!(code(&csr.signed_by(&key)), "request.too-many-attributes");
    let extensions: Vec<Vec<u8>> =
        (0..33).map(|n| extension(&format!("1.2.3.{n}"), false, &[5, 0])).collect();
    let csr = Csr::new(&key, "CN=a").with_extensions(&extensions);
    assert_eq!(code(&csr.signed_by(&key)), "request.too-many-extensions");
}

#[test]
fn every_accepted_request_is_what_another_parser_encodes_again() {
    use der::{Decode as _, Encode as _};
    let key = Key::generate();
    let password = attribute(CHALLENGE_PASSWORD, &[tlv(0x0c, b"x")]);
    let names = extension_request(&[san_extension(&[dns("a.example"), tlv(0x87, &[10, 0, 0, 1])])]);
    for csr in [
        Csr::new(&key, "CN=a"),
        Csr::new(&key, "").with_dns(&["a.example"]),
        Csr::new(&key, "OU=b+CN=a,DC=example,DC=com").with_attributes(vec![password, names]),
    ] {
        let der = csr.signed_by(&key);
        request::verify(&der).unwrap();
        let parsed = x509_cert::request::CertReq::from_der(&der).unwrap();
        assert_eq!(parsed.to_der().unwrap(), der);
    }
}

/// Flips, inserts and removes bytes everywhere: whatever is still accepted is canonical to another
/// parser too and still proves possession of the same key. (Only the unsigned wrapper can survive.)
#[test]
fn no_single_byte_change_is_accepted() {
    let key = Key::generate();
    let csr = Csr::new(&key, "CN=a.example.com").with_dns(&["a.example.com"]).signed_by(&key);
    let mut tried = 0;
    for at in 0..csr.len() {
        for flip in [0x01, 0x20, 0x80, 0xff] {
            let mut changed = csr.clone();
            changed[at] ^= flip;
            assert!(request::verify(&changed).is_err(), "byte {at} ^ {flip:#x}");
            tried += 1;
        }
        let mut shorter = csr.clone();
        shorter.remove(at);
        assert!(request::verify(&shorter).is_err(), "byte {at} removed");
        let mut longer = csr.clone();
        longer.insert(at, 0);
        assert!(request::verify(&longer).is_err(), "a zero before byte {at}");
        tried += 2;
    }
    assert!(tried > 1_000);
}
