//! RSA keys with known faults, from `tests/data/request/rsa-keys.txt`, and PKCS#1 v1.5 by the book.

use std::sync::LazyLock;

use num_bigint::BigUint;

use crate::curve::{integer, octets};
use crate::encode::{oid, sequence, tlv};
use crate::vector::{SHA256, digest};

/// A key: two primes or more.
#[derive(Debug)]
pub(crate) struct RsaKey {
    pub(crate) name: String,
    pub(crate) exponent: BigUint,
    pub(crate) modulus: BigUint,
    /// None where the exponent has no inverse, so that no such key can sign.
    secret: Option<BigUint>,
}

static KEYS: LazyLock<Vec<RsaKey>> = LazyLock::new(|| {
    let text = include_str!("../data/request/rsa-keys.txt");
    text.lines().map(RsaKey::read).collect()
});

/// The key of this name.
pub(crate) fn key(name: &str) -> &'static RsaKey {
    KEYS.iter().find(|key| key.name == name).unwrap_or_else(|| panic!("no RSA key {name}"))
}

/// All keys whose name begins so.
pub(crate) fn keys(prefix: &'static str) -> impl Iterator<Item = &'static RsaKey> {
    KEYS.iter().filter(move |key| key.name.starts_with(prefix))
}

impl RsaKey {
    fn read(line: &str) -> Self {
        let mut words = line.split(' ');
        let name = words.next().unwrap().to_owned();
        let mut numbers = words.map(|word| BigUint::parse_bytes(word.as_bytes(), 16).unwrap());
        let exponent = numbers.next().unwrap();
        let primes: Vec<BigUint> = numbers.collect();
        let one = BigUint::from(1_u32);
        let mut order = one.clone();
        for (index, prime) in primes.iter().enumerate() {
            // Of a square p * p the order is p * (p - 1).
            order *= if primes[..index].contains(prime) { prime.clone() } else { prime - &one };
        }
        let modulus = primes.iter().product();
        let secret = exponent.modinv(&order);
        Self { name, exponent, modulus, secret }
    }

    /// RSAPublicKey.
    pub(crate) fn public(&self) -> Vec<u8> {
        sequence(&[integer(&self.modulus), integer(&self.exponent)])
    }

    /// SubjectPublicKeyInfo.
    pub(crate) fn spki(&self) -> Vec<u8> {
        spki_of(&self.public())
    }

    /// A PKCS#1 v1.5 signature with SHA-256.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let info = hex::decode("3031300d060960864801650304020105000420").unwrap();
        self.sign_info(&[info, digest(SHA256, message)].concat())
    }

    /// A PKCS#1 v1.5 signature over this complete DigestInfo.
    pub(crate) fn sign_info(&self, info: &[u8]) -> Vec<u8> {
        let length = usize::try_from(self.modulus.bits().div_ceil(8)).unwrap();
        let padding = vec![0xff; length - info.len() - 3];
        self.power(&[&[0, 1][..], &padding, &[0], info].concat())
    }

    /// The private operation on one block.
    pub(crate) fn power(&self, block: &[u8]) -> Vec<u8> {
        let length = block.len();
        match &self.secret {
            Some(secret) => {
                octets(&BigUint::from_bytes_be(block).modpow(secret, &self.modulus), length)
            }
            None => vec![0x5a; length],
        }
    }
}

/// SubjectPublicKeyInfo of an RSAPublicKey.
pub(crate) fn spki_of(public: &[u8]) -> Vec<u8> {
    let algorithm = sequence(&[oid("1.2.840.113549.1.1.1"), tlv(5, &[])]);
    sequence(&[algorithm, tlv(3, &[&[0][..], public].concat())])
}
