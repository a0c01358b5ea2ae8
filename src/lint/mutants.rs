//! Our own builder with one field wrong, in many ways: each is caught before a token could sign it.

use const_oid::ObjectIdentifier;
use const_oid::db::{rfc5280, rfc5912, rfc6962};
use der::Encode as _;

use super::Registry;
use super::testing::{Draft, Sample, tlv, with_bytes};

type Change = fn(&mut Draft);

/// What goes wrong in a TLS server's certificate.
const SERVER: &[(&str, Change)] = &[
    ("the version is left out", |d| d.version = Vec::new()),
    ("the version is 2", |d| d.version = tlv(0xa0, &tlv(0x02, &[1]))),
    ("the version is 4", |d| d.version = tlv(0xa0, &tlv(0x02, &[3]))),
    ("the serial number is negative", |d| d.serial[0] = 0x80),
    ("the serial number is zero", |d| d.serial = vec![0]),
    ("the serial number is empty", |d| d.serial = Vec::new()),
    ("the serial number has 21 octets", |d| d.serial = vec![0x7f; 21]),
    ("the serial number is padded", |d| d.serial.insert(0, 0)),
    ("the serial number is another one", |d| d.serial[5] ^= 1),
    ("the serial number lost its last octet", |d| d.serial.truncate(16)),
    ("the algorithm is ecdsa-with-SHA384", |d| {
        d.algorithm = algorithm(rfc5912::ECDSA_WITH_SHA_384, false);
    }),
    ("the algorithm is sha256WithRSAEncryption", |d| {
        d.algorithm = algorithm(rfc5912::SHA_256_WITH_RSA_ENCRYPTION, true);
    }),
    ("the ECDSA algorithm has NULL parameters", |d| {
        d.algorithm = algorithm(rfc5912::ECDSA_WITH_SHA_256, true);
    }),
    ("the issuer is the subject", |d| d.issuer.clone_from(&d.subject)),
    ("the issuer is empty", |d| d.issuer = tlv(0x30, &[])),
    ("the issuer's string type differs", |d| replace(&mut d.issuer, 0x0c, 0x13)),
    ("the issuer has lost a letter", |d| change_last(&mut d.issuer)),
    ("the validity begins a second later", |d| change_before_last(&mut d.not_before)),
    ("the validity ends a second later", |d| change_before_last(&mut d.not_after)),
    ("the validity is the wrong way round", |d| {
        std::mem::swap(&mut d.not_before, &mut d.not_after);
    }),
    ("the validity ends after the issuer's", |d| d.set_not_after_utc("491231235959Z")),
    ("the end is a GeneralizedTime before 2050", |d| {
        d.not_after = tlv(0x18, &[b"20", &d.not_after[2..]].concat());
    }),
    ("the end has no seconds", |d| {
        let minutes = d.not_after[2..12].to_vec();
        d.not_after = tlv(0x17, &[&minutes[..], b"Z"].concat());
    }),
    ("the end has an offset", |d| {
        let seconds = d.not_after[2..14].to_vec();
        d.not_after = tlv(0x17, &[&seconds[..], b"+0000"].concat());
    }),
    ("the subject is another's", |d| d.set_subject("CN=other.example.com,O=Example")),
    ("the subject is empty", |d| d.subject = tlv(0x30, &[])),
    ("the subject lost an attribute", |d| d.set_subject("CN=www.example.com")),
    ("the subject has one attribute more", |d| d.set_subject("CN=www.example.com,O=Example,O=B")),
    ("the subject is the other way round", |d| d.set_subject("O=Example,CN=www.example.com")),
    ("the subject's string type differs", |d| replace(&mut d.subject, 0x0c, 0x13)),
    ("the subject's last letter differs", |d| change_last(&mut d.subject)),
    ("a bit of the key differs", |d| change_last(&mut d.spki)),
    ("the key is cut off", |d| {
        let content = d.spki[2..d.spki.len() - 1].to_vec();
        d.spki = tlv(0x30, &content);
    }),
    ("an issuerUniqueID is there", |d| d.unique_ids = tlv(0x81, &[0, 1])),
    ("a subjectUniqueID is there", |d| d.unique_ids = tlv(0x82, &[0, 1])),
    ("there is no extension", |d| d.extensions.clear()),
    ("the basic constraints say CA", |d| {
        d.extension(rfc5280::ID_CE_BASIC_CONSTRAINTS).2 = vec![0x30, 3, 1, 1, 0xff];
    }),
    ("the basic constraints say FALSE in full", |d| {
        d.extension(rfc5280::ID_CE_BASIC_CONSTRAINTS).2 = vec![0x30, 3, 1, 1, 0];
    }),
    ("the basic constraints have a path length", |d| {
        d.extension(rfc5280::ID_CE_BASIC_CONSTRAINTS).2 = vec![0x30, 3, 2, 1, 0];
    }),
    ("the basic constraints are not critical", |d| {
        d.extension(rfc5280::ID_CE_BASIC_CONSTRAINTS).1 = false;
    }),
    ("the basic constraints are left out", |d| d.remove(rfc5280::ID_CE_BASIC_CONSTRAINTS)),
    ("the key usage is left out", |d| d.remove(rfc5280::ID_CE_KEY_USAGE)),
    ("the key usage is not critical", |d| d.extension(rfc5280::ID_CE_KEY_USAGE).1 = false),
    ("the key may sign certificates", |d| {
        d.extension(rfc5280::ID_CE_KEY_USAGE).2 = vec![3, 2, 2, 0x84];
    }),
    ("the key may sign CRLs", |d| d.extension(rfc5280::ID_CE_KEY_USAGE).2 = vec![3, 2, 1, 0x82]),
    ("the EC key may encipher keys", |d| {
        d.extension(rfc5280::ID_CE_KEY_USAGE).2 = vec![3, 2, 5, 0xa0];
    }),
    ("the key may do nothing", |d| d.extension(rfc5280::ID_CE_KEY_USAGE).2 = vec![3, 1, 0]),
    ("the key may agree on keys too", |d| {
        d.extension(rfc5280::ID_CE_KEY_USAGE).2 = vec![3, 2, 3, 0x88];
    }),
    ("the key usage has trailing zero bits", |d| {
        d.extension(rfc5280::ID_CE_KEY_USAGE).2 = vec![3, 2, 0, 0x80];
    }),
    ("the extended key usage is left out", |d| d.remove(rfc5280::ID_CE_EXT_KEY_USAGE)),
    ("the extended key usage is critical", |d| {
        d.extension(rfc5280::ID_CE_EXT_KEY_USAGE).1 = true;
    }),
    ("the purpose is client authentication", |d| {
        d.extension(rfc5280::ID_CE_EXT_KEY_USAGE).2 = usages(&[rfc5280::ID_KP_CLIENT_AUTH]);
    }),
    ("there are two purposes", |d| {
        d.extension(rfc5280::ID_CE_EXT_KEY_USAGE).2 =
            usages(&[rfc5280::ID_KP_SERVER_AUTH, rfc5280::ID_KP_CLIENT_AUTH]);
    }),
    ("any purpose will do", |d| {
        d.extension(rfc5280::ID_CE_EXT_KEY_USAGE).2 = usages(&[rfc5280::ANY_EXTENDED_KEY_USAGE]);
    }),
    ("the purpose is signing OCSP responses", |d| {
        d.extension(rfc5280::ID_CE_EXT_KEY_USAGE).2 = usages(&[rfc5280::ID_KP_OCSP_SIGNING]);
    }),
    ("there is no purpose", |d| d.extension(rfc5280::ID_CE_EXT_KEY_USAGE).2 = usages(&[])),
    ("the subject key identifier is left out", |d| d.remove(rfc5280::ID_CE_SUBJECT_KEY_IDENTIFIER)),
    ("the subject key identifier is critical", |d| {
        d.extension(rfc5280::ID_CE_SUBJECT_KEY_IDENTIFIER).1 = true;
    }),
    ("the subject key identifier is another's", |d| {
        change_last(&mut d.extension(rfc5280::ID_CE_SUBJECT_KEY_IDENTIFIER).2);
    }),
    ("the authority key identifier is left out", |d| {
        d.remove(rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER);
    }),
    ("the authority key identifier is critical", |d| {
        d.extension(rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER).1 = true;
    }),
    ("the authority key identifier is another's", |d| {
        change_last(&mut d.extension(rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER).2);
    }),
    ("the authority key identifier is empty", |d| {
        d.extension(rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER).2 = tlv(0x30, &[]);
    }),
    ("the authority key identifier is the subject's", |d| {
        let own = d.extension(rfc5280::ID_CE_SUBJECT_KEY_IDENTIFIER).2[2..].to_vec();
        d.extension(rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER).2 = tlv(0x30, &tlv(0x80, &own));
    }),
    ("the alternative names are left out", |d| d.remove(rfc5280::ID_CE_SUBJECT_ALT_NAME)),
    ("the alternative names are critical", |d| {
        d.extension(rfc5280::ID_CE_SUBJECT_ALT_NAME).1 = true;
    }),
    ("there is no alternative name", |d| names(d, &[])),
    ("an alternative name is lost", |d| names(d, &[(0x82, b"www.example.com")])),
    ("an alternative name is added", |d| {
        let all: [(u8, &[u8]); 3] =
            [(0x82, b"www.example.com"), (0x82, b"b.example.com"), (0x87, &[192, 0, 2, 1])];
        names(d, &all);
    }),
    ("the alternative names change places", |d| {
        names(d, &[(0x87, &[192, 0, 2, 1]), (0x82, b"www.example.com")]);
    }),
    ("the address is the wrong way round", |d| {
        names(d, &[(0x82, b"www.example.com"), (0x87, &[1, 2, 0, 192])]);
    }),
    ("the address is text", |d| {
        names(d, &[(0x82, b"www.example.com"), (0x82, b"192.0.2.1")]);
    }),
    ("the host name has a NUL", |d| {
        names(d, &[(0x82, b"www.example.com\0"), (0x87, &[192, 0, 2, 1])]);
    }),
    ("the host name became a mailbox", |d| {
        names(d, &[(0x81, b"www.example.com"), (0x87, &[192, 0, 2, 1])]);
    }),
    ("an extension is there twice", |d| {
        let again = d.extension(rfc5280::ID_CE_KEY_USAGE).clone();
        d.extensions.push(again);
    }),
    ("two extensions change places", |d| d.extensions.swap(0, 1)),
    ("an extension that nobody planned is there", |d| d.add(UNKNOWN, false, &[5, 0])),
    ("a critical extension that nobody knows is there", |d| d.add(UNKNOWN, true, &[5, 0])),
    ("a pre-certificate's poison is there", |d| d.add(rfc6962::CT_PRECERT_POISON, true, &[5, 0])),
    ("a CRL distribution point that nobody planned is there", |d| {
        let uri = tlv(0x86, b"http://crl.example.com/a.crl");
        let point = tlv(0x30, &tlv(0xa0, &tlv(0xa0, &uri)));
        d.add(rfc5280::ID_CE_CRL_DISTRIBUTION_POINTS, false, &tlv(0x30, &point));
    }),
    ("name constraints are there", |d| {
        let tree = tlv(0x30, &tlv(0x82, b"example.com"));
        d.add(rfc5280::ID_CE_NAME_CONSTRAINTS, true, &tlv(0x30, &tlv(0xa0, &tree)));
    }),
];

/// What goes wrong in a subordinate CA's certificate.
const CA: &[(&str, Change)] = &[
    ("the CA bit is lost", |d| d.extension(rfc5280::ID_CE_BASIC_CONSTRAINTS).2 = tlv(0x30, &[])),
    ("the path length is lost", |d| {
        d.extension(rfc5280::ID_CE_BASIC_CONSTRAINTS).2 = vec![0x30, 3, 1, 1, 0xff];
    }),
    ("the path length is greater", |d| {
        d.extension(rfc5280::ID_CE_BASIC_CONSTRAINTS).2 = vec![0x30, 6, 1, 1, 0xff, 2, 1, 9];
    }),
    ("the path length is negative", |d| {
        d.extension(rfc5280::ID_CE_BASIC_CONSTRAINTS).2 = vec![0x30, 6, 1, 1, 0xff, 2, 1, 0xff];
    }),
    ("TRUE is 1", |d| {
        d.extension(rfc5280::ID_CE_BASIC_CONSTRAINTS).2 = vec![0x30, 6, 1, 1, 1, 2, 1, 0];
    }),
    ("the constraints of a CA are not critical", |d| {
        d.extension(rfc5280::ID_CE_BASIC_CONSTRAINTS).1 = false;
    }),
    ("a CA may not sign certificates", |d| {
        d.extension(rfc5280::ID_CE_KEY_USAGE).2 = vec![3, 2, 1, 2];
    }),
    ("a CA may encipher", |d| d.extension(rfc5280::ID_CE_KEY_USAGE).2 = vec![3, 2, 1, 0x26]),
    ("a CA has no subject key identifier", |d| d.remove(rfc5280::ID_CE_SUBJECT_KEY_IDENTIFIER)),
    ("a CA has no name", |d| d.subject = tlv(0x30, &[])),
    ("a CA may sign OCSP responses", |d| {
        d.add(rfc5280::ID_CE_EXT_KEY_USAGE, false, &usages(&[rfc5280::ID_KP_OCSP_SIGNING]));
    }),
    ("a CA is a server", |d| {
        d.add(rfc5280::ID_CE_EXT_KEY_USAGE, false, &usages(&[rfc5280::ID_KP_SERVER_AUTH]));
    }),
];

/// Nobody's.
const UNKNOWN: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.32473.1");

#[test]
fn every_mutant_of_our_builder_is_refused() {
    let mut escaped = Vec::new();
    let mut all = 0;
    let servers = SERVER.iter().map(|mutant| (Sample::server(), mutant));
    let cas = CA.iter().map(|mutant| (Sample::intermediate(), mutant));
    for (sample, (name, change)) in servers.chain(cas) {
        all += 1;
        if Registry::all().check(sample.changed(change)).is_ok() {
            escaped.push(*name);
        }
    }
    assert!(escaped.is_empty(), "{} of {all} escaped: {escaped:#?}", escaped.len());
    assert!(all >= 60, "{all}");
}

#[test]
fn no_change_of_a_single_octet_of_a_certificate_is_let_through() {
    let length = Sample::server().into_tbs().as_der().len();
    let mut escaped = Vec::new();
    for position in 0..length {
        for flip in [0x01, 0x20, 0x80] {
            let changed = with_bytes(Sample::server(), |der| der[position] ^= flip);
            if Registry::all().check(changed).is_ok() {
                escaped.push((position, flip));
            }
        }
    }
    assert!(escaped.is_empty(), "of {length} octets: {escaped:?}");
}

fn algorithm(oid: ObjectIdentifier, null: bool) -> Vec<u8> {
    let parameters: &[u8] = if null { &[5, 0] } else { &[] };
    tlv(0x30, &[&oid.to_der().unwrap()[..], parameters].concat())
}

fn usages(purposes: &[ObjectIdentifier]) -> Vec<u8> {
    let all: Vec<u8> = purposes.iter().flat_map(|oid| oid.to_der().unwrap()).collect();
    tlv(0x30, &all)
}

fn names(draft: &mut Draft, names: &[(u8, &[u8])]) {
    let all: Vec<u8> = names.iter().flat_map(|(tag, value)| tlv(*tag, value)).collect();
    draft.extension(rfc5280::ID_CE_SUBJECT_ALT_NAME).2 = tlv(0x30, &all);
}

fn replace(der: &mut [u8], from: u8, to: u8) {
    let place = der.iter().position(|octet| *octet == from).unwrap();
    der[place] = to;
}

fn change_last(der: &mut [u8]) {
    *der.last_mut().unwrap() ^= 1;
}

/// The last digit of a time; behind it is a Z.
fn change_before_last(der: &mut [u8]) {
    let place = der.len() - 2;
    der[place] ^= 1;
}
