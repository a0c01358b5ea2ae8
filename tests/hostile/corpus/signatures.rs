//! Signatures: wrong, of another key, of a weak or unknown algorithm, malformed.

use aws_lc_rs::digest;
use num_bigint::BigUint;

use crate::curve::{EcKey, P256, P384, integer, signature_value};
use crate::encode::{oid, sequence, tlv};
use crate::rsa;
use crate::vector::{Corpus, Draft, SHA256, Signer, bit_string, digest as hash, ed25519_spki};

pub(super) fn add(corpus: &mut Corpus) {
    wrong(corpus);
    mismatched(corpus);
    algorithms(corpus);
    pkcs1(corpus);
    ecdsa(corpus);
}

/// A request with these octets for a signature.
fn with_signature(draft: &Draft<'_>, signature: &[u8]) -> Vec<u8> {
    sequence(&[draft.info(), draft.algorithm.clone(), bit_string(signature)])
}

fn wrong(corpus: &mut Corpus) {
    let class = "signature";
    let code = "request.signature";
    let good = Draft::good();
    let signature = good.signer.sign(&good.info());
    let flipped = |at: usize, bit: u8| {
        let mut flipped = signature.clone();
        flipped[at] ^= bit;
        flipped
    };
    // S + L, which RFC 8032 §5.1.7 wants refused: the same signature in another form.
    let order = BigUint::parse_bytes(
        b"1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed",
        16,
    );
    let larger = BigUint::from_bytes_le(&signature[32..]) + order.unwrap();
    let malleable = [&signature[..32], &larger.to_bytes_le()].concat();
    for (note, octets) in [
        ("the first bit of R", flipped(0, 1)),
        ("the last bit of R", flipped(31, 0x80)),
        ("the first bit of S", flipped(32, 1)),
        ("the last bit of S", flipped(63, 0x80)),
        ("zeros", vec![0; 64]),
        ("ones", vec![0xff; 64]),
        ("no octets", vec![]),
        ("three zeros", vec![0; 3]),
        ("an octet too few", signature[..63].to_vec()),
        ("an octet too many", [&signature[..], &[0]].concat()),
        ("twice", [&signature[..], &signature].concat()),
        ("S plus the order", malleable),
        ("in an OCTET STRING", tlv(4, &signature)),
    ] {
        corpus.refused(class, note, code, with_signature(&good, &octets));
    }
    let bits = tlv(3, &[&[1][..], &signature[..63], &[signature[63] & 0xfe]].concat());
    let der = sequence(&[good.info(), good.algorithm.clone(), bits]);
    corpus.refused(class, "an unused bit", "request.encoding", der);

    let class = "signature-of-another";
    let other = Draft { signer: Signer::Ed25519(8), ..good.clone() };
    corpus.refused(class, "another Ed25519 key", code, other.finish());
    let spki = Draft { spki: ed25519_spki(8), ..good.clone() };
    corpus.refused(class, "another key requested", code, with_signature(&spki, &signature));
    let subject = good.clone().subject(&[crate::vector::common_name("evil.example.com")]);
    corpus.refused(class, "another subject", code, with_signature(&subject, &signature));
    let names = good.clone().names(&[crate::encode::dns("evil.example.com")]);
    corpus.refused(class, "other names", code, with_signature(&names, &signature));
    let (one, two) = (rsa::key("good-2048"), rsa::key("other-2048"));
    let der = Draft::with_key(one.spki(), Signer::Rsa(two)).finish();
    corpus.refused(class, "another RSA key", code, der);
    let (one, two) = (EcKey::new(&P256, "one"), EcKey::new(&P256, "two"));
    let der = Draft::with_key(ec_spki(&one), Signer::Ec(&two)).finish();
    corpus.refused(class, "another EC key", code, der);
    for (note, message) in [
        ("over nothing", vec![]),
        ("over the content of the info", good.info()[4..].to_vec()),
        ("over the whole request", good.finish()),
        ("over the public key", good.spki.clone()),
        ("over the hash of the info", hash(SHA256, &good.info())),
    ] {
        let signature = good.signer.sign(&message);
        corpus.refused(class, note, code, with_signature(&good, &signature));
    }
}

fn ec_spki(key: &EcKey) -> Vec<u8> {
    let algorithm = sequence(&[oid("1.2.840.10045.2.1"), oid(key.curve.oid)]);
    sequence(&[algorithm, bit_string(&key.point())])
}

/// AlgorithmIdentifier with NULL for parameters.
fn with_null(kind: &str) -> Vec<u8> {
    sequence(&[oid(kind), vec![5, 0]])
}

const RSA_SHA256: &str = "1.2.840.113549.1.1.11";
const ECDSA_SHA256: &str = "1.2.840.10045.4.3.2";
const ED25519: &str = "1.3.101.112";

fn mismatched(corpus: &mut Corpus) {
    let class = "algorithm-mismatch";
    let code = "request.signature";
    let key = rsa::key("good-2048");
    let ec = EcKey::new(&P256, "mismatch");
    let bare = |kind: &str| sequence(&[oid(kind)]);
    for (note, draft, algorithm) in [
        ("an Ed25519 key with an RSA algorithm", Draft::good(), with_null(RSA_SHA256)),
        ("an Ed25519 key with ECDSA", Draft::good(), bare(ECDSA_SHA256)),
        (
            "an RSA key with ECDSA",
            Draft::with_key(key.spki(), Signer::Rsa(key)),
            bare(ECDSA_SHA256),
        ),
        ("an RSA key with Ed25519", Draft::with_key(key.spki(), Signer::Rsa(key)), bare(ED25519)),
        (
            "an EC key with RSA",
            Draft::with_key(ec_spki(&ec), Signer::Ec(&ec)),
            with_null(RSA_SHA256),
        ),
        ("an EC key with Ed25519", Draft::with_key(ec_spki(&ec), Signer::Ec(&ec)), bare(ED25519)),
        (
            "SHA-256 declared as SHA-384",
            Draft::with_key(key.spki(), Signer::Rsa(key)),
            with_null("1.2.840.113549.1.1.12"),
        ),
        (
            "ECDSA with SHA-256 declared as SHA-512",
            Draft::with_key(ec_spki(&ec), Signer::Ec(&ec)),
            bare("1.2.840.10045.4.3.4"),
        ),
    ] {
        corpus.refused(class, note, code, Draft { algorithm, ..draft }.finish());
    }
}

fn algorithms(corpus: &mut Corpus) {
    let code = "request.signature-algorithm";
    let key = rsa::key("good-2048");
    let rsa = || Draft::with_key(key.spki(), Signer::Rsa(key));
    let ec = EcKey::new(&P256, "algorithms");
    let ecdsa = || Draft::with_key(ec_spki(&ec), Signer::Ec(&ec));
    let bare = |kind: &str| sequence(&[oid(kind)]);
    let class = "weak-hash";
    for (note, draft, algorithm) in [
        ("MD2 with RSA", rsa(), with_null("1.2.840.113549.1.1.2")),
        ("MD4 with RSA", rsa(), with_null("1.2.840.113549.1.1.3")),
        ("MD5 with RSA", rsa(), with_null("1.2.840.113549.1.1.4")),
        ("SHA-1 with RSA", rsa(), with_null("1.2.840.113549.1.1.5")),
        ("SHA-1 with RSA of OIW", rsa(), with_null("1.3.14.3.2.29")),
        ("SHA-224 with RSA", rsa(), with_null("1.2.840.113549.1.1.14")),
        ("RIPEMD-160 with RSA", rsa(), with_null("1.3.36.3.3.1.2")),
        ("SHA-1 with ECDSA", ecdsa(), bare("1.2.840.10045.4.1")),
        ("SHA-224 with ECDSA", ecdsa(), bare("1.2.840.10045.4.3.1")),
        ("SHA-1 with DSA", Draft::good(), bare("1.2.840.10040.4.3")),
    ] {
        corpus.refused(class, note, code, Draft { algorithm, ..draft }.finish());
    }
    let class = "unknown-algorithm";
    for (note, algorithm) in [
        ("Ed448", bare("1.3.101.113")),
        ("X25519", bare("1.3.101.110")),
        ("ML-DSA-65", bare("2.16.840.1.101.3.4.3.18")),
        ("rsaEncryption", with_null("1.2.840.113549.1.1.1")),
        ("id-ecPublicKey", bare("1.2.840.10045.2.1")),
        ("SHA3-256 with RSA", bare("2.16.840.1.101.3.4.3.14")),
        ("SHA-512/256 with RSA", with_null("1.2.840.113549.1.1.16")),
        ("SM2 with SM3", bare("1.2.156.10197.1.501")),
        ("a signature of none", bare("1.3.6.1.5.5.7.6.2")),
        ("nothing", sequence(&[])),
        ("of nobody", bare("1.3.6.1.4.1.99999.4")),
    ] {
        corpus.refused(class, note, code, Draft { algorithm, ..Draft::good() }.finish());
    }
    let class = "algorithm-parameters";
    for (note, draft, algorithm) in [
        ("Ed25519 with NULL", Draft::good(), with_null(ED25519)),
        ("ECDSA with NULL", ecdsa(), with_null(ECDSA_SHA256)),
        ("ECDSA with its curve", ecdsa(), sequence(&[oid(ECDSA_SHA256), oid(P256.oid)])),
        ("RSA with an OID", rsa(), sequence(&[oid(RSA_SHA256), oid(RSA_SHA256)])),
        ("RSA with an empty sequence", rsa(), sequence(&[oid(RSA_SHA256), sequence(&[])])),
        ("RSA with NULL twice", rsa(), sequence(&[oid(RSA_SHA256), vec![5, 0], vec![5, 0]])),
    ] {
        corpus.refused(class, note, code, Draft { algorithm, ..draft }.finish());
    }
    let algorithm = sequence(&[oid(RSA_SHA256), tlv(5, &[0])]);
    let der = Draft { algorithm, ..rsa() }.finish();
    corpus.refused(class, "RSA with NULL of an octet", "request.not-canonical", der);
    let class = "pss-parameters";
    let sha = |kind: &str| with_null(kind);
    let (sha1, sha256) = ("1.3.14.3.2.26", "2.16.840.1.101.3.4.2.1");
    let sha384 = "2.16.840.1.101.3.4.2.2";
    let mgf = |kind: &str| sequence(&[oid("1.2.840.113549.1.1.8"), sha(kind)]);
    let parameters = |hash: &str, mask: &str, salt: &[u8]| {
        let parts = [tlv(0xa0, &sha(hash)), tlv(0xa1, &mgf(mask)), tlv(0xa2, &tlv(2, salt))];
        sequence(&[oid("1.2.840.113549.1.1.10"), sequence(&parts)])
    };
    for (note, algorithm) in [
        ("absent", bare("1.2.840.113549.1.1.10")),
        ("all defaults", sequence(&[oid("1.2.840.113549.1.1.10"), sequence(&[])])),
        ("NULL", with_null("1.2.840.113549.1.1.10")),
        ("SHA-1", parameters(sha1, sha1, &[20])),
        ("20 octets of salt", parameters(sha256, sha256, &[20])),
        ("no salt", parameters(sha256, sha256, &[0])),
        ("negative salt", parameters(sha256, sha256, &[0xff])),
        ("64 KiB of salt", parameters(sha256, sha256, &[1, 0, 0])),
        ("SHA-256 with a mask of SHA-1", parameters(sha256, sha1, &[32])),
        ("SHA-384 with a mask of SHA-256", parameters(sha384, sha256, &[48])),
        ("a trailer written out", {
            let parts = [
                tlv(0xa0, &sha(sha256)),
                tlv(0xa1, &mgf(sha256)),
                tlv(0xa2, &[2, 1, 32]),
                tlv(0xa3, &[2, 1, 1]),
            ];
            sequence(&[oid("1.2.840.113549.1.1.10"), sequence(&parts)])
        }),
    ] {
        corpus.refused(class, note, code, Draft { algorithm, ..rsa() }.finish());
    }
}

fn pkcs1(corpus: &mut Corpus) {
    let class = "pkcs1-padding";
    let code = "request.signature";
    let key = rsa::key("good-2048");
    let draft = Draft::with_key(key.spki(), Signer::Rsa(key));
    let digest = hash(SHA256, &draft.info());
    let info = |prefix: &str| [hex::decode(prefix).unwrap(), digest.clone()].concat();
    let good = info("3031300d060960864801650304020105000420");
    let block = |padding: usize, byte: u8, tail: &[u8]| {
        let mut block = vec![0, 1];
        block.extend(vec![byte; padding]);
        block.push(0);
        block.extend_from_slice(&good);
        block.extend_from_slice(tail);
        block.resize(256, 0x41);
        block
    };
    for (note, signature) in [
        // RFC 8017 §A.2.4 lets readers accept an absent NULL; nobody writes it.
        (
            "DigestInfo without NULL",
            key.sign_info(&info("302f300b0609608648016503040201 0420".replace(' ', "").as_str())),
        ),
        ("DigestInfo of SHA-1", key.sign_info(&info("3021300906052b0e03021a05000414"))),
        (
            "DigestInfo with a long length",
            key.sign_info(&info("308131300d060960864801650304020105000420")),
        ),
        (
            "DigestInfo with NULL of an octet",
            key.sign_info(&info("3032300e06096086480165030402010501000420")),
        ),
        ("DigestInfo with an octet behind", key.sign_info(&[&good[..], &[0]].concat())),
        ("the digest alone", key.sign_info(&digest)),
        ("padding of 8 octets and noise behind", key.power(&block(8, 0xff, &[]))),
        ("padding of 202 octets that are not ff", key.power(&block(202, 0xfe, &[]))),
        ("block type 2", {
            let mut type_2 = block(202, 0xff, &[]);
            type_2[1] = 2;
            key.power(&type_2)
        }),
        ("block type 0", {
            let mut type_0 = block(202, 0, &[]);
            type_0[1] = 0;
            key.power(&type_0)
        }),
        ("a signature of zero", vec![0; 256]),
        ("a signature of one", octets_of(1)),
        ("a signature plus the modulus", {
            let signature = BigUint::from_bytes_be(&key.sign_info(&good));
            (signature + &key.modulus).to_bytes_be()
        }),
        ("an octet too few", key.sign_info(&good)[..255].to_vec()),
        ("a zero in front", [&[0][..], &key.sign_info(&good)].concat()),
    ] {
        corpus.refused(class, note, code, with_signature(&draft, &signature));
    }
}

fn octets_of(number: u8) -> Vec<u8> {
    let mut octets = vec![0; 256];
    octets[255] = number;
    octets
}

fn ecdsa(corpus: &mut Corpus) {
    let class = "ecdsa-value";
    let code = "request.signature";
    let key = EcKey::new(&P256, "values");
    let draft = Draft::with_key(ec_spki(&key), Signer::Ec(&key));
    let (r, s) = key.sign_digest(&hash(SHA256, &draft.info()));
    let n = BigUint::parse_bytes(P256.n.as_bytes(), 16).unwrap();
    let (zero, one) = (BigUint::ZERO, BigUint::from(1_u32));
    let padded = |number: &BigUint| tlv(2, &[&[0; 2][..], &number.to_bytes_be()].concat());
    let negative = |number: &BigUint| {
        let mut octets = number.to_bytes_be();
        octets[0] |= 0x80;
        tlv(2, &octets)
    };
    for (note, value) in [
        ("r of zero", sequence(&[tlv(2, &[0]), integer(&s)])),
        ("s of zero", sequence(&[integer(&r), tlv(2, &[0])])),
        ("both zero", sequence(&[tlv(2, &[0]), tlv(2, &[0])])),
        ("both one", signature_value(&one, &one)),
        ("r of n", signature_value(&n, &s)),
        ("s of n", signature_value(&r, &n)),
        ("r plus n", signature_value(&(&r + &n), &s)),
        ("s plus n", signature_value(&r, &(&s + &n))),
        ("r negative", sequence(&[negative(&r), integer(&s)])),
        ("s negative", sequence(&[integer(&r), negative(&s)])),
        ("r with needless zeros", sequence(&[padded(&r), integer(&s)])),
        ("s with needless zeros", sequence(&[integer(&r), padded(&s)])),
        ("r without octets", sequence(&[tlv(2, &[]), integer(&s)])),
        ("three numbers", sequence(&[integer(&r), integer(&s), integer(&s)])),
        ("one number", sequence(&[integer(&r)])),
        ("no number", sequence(&[])),
        ("an octet behind", [signature_value(&r, &s), vec![0]].concat()),
        ("a long length", {
            let value = signature_value(&r, &s);
            [&[0x30, 0x81][..], &value[1..]].concat()
        }),
        ("an indefinite length", super::encoding::indefinite(&signature_value(&r, &s))),
        ("a SET", tlv(0x31, &[integer(&r), integer(&s)].concat())),
        ("r and s in a row", [r.to_bytes_be(), s.to_bytes_be()].concat()),
        ("r and s swapped", signature_value(&s, &r)),
        ("s without the key", signature_value(&r, &(&zero + 5_u32))),
        ("no octets", vec![]),
    ] {
        corpus.refused(class, note, code, with_signature(&draft, &value));
    }
    let big = EcKey::new(&P384, "values");
    let draft = Draft::with_key(ec_spki(&big), Signer::Ec(&big));
    let value = big.sign(&digest::SHA384, &draft.info());
    corpus.refused(
        class,
        "P-384 with SHA-384 declared as SHA-256",
        code,
        with_signature(&draft, &value),
    );
}
