//! The order of step 1, its budgets, its second opinion and its key policy, on whole requests.

use keystead::base::pem;
use keystead::request;

use crate::support::csr::*;

fn code(csr: &[u8]) -> &'static str {
    request::verify(csr).unwrap_err().code()
}

fn rsa_spki(modulus: &[u8]) -> Vec<u8> {
    let modulus = tlv(0x02, &[&[0][..], modulus].concat());
    let numbers = sequence(&[modulus, tlv(0x02, &[1, 0, 1])]);
    let algorithm = sequence(&[oid("1.2.840.113549.1.1.1"), tlv(0x05, &[])]);
    sequence(&[algorithm, tlv(0x03, &[&[0][..], &numbers].concat())])
}

#[test]
fn nesting_and_elements_beyond_the_budget_are_refused_before_anything_is_read() {
    let key = Key::generate();
    let nested = (0..20).fold(Vec::new(), |inner: Vec<u8>, _| tlv(0x30, &inner));
    let csr = Csr::new(&key, "CN=a").with_attributes(vec![attribute("1.2.3.4", &[nested])]);
    assert_eq!(code(&csr.signed_by(&key)), "request.depth");
    let flood = attribute("1.2.3.4", &vec![tlv(0x05, &[]); 5_000]);
    let mut csr = Csr::new(&key, "CN=a").with_attributes(vec![flood]);
    assert_eq!(code(&csr.signed_by(&key)), "request.elements");
    // Even when everything else is wrong too.
    csr.version = tlv(0x02, &[7]);
    csr.spki = sequence(&[]);
    assert_eq!(code(&csr.signed_by(&Key::generate())), "request.elements");
}

#[test]
fn as_much_as_a_request_may_hold_is_within_the_budgets() {
    let key = Key::generate();
    let names: Vec<Vec<u8>> =
        (0..100).map(|number| dns(&format!("host-{number}.example.com"))).collect();
    let mut attributes: Vec<Vec<u8>> =
        (0..31).map(|n| attribute(&format!("1.2.3.{n}"), &[tlv(0x0c, b"value")])).collect();
    attributes.push(extension_request(&[san_extension(&names)]));
    let rdns = vec![rdn(&[("2.5.4.11", 0x0c, b"unit")]); 32];
    let csr = Csr::new(&key, "").with_rdns(&rdns).with_attributes(attributes);
    let request = request::verify(&csr.signed_by(&key)).unwrap();
    assert_eq!((request.sans().len(), request.attributes().len()), (100, 31));
    let csr = Csr::new(&key, "").with_rdns(&vec![rdns[0].clone(); 33]);
    assert_eq!(code(&csr.signed_by(&key)), "request.name.too-many");
}

#[test]
fn an_attribute_that_another_parser_cannot_read_is_listed_all_the_same() {
    let key = Key::generate();
    // A DirectoryString (RFC 2985 §5.4.1), which nobody uses: x509-parser wants text in it, and gives up.
    for (tag, value) in [(0x1e, &b"\0x"[..]), (0x16, b"secret"), (0x02, &[7])] {
        let odd = attribute(CHALLENGE_PASSWORD, &[tlv(tag, value)]);
        let csr = Csr::new(&key, "CN=a").with_attributes(vec![odd]);
        let request = request::verify(&csr.signed_by(&key)).unwrap();
        assert_eq!(request.attributes().len(), 1);
    }
    let odd = || attribute(CHALLENGE_PASSWORD, &[tlv(0x16, b"secret")]);
    let names = extension_request(&[san_extension(&[dns("a..example")])]);
    let csr = Csr::new(&key, "CN=a").with_attributes(vec![odd(), names]);
    assert_eq!(code(&csr.signed_by(&key)), "request.dns.empty-label");
}

#[test]
fn a_published_key_with_close_primes_is_refused_although_its_signature_holds() {
    let csr = pem::der_or_pem(pem::CERTIFICATE_REQUEST, CLOSE_PRIMES.as_bytes()).unwrap();
    let error = request::verify(&csr).unwrap_err();
    assert_eq!(error.code(), "request.key.close-primes");
    assert_eq!(error.clause(), "CA/Browser Forum BR 6.1.1.3");
}

#[test]
fn weak_numbers_are_named_before_the_signature() {
    let key = Key::generate();
    let verdict = |modulus: &[u8]| {
        let mut csr = Csr::new(&key, "CN=a");
        csr.spki = rsa_spki(modulus);
        code(&csr.signed_by(&key))
    };
    let mut even = [0xff; 256];
    even[255] = 0xfe;
    assert_eq!(verdict(&even), "request.key.small-factor");
    // 2^2048 - 1 is divisible by 3.
    assert_eq!(verdict(&[0xff; 256]), "request.key.small-factor");
    assert_eq!(verdict(&[0xff; 128]), "request.key.rsa-modulus");
    assert_eq!(verdict(&[0xff; 255]), "request.key.rsa-modulus");
}

#[test]
fn forms_of_points_that_are_not_issued_are_named() {
    let key = Key::generate();
    let spki = |point: &[u8]| {
        let curve = sequence(&[oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")]);
        sequence(&[curve, tlv(0x03, &[&[0][..], point].concat())])
    };
    let point = key.spki().key_bits().to_vec();
    let hybrid = [&[6 | (point[64] & 1)][..], &point[1..]].concat();
    let mut off = point.clone();
    off[40] ^= 1;
    for (point, expected) in [
        (vec![0], "request.key.bits"),
        ([&[2][..], &point[1..33]].concat(), "request.key.bits"),
        (hybrid, "request.key.bits"),
        (off, "request.key.point"),
        ([&[4][..], &[0xff; 64]].concat(), "request.key.point"),
        ([&[4][..], &[0; 64]].concat(), "request.key.point"),
    ] {
        let mut csr = Csr::new(&key, "CN=a");
        csr.spki = spki(&point);
        assert_eq!(code(&csr.signed_by(&key)), expected, "{point:02x?}");
    }
}

#[test]
fn ed25519_keys_of_small_order_and_octets_that_are_no_point_are_named() {
    let key = Key::generate();
    let verdict = |octets: &[u8; 32]| {
        let mut csr = Csr::new(&key, "CN=a");
        csr.spki =
            sequence(&[sequence(&[oid("1.3.101.112")]), tlv(0x03, &[&[0][..], octets].concat())]);
        csr.algorithm = sequence(&[oid("1.3.101.112")]);
        code(&csr.signed_by(&key))
    };
    let mut one = [0; 32];
    one[0] = 1;
    assert_eq!(verdict(&one), "request.key.point");
    assert_eq!(verdict(&[0; 32]), "request.key.point");
    assert_eq!(verdict(&[0xff; 32]), "request.key.point");
    // y = 2 is on no point; y = 3 is on one, so that only the signature is wrong.
    one[0] = 2;
    assert_eq!(verdict(&one), "request.key.point");
    one[0] = 3;
    assert_eq!(verdict(&one), "request.signature");
}

#[test]
fn possession_of_the_key_is_proven_before_names_are_looked_at() {
    let (key, other) = (Key::generate(), Key::generate());
    let subject = Csr::new(&key, "").with_rdns(&[rdn(&[("2.5.4.3", 0x0c, b"a\x1b[2J")])]);
    assert_eq!(code(&subject.signed_by(&other)), "request.signature");
    assert_eq!(code(&subject.signed_by(&key)), "request.name.control");
    let names = Csr::new(&key, "CN=a").with_dns(&["10.0.0.1"]);
    assert_eq!(code(&names.signed_by(&other)), "request.signature");
    assert_eq!(code(&names.signed_by(&key)), "request.dns.ip-address");
}

#[test]
fn a_string_outside_its_alphabet_is_named_by_where_it_is() {
    let key = Key::generate();
    let password = attribute(CHALLENGE_PASSWORD, &[tlv(0x13, b"a@b")]);
    let csr = Csr::new(&key, "CN=a").with_attributes(vec![password.clone()]);
    assert_eq!(code(&csr.signed_by(&key)), "request.not-canonical");
    let both = Csr::new(&key, "")
        .with_rdns(&[rdn(&[("2.5.4.3", 0x13, b"a@b")])])
        .with_attributes(vec![password]);
    assert_eq!(code(&both.signed_by(&key)), "request.name.characters");
}

#[test]
fn each_refusal_has_a_clause_and_a_code_below_request() {
    let key = Key::generate();
    let mut seen = 0;
    let mut csr = Csr::new(&key, "CN=a.example.com").with_dns(&["a.example.com"]).signed_by(&key);
    for at in 0..csr.len() {
        csr[at] ^= 0x41;
        let error = request::verify(&csr).unwrap_err();
        assert!(error.code().starts_with("request."), "{error}");
        assert!(!error.clause().is_empty(), "{error}");
        csr[at] ^= 0x41;
        seen += 1;
    }
    assert!(seen > 200);
}

/// From the test keys of badkeys, tests/data/rsa-fermat.csr.
const CLOSE_PRIMES: &str = "-----BEGIN CERTIFICATE REQUEST-----
MIICVzCCAT8CAQAwEjEQMA4GA1UEAwwHYmFka2V5czCCASIwDQYJKoZIhvcNAQEB
BQADggEPADCCAQoCggEBAJ6H4O2NM+wXV7wYYdf9eoTdu27Qve1Mj3CUJE0wSRv2
kuhF/d8KOtf5FNe4yFeuEPxIRoZvKFBbSRqmO9WwptWrj/Ni7Xvcn1lumiy2W3la
0ZK9YVxdkBEwtc0pUlupbbuzQ1d1YR1GfkXB21zY5bzY0AopytwltsxYUXTjY0on
NrVX+jyqeItDNqgpsOl9ysOde3ndXwQ1+af4KW6KxG2sV03cHRFjTmPNQKHVpj+a
z4JeR8d/2tL7WDnVq/FoCC9ScP0pBHk6Nkf2iLsRRxPMJANCjQCNFb7CtahjD12D
fiD1rHfoLKSoFW37gOo2peCV65gTHYLrLTiwUXTzLrECAwEAAaAAMA0GCSqGSIb3
DQEBCwUAA4IBAQBsil390u1Spbmmad6AHCsAe94fzrsyyzXAoyyVhWaQYcPenXS+
fqz7HNReq9dkrQ/s5bCgTnxVAZ4L8rq9wkTmrrbh+qOoO+K1tS9UNGLq0u+iAKjv
j9Gw4Zkx9SuOs9/UM/xTmJvR25yt4NHTHz7nUHhQNUuMSUHmFFAGT5iA+xIkmBJw
7Z8JU+DGiBul7PR8TkDbeaGi0KuzT0r+gNz7eIqe5yFS8etjL+1IWrDVLeMBYbSF
uvKY1TgRZg6tj5sLFmCn1pbRYOjC/E/iO6THGawbwfFm9VamiN4ZRHGGBaQDleWb
LvwMht+MFSn6WFYQxZ+thq/8O++GVqg21/7o
-----END CERTIFICATE REQUEST-----
";
