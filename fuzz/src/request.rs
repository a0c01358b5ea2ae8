//! Requests, public keys and issuer certificates as DER.

use aws_lc_rs::signature::Ed25519KeyPair;
use const_oid::ObjectIdentifier;
use keystead::base::algorithm::{KeyAlgorithm, SignatureAlgorithm};
use keystead::base::element::push_header;
use keystead::base::issuer_cert::IssuerCert;
use keystead::base::san::San;
use keystead::base::spki::Spki;
use keystead::profile::Overrides;
use keystead::request::{self, VerifiedRequest};
use x509_parser::prelude::{FromDer as _, GeneralName, ParsedExtension};

use super::pipeline::{key, key_spki, plan_under_all};
use super::shown::{assert_clear, assert_clear_error};

/// challengePassword (RFC 2985 §5.4.1).
const CHALLENGE_PASSWORD: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.7");

/// The input as a request.
pub fn request(data: &[u8]) {
    let verified = match request::verify(data) {
        Ok(verified) => verified,
        Err(error) => {
            assert!(error.code().starts_with("request."), "{}", error.code());
            return assert_clear_error(&error);
        }
    };
    agrees(data, &verified);
    plan_under_all(&verified, &Overrides::default());
}

/// The input as subject and attributes of a request that a known key signs, so that it gets behind the
/// check of the signature.
pub fn signed_request(data: &[u8]) {
    let key = key(3);
    let subject = first_element(data).unwrap_or(data.len());
    let (subject, attributes) = data.split_at(subject);
    let info = [&[2, 1, 0], subject, key_spki(&key).as_der(), attributes].concat();
    request(&sign(&key, &info));
}

/// The length of the element that begins `data`.
pub(crate) fn first_element(data: &[u8]) -> Option<usize> {
    let (rest, _) = x509_parser::der_parser::der::parse_der(data).ok()?;
    Some(data.len() - rest.len())
}

/// A request with this content of its CertificationRequestInfo.
pub(crate) fn sign(key: &Ed25519KeyPair, info: &[u8]) -> Vec<u8> {
    sign_any(key, info)
}

/// What has this content, its signature and Ed25519's identifier between them.
pub(crate) fn sign_any(key: &Ed25519KeyPair, content: &[u8]) -> Vec<u8> {
    let info = element(0x30, content);
    let signature = [&[0][..], key.sign(&info).as_ref()].concat();
    let algorithm = SignatureAlgorithm::Ed25519.algorithm_identifier();
    element(0x30, &[&info[..], algorithm, &element(3, &signature)].concat())
}

pub(crate) fn element(identifier: u8, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    push_header(&mut out, identifier, content.len()).expect("short enough");
    out.extend_from_slice(content);
    out
}

/// Two other parsers see in an accepted request what we saw, and one of them writes the same bytes.
fn agrees(data: &[u8], verified: &VerifiedRequest) {
    use der::{Decode as _, Encode as _};
    let third = x509_cert::request::CertReq::from_der(data).expect("a third parser reads it");
    assert_eq!(third.to_der().expect("and writes it"), data);
    let other = x509_parser::certification_request::X509CertificationRequest::from_der(data);
    // x509-parser takes a challengePassword for broken that is a BMPString, for one.
    if other.is_err() && verified.attributes().contains(&CHALLENGE_PASSWORD) {
        return;
    }
    let (rest, other) = other.expect("another parser reads what we accept");
    assert!(rest.is_empty());
    let info = &other.certification_request_info;
    assert_eq!(info.version.0, 0);
    assert_eq!(info.subject.as_raw(), verified.subject().as_der());
    assert_eq!(info.subject_pki.raw, verified.spki().as_der());
    let spki = verified.spki().as_der();
    assert!(data.windows(spki.len()).any(|window| window == spki));
    let mut names = Vec::new();
    for extension in other.requested_extensions().into_iter().flatten() {
        if let ParsedExtension::SubjectAlternativeName(sans) = extension {
            names.extend(sans.general_names.iter().map(same_name));
        }
    }
    assert_eq!(names, verified.sans());
    assert_clear(&verified.subject().to_string());
    for san in verified.sans() {
        assert_clear(&san.to_string());
        assert_eq!(san.to_string().parse::<San>().expect("a name is read as it is shown"), *san);
    }
}

fn same_name(name: &GeneralName<'_>) -> San {
    match name {
        GeneralName::RFC822Name(text) => San::Email((*text).to_owned()),
        GeneralName::DNSName(text) => San::Dns((*text).to_owned()),
        GeneralName::URI(text) => San::Uri((*text).to_owned()),
        GeneralName::IPAddress(octets) => match <[u8; 4]>::try_from(*octets) {
            Ok(v4) => San::Ip(v4.into()),
            Err(_) => San::Ip(<[u8; 16]>::try_from(*octets).expect("16 octets").into()),
        },
        other => panic!("accepted: {other:?}"),
    }
}

/// The input as a SubjectPublicKeyInfo: accepted ones are kept to the byte and can be built again from
/// their numbers.
pub fn spki(data: &[u8]) {
    let spki = match Spki::from_der(data) {
        Ok(spki) => spki,
        Err(error) => return assert_clear_error(&error),
    };
    assert_eq!(spki.as_der(), data);
    assert!(data.ends_with(spki.key_bits()));
    let (rest, other) = x509_parser::x509::SubjectPublicKeyInfo::from_der(data)
        .expect("another parser reads what we accept");
    assert!(rest.is_empty());
    assert_eq!(&*other.subject_public_key.data, spki.key_bits());
    let again = match spki.algorithm() {
        KeyAlgorithm::Rsa2048 | KeyAlgorithm::Rsa3072 | KeyAlgorithm::Rsa4096 => {
            let Ok(x509_parser::public_key::PublicKey::RSA(numbers)) = other.parsed() else {
                panic!("another parser sees no RSA key")
            };
            let trimmed = |octets: &[u8]| match octets {
                [0, rest @ ..] => rest.to_vec(),
                octets => octets.to_vec(),
            };
            Spki::from_rsa_numbers(&trimmed(numbers.modulus), &trimmed(numbers.exponent))
        }
        algorithm => Spki::from_point(algorithm, spki.key_bits()),
    };
    assert_eq!(again.expect("the numbers make the same key"), spki);
}

/// The input as an issuer's certificate.
pub fn issuer(data: &[u8]) {
    let issuer = match IssuerCert::from_der(data) {
        Ok(issuer) => issuer,
        Err(error) => return assert_clear_error(&error),
    };
    assert_eq!(issuer.as_der(), data);
    let (rest, other) = x509_parser::certificate::X509Certificate::from_der(data)
        .expect("another parser reads what we accept");
    assert!(rest.is_empty());
    assert_eq!(other.subject().as_raw(), issuer.subject().as_der());
    assert_eq!(other.public_key().raw, issuer.spki().as_der());
    assert!(other.is_ca());
    let length = other.basic_constraints().ok().flatten().and_then(|b| b.value.path_len_constraint);
    assert_eq!(length, issuer.path_length().map(u32::from));
}
