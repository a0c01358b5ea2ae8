//! Requests for these tests: of one key, made by hand.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use keystead::base::algorithm::{KeyAlgorithm, SignatureAlgorithm};
use keystead::base::spki::Spki;

use crate::encode::{dns, extension_request, rdn, san_extension, sequence, tlv};

/// A request with this subject and these complete attributes.
pub(crate) fn request(subject: &[Vec<u8>], attributes: &[Vec<u8>]) -> Vec<u8> {
    let key = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    let spki = Spki::from_point(KeyAlgorithm::Ed25519, key.public_key().as_ref()).unwrap();
    let mut attributes = attributes.to_vec();
    attributes.sort();
    let info = sequence(&[
        tlv(2, &[0]),
        sequence(subject),
        spki.as_der().to_vec(),
        tlv(0xa0, &attributes.concat()),
    ]);
    let signature = [&[0][..], key.sign(&info).as_ref()].concat();
    let algorithm = SignatureAlgorithm::Ed25519.algorithm_identifier();
    sequence(&[info, algorithm.to_vec(), tlv(3, &signature)])
}

/// An RDN of one UTF8String.
pub(crate) fn utf8(kind: &str, text: &str) -> Vec<u8> {
    rdn(&[(kind, 0x0c, text.as_bytes())])
}

/// A request that `tls-server` grants.
pub(crate) fn good(host: &str) -> Vec<u8> {
    let names = extension_request(&[san_extension(&[dns(host)])]);
    request(&[utf8("2.5.4.3", host)], &[names])
}
