//! How a signature algorithm becomes a PKCS#11 mechanism, its input and the form of its output.

use std::borrow::Cow;

use cryptoki::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsPssParams};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::types::Ulong;
use der::Encode as _;
use der::asn1::UintRef;
use hex_literal::hex;

use crate::base::algorithm::{Digest, KeyAlgorithm, SignatureAlgorithm};

use super::TokenError;

/// One way to make signatures of an algorithm with a key of a kind. Tokens differ in which they
/// offer, and their lists are not to be believed: a trial decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    key: KeyAlgorithm,
    algorithm: SignatureAlgorithm,
    hashing: Hashing,
}

/// Who hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hashing {
    /// We do; the token gets a digest of exactly the length that it signs.
    Here,
    /// The token does.
    InToken,
    /// Nobody: Ed25519 signs the message itself.
    Never,
}

impl Plan {
    /// The ways to try, in order: hashed here first, as the least is sent to the token then.
    pub(super) fn candidates(key: KeyAlgorithm, algorithm: SignatureAlgorithm) -> Vec<Self> {
        let ways: &[Hashing] = match algorithm.digest() {
            Some(_) => &[Hashing::Here, Hashing::InToken],
            None => &[Hashing::Never],
        };
        ways.iter().map(|&hashing| Self { key, algorithm, hashing }).collect()
    }

    /// The mechanism's PKCS#11 name.
    pub(super) fn name(self) -> &'static str {
        use SignatureAlgorithm as S;
        match (self.hashing, self.algorithm) {
            (Hashing::Here, S::EcdsaSha256 | S::EcdsaSha384 | S::EcdsaSha512) => "CKM_ECDSA",
            (Hashing::Here, S::RsaPkcs1Sha256 | S::RsaPkcs1Sha384 | S::RsaPkcs1Sha512) => {
                "CKM_RSA_PKCS"
            }
            (Hashing::Here, S::RsaPssSha256 | S::RsaPssSha384 | S::RsaPssSha512) => {
                "CKM_RSA_PKCS_PSS"
            }
            (_, S::EcdsaSha256) => "CKM_ECDSA_SHA256",
            (_, S::EcdsaSha384) => "CKM_ECDSA_SHA384",
            (_, S::EcdsaSha512) => "CKM_ECDSA_SHA512",
            (_, S::RsaPkcs1Sha256) => "CKM_SHA256_RSA_PKCS",
            (_, S::RsaPkcs1Sha384) => "CKM_SHA384_RSA_PKCS",
            (_, S::RsaPkcs1Sha512) => "CKM_SHA512_RSA_PKCS",
            (_, S::RsaPssSha256) => "CKM_SHA256_RSA_PKCS_PSS",
            (_, S::RsaPssSha384) => "CKM_SHA384_RSA_PKCS_PSS",
            (_, S::RsaPssSha512) => "CKM_SHA512_RSA_PKCS_PSS",
            (_, S::Ed25519) => "CKM_EDDSA",
        }
    }

    /// The mechanism with its parameters.
    pub(super) fn mechanism(self) -> Mechanism<'static> {
        use SignatureAlgorithm as S;
        match (self.hashing, self.algorithm) {
            (Hashing::Here, S::EcdsaSha256 | S::EcdsaSha384 | S::EcdsaSha512) => Mechanism::Ecdsa,
            (Hashing::Here, S::RsaPkcs1Sha256 | S::RsaPkcs1Sha384 | S::RsaPkcs1Sha512) => {
                Mechanism::RsaPkcs
            }
            (Hashing::Here, S::RsaPssSha256) => Mechanism::RsaPkcsPss(pss(Digest::Sha256)),
            (Hashing::Here, S::RsaPssSha384) => Mechanism::RsaPkcsPss(pss(Digest::Sha384)),
            (Hashing::Here, S::RsaPssSha512) => Mechanism::RsaPkcsPss(pss(Digest::Sha512)),
            (_, S::EcdsaSha256) => Mechanism::EcdsaSha256,
            (_, S::EcdsaSha384) => Mechanism::EcdsaSha384,
            (_, S::EcdsaSha512) => Mechanism::EcdsaSha512,
            (_, S::RsaPkcs1Sha256) => Mechanism::Sha256RsaPkcs,
            (_, S::RsaPkcs1Sha384) => Mechanism::Sha384RsaPkcs,
            (_, S::RsaPkcs1Sha512) => Mechanism::Sha512RsaPkcs,
            (_, S::RsaPssSha256) => Mechanism::Sha256RsaPkcsPss(pss(Digest::Sha256)),
            (_, S::RsaPssSha384) => Mechanism::Sha384RsaPkcsPss(pss(Digest::Sha384)),
            (_, S::RsaPssSha512) => Mechanism::Sha512RsaPkcsPss(pss(Digest::Sha512)),
            // Without parameters it is pure Ed25519 (PKCS#11 3.0 §2.3.14).
            (_, S::Ed25519) => Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Pure)),
        }
    }

    /// What C_Sign gets. Tokens sign whatever they are given with CKM_ECDSA and CKM_RSA_PKCS, so the
    /// length is made right here.
    pub(super) fn input(self, message: &[u8]) -> Cow<'_, [u8]> {
        use SignatureAlgorithm as S;
        let (Hashing::Here, Some(digest)) = (self.hashing, self.algorithm.digest()) else {
            return Cow::Borrowed(message);
        };
        let mut hash = digest.of(message);
        match self.algorithm {
            S::EcdsaSha256 | S::EcdsaSha384 | S::EcdsaSha512 => {
                // FIPS 186-5 §6.4.1: the leftmost bits, as many as the group order has. All three
                // orders that are shorter than a digest have a whole number of octets.
                hash.truncate(order(self.key).map_or(hash.len(), <[u8]>::len));
                Cow::Owned(hash)
            }
            S::RsaPkcs1Sha256 | S::RsaPkcs1Sha384 | S::RsaPkcs1Sha512 => {
                Cow::Owned(digest_info(digest, &hash))
            }
            _ => Cow::Owned(hash),
        }
    }

    /// The signature as certificates carry it, from what C_Sign gave.
    pub(super) fn output(self, raw: Vec<u8>) -> Result<Vec<u8>, TokenError> {
        let wrong = |problem: String| TokenError::SignatureForm { mechanism: self.name(), problem };
        let expect_length = |expected: usize| {
            if raw.len() == expected {
                return Ok(());
            }
            Err(wrong(format!("{} octets, expected {expected}", raw.len())))
        };
        match self.key {
            KeyAlgorithm::Rsa2048 => expect_length(256).map(|()| raw),
            KeyAlgorithm::Rsa3072 => expect_length(384).map(|()| raw),
            KeyAlgorithm::Rsa4096 => expect_length(512).map(|()| raw),
            KeyAlgorithm::Ed25519 => expect_length(64).map(|()| raw),
            KeyAlgorithm::EcP256 | KeyAlgorithm::EcP384 | KeyAlgorithm::EcP521 => {
                let order = order(self.key).unwrap_or_default();
                expect_length(2 * order.len())?;
                let (r, s) = raw.split_at(order.len());
                for (name, number) in [("r", r), ("s", s)] {
                    if number.iter().all(|octet| *octet == 0) || number >= order {
                        return Err(wrong(format!(
                            "a signature whose {name} is not between 1 and the group order"
                        )));
                    }
                }
                ecdsa_der(r, s).map_err(|error| wrong(format!("numbers without DER form: {error}")))
            }
        }
    }

    /// The mechanism's number, to ask the token about it.
    pub(super) fn kind(self) -> MechanismType {
        self.mechanism().mechanism_type()
    }
}

fn pss(digest: Digest) -> PkcsPssParams {
    let (hash_alg, mgf, length) = match digest {
        Digest::Sha256 => (MechanismType::SHA256, PkcsMgfType::MGF1_SHA256, 32),
        Digest::Sha384 => (MechanismType::SHA384, PkcsMgfType::MGF1_SHA384, 48),
        Digest::Sha512 => (MechanismType::SHA512, PkcsMgfType::MGF1_SHA512, 64),
    };
    // The salt is as long as the hash, as our PSS algorithm identifiers say.
    PkcsPssParams { hash_alg, mgf, s_len: Ulong::new(length) }
}

/// `DigestInfo ::= SEQUENCE { AlgorithmIdentifier, OCTET STRING }` (RFC 8017 §9.2). Short enough for
/// one-octet lengths.
fn digest_info(digest: Digest, hash: &[u8]) -> Vec<u8> {
    let algorithm = digest.algorithm_identifier();
    let mut out = Vec::with_capacity(4 + algorithm.len() + hash.len());
    let octets = |length: usize| u8::try_from(length).unwrap_or(u8::MAX);
    out.extend([0x30, octets(algorithm.len() + 2 + hash.len())]);
    out.extend(algorithm);
    out.extend([0x04, octets(hash.len())]);
    out.extend(hash);
    out
}

/// `Ecdsa-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }` (RFC 3279 §2.2.3).
fn ecdsa_der(r: &[u8], s: &[u8]) -> der::Result<Vec<u8>> {
    #[derive(der::Sequence)]
    struct EcdsaSigValue<'a> {
        r: UintRef<'a>,
        s: UintRef<'a>,
    }
    EcdsaSigValue { r: UintRef::new(r)?, s: UintRef::new(s)? }.to_der()
}

/// The order of the base point, big-endian (SEC 2 §2.4 to §2.6).
fn order(key: KeyAlgorithm) -> Option<&'static [u8]> {
    match key {
        KeyAlgorithm::EcP256 => {
            Some(&hex!("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"))
        }
        KeyAlgorithm::EcP384 => Some(&hex!(
            "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973"
        )),
        KeyAlgorithm::EcP521 => Some(&hex!(
            "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409"
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(key: KeyAlgorithm, algorithm: SignatureAlgorithm) -> Plan {
        Plan { key, algorithm, hashing: Hashing::Here }
    }

    #[test]
    fn the_digest_is_cut_to_the_length_of_the_group_order() {
        let lengths = [
            (KeyAlgorithm::EcP256, SignatureAlgorithm::EcdsaSha256, 32),
            (KeyAlgorithm::EcP256, SignatureAlgorithm::EcdsaSha512, 32),
            (KeyAlgorithm::EcP384, SignatureAlgorithm::EcdsaSha256, 32),
            (KeyAlgorithm::EcP384, SignatureAlgorithm::EcdsaSha512, 48),
            (KeyAlgorithm::EcP521, SignatureAlgorithm::EcdsaSha512, 64),
        ];
        for (key, algorithm, length) in lengths {
            assert_eq!(plan(key, algorithm).input(b"message").len(), length, "{key} {algorithm}");
        }
    }

    #[test]
    fn a_digest_info_is_the_one_of_the_standard() {
        let input =
            plan(KeyAlgorithm::Rsa2048, SignatureAlgorithm::RsaPkcs1Sha256).input(b"").into_owned();
        // RFC 8017 §9.2 note 1, then SHA-256 of nothing.
        assert_eq!(
            hex::encode(input),
            "3031300d060960864801650304020105000420\
             e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn ecdsa_numbers_become_minimal_der() {
        let mut raw = vec![0_u8; 64];
        raw[31] = 0x7f;
        raw[32] = 0x80;
        let der = plan(KeyAlgorithm::EcP256, SignatureAlgorithm::EcdsaSha256).output(raw).unwrap();
        let mut expected = hex!("302602017f022100").to_vec();
        expected.push(0x80);
        expected.extend([0; 31]);
        assert_eq!(der, expected);
    }

    #[test]
    fn ecdsa_numbers_out_of_range_or_of_wrong_length_are_refused() {
        for key in [KeyAlgorithm::EcP256, KeyAlgorithm::EcP384, KeyAlgorithm::EcP521] {
            let plan = plan(key, SignatureAlgorithm::EcdsaSha512);
            let order = order(key).unwrap().to_vec();
            let mut one = vec![0; order.len()];
            *one.last_mut().unwrap() = 1;
            let zero = vec![0; order.len()];
            let mut last = order.clone();
            *last.last_mut().unwrap() -= 1;
            let both = |r: &[u8], s: &[u8]| plan.output([r, s].concat());
            assert!(both(&one, &last).is_ok());
            for (r, s) in [(&zero, &one), (&one, &zero), (&order, &one), (&one, &order)] {
                assert!(matches!(both(r, s), Err(TokenError::SignatureForm { .. })), "{key}");
            }
            assert!(plan.output(one.clone()).is_err());
            assert!(plan.output([one.as_slice(), &one, &[0]].concat()).is_err());
        }
    }

    #[test]
    fn rsa_and_ed25519_signatures_must_have_their_length() {
        let rsa = plan(KeyAlgorithm::Rsa3072, SignatureAlgorithm::RsaPssSha384);
        assert!(rsa.output(vec![1; 384]).is_ok());
        assert!(rsa.output(vec![1; 383]).is_err());
        let edwards = Plan {
            key: KeyAlgorithm::Ed25519,
            algorithm: SignatureAlgorithm::Ed25519,
            hashing: Hashing::Never,
        };
        assert_eq!(edwards.input(b"abc").as_ref(), b"abc");
        assert!(edwards.output(vec![1; 63]).is_err());
    }
}
