//! Public keys that are weak, malformed, of another kind, or no key at all.

use num_bigint::BigUint;

use crate::curve::{
    BRAINPOOL_P256, Curve, EcKey, P192, P224, P256, P384, P521, SECP256K1, integer, octets,
};
use crate::encode::{oid, sequence, tlv};
use crate::rsa::{self, spki_of};
use crate::vector::{
    ACCEPTED, Corpus, Draft, Signer, USUAL, bare_algorithm, bit_string, ed25519_spki,
};

const EC: &str = "1.2.840.10045.2.1";
const RSA: &str = "1.2.840.113549.1.1.1";
const ED25519: &str = "1.3.101.112";

/// What stands for a signature where no key can make one.
const NO_SIGNATURE: Signer<'_> = Signer::Fixed(&[0x5a; 64]);

pub(super) fn add(corpus: &mut Corpus) {
    rsa_numbers(corpus);
    rsa_encodings(corpus);
    curves(corpus);
    points(corpus);
    edwards(corpus);
    algorithms(corpus);
    encodings(corpus);
}

fn rsa_numbers(corpus: &mut Corpus) {
    for (class, prefix, code) in [
        ("rsa-size", "bits-", "request.key.rsa-modulus"),
        ("rsa-exponent", "e-", "request.key.rsa-exponent"),
        ("rsa-small-factor", "factor-", "request.key.small-factor"),
        ("rsa-close-primes", "close-", "request.key.close-primes"),
        ("rsa-close-primes", "square", "request.key.close-primes"),
        ("rsa-roca", "roca-", "request.key.roca"),
    ] {
        for key in rsa::keys(prefix) {
            let draft = Draft::with_key(key.spki(), Signer::Rsa(key));
            corpus.refused(class, key.name.clone(), code, draft.finish());
        }
    }
    let key = rsa::key("good-2048");
    for exponent in [0_u32, 65_538] {
        let public = sequence(&[integer(&key.modulus), integer(&BigUint::from(exponent))]);
        let draft = Draft::with_key(spki_of(&public), NO_SIGNATURE);
        let note = format!("e = {exponent}");
        corpus.refused("rsa-exponent", note, "request.key.rsa-exponent", draft.finish());
    }
    let public = sequence(&[integer(&key.modulus), integer(&key.modulus)]);
    let der = Draft::with_key(spki_of(&public), NO_SIGNATURE).finish();
    corpus.refused("rsa-exponent", "e = n", "request.key.rsa-exponent", der);
    let even = &key.modulus - 1_u32;
    let public = sequence(&[integer(&even), integer(&key.exponent)]);
    let der = Draft::with_key(spki_of(&public), NO_SIGNATURE).finish();
    corpus.refused("rsa-small-factor", "an even modulus", "request.key.small-factor", der);
    let power = BigUint::from(1_u32) << 2047_u32;
    let public = sequence(&[integer(&power), integer(&key.exponent)]);
    let der = Draft::with_key(spki_of(&public), NO_SIGNATURE).finish();
    corpus.refused("rsa-small-factor", "a power of two", "request.key.small-factor", der);
    let ones = (BigUint::from(1_u32) << 2048_u32) - 1_u32;
    let public = sequence(&[integer(&ones), integer(&key.exponent)]);
    let der = Draft::with_key(spki_of(&public), NO_SIGNATURE).finish();
    corpus.refused("rsa-small-factor", "all bits set", "request.key.small-factor", der);
}

fn rsa_encodings(corpus: &mut Corpus) {
    let key = rsa::key("good-2048");
    let modulus = key.modulus.to_bytes_be();
    let padded = |zeros: usize| tlv(2, &[vec![0; zeros], modulus.clone()].concat());
    let e = integer(&key.exponent);
    let class = "rsa-encoding";
    let code = "request.key.encoding";
    for (note, public) in [
        ("a negative modulus", sequence(&[padded(0), e.clone()])),
        ("a padded modulus", sequence(&[padded(2), e.clone()])),
        ("a modulus without octets", sequence(&[tlv(2, &[]), e.clone()])),
        ("a padded exponent", sequence(&[padded(1), tlv(2, &[0, 1, 0, 1])])),
        ("a negative exponent", sequence(&[padded(1), tlv(2, &[0xff])])),
        ("an exponent without octets", sequence(&[padded(1), tlv(2, &[])])),
        ("no exponent", sequence(&[padded(1)])),
        ("three numbers", sequence(&[padded(1), e.clone(), e.clone()])),
        ("trailing octets", [key.public(), vec![0]].concat()),
        ("a SET", tlv(0x31, &[padded(1), e.clone()].concat())),
        ("no octets", vec![]),
        ("a private key", sequence(&[tlv(2, &[0]), padded(1), e.clone()])),
        ("noise", vec![0x41; 270]),
        ("a long length", {
            let public = key.public();
            [&[0x30, 0x83, 0][..], &public[2..]].concat()
        }),
    ] {
        let draft = Draft::with_key(spki_of(&public), NO_SIGNATURE);
        corpus.refused(class, note, code, draft.finish());
    }
    let der = Draft::with_key(spki_of(&sequence(&[tlv(2, &[0]), e])), NO_SIGNATURE).finish();
    corpus.refused("rsa-size", "a modulus of zero", "request.key.rsa-modulus", der);

    let class = "rsa-parameters";
    let with = |algorithm: Vec<u8>| {
        let spki = sequence(&[algorithm, bit_string(&key.public())]);
        Draft::with_key(spki, Signer::Rsa(key)).finish()
    };
    let code = "request.key.parameters";
    corpus.refused(class, "absent", code, with(bare_algorithm(RSA)));
    corpus.refused(class, "an OID", code, with(sequence(&[oid(RSA), oid(RSA)])));
    corpus.refused(class, "an empty sequence", code, with(sequence(&[oid(RSA), sequence(&[])])));
    let code = "request.not-canonical";
    corpus.refused(class, "NULL with an octet", code, with(sequence(&[oid(RSA), tlv(5, &[0])])));
    corpus.refused(
        class,
        "NULL twice",
        "request.key.encoding",
        with(sequence(&[oid(RSA), tlv(5, &[]), tlv(5, &[])])),
    );
}

/// SubjectPublicKeyInfo of an EC key with these complete parameters.
fn ec_spki(parameters: &[u8], point: &[u8]) -> Vec<u8> {
    let algorithm = sequence(&[oid(EC), parameters.to_vec()]);
    sequence(&[algorithm, bit_string(point)])
}

fn curves(corpus: &mut Corpus) {
    let class = "ec-curve";
    let code = "request.key.curve";
    for (note, curve) in [
        ("P-192", &P192),
        ("P-224", &P224),
        ("secp256k1", &SECP256K1),
        ("brainpoolP256r1", &BRAINPOOL_P256),
    ] {
        let key = EcKey::new(curve, note);
        let draft = Draft::with_key(ec_spki(&oid(curve.oid), &key.point()), Signer::Ec(&key));
        corpus.refused(class, note, code, draft.finish());
    }
    let key = EcKey::new(&P256, "curves");
    for (note, curve) in [
        ("SM2", "1.2.156.10197.1.301"),
        ("brainpoolP384r1", "1.3.36.3.3.2.8.1.1.11"),
        ("sect283k1", "1.3.132.0.16"),
        ("sect571r1", "1.3.132.0.39"),
        ("secp112r1", "1.3.132.0.6"),
        ("GOST", "1.2.643.7.1.2.1.1.1"),
        ("FRP256v1", "1.2.250.1.223.101.256.1"),
        ("an unknown curve", "1.3.6.1.4.1.99999.2"),
    ] {
        let draft = Draft::with_key(ec_spki(&oid(curve), &key.point()), Signer::Ec(&key));
        corpus.refused(class, note, code, draft.finish());
    }
    let class = "ec-parameters";
    let code = "request.key.parameters";
    let hex = |text: &str| hex::decode(text).unwrap();
    let number = |text: &str| integer(&BigUint::parse_bytes(text.as_bytes(), 16).unwrap());
    let explicit = |curve: &Curve, base: Vec<u8>| {
        sequence(&[
            vec![2, 1, 1],
            sequence(&[oid("1.2.840.10045.1.1"), number(curve.p)]),
            sequence(&[tlv(4, &hex(curve.a)), tlv(4, &hex(curve.b))]),
            tlv(4, &base),
            number(curve.n),
            vec![2, 1, 1],
        ])
    };
    let base = [vec![4], hex(P256.x), hex(P256.y)].concat();
    for (note, parameters) in [
        ("P-256 written out", explicit(&P256, base)),
        // CVE-2020-0601: with the key itself as base point, the private key is 1.
        ("P-256 with another base point", explicit(&P256, key.point())),
        ("NULL", tlv(5, &[])),
        ("an empty sequence", sequence(&[])),
        ("an INTEGER", vec![2, 1, 1]),
        ("a UTF8String", tlv(0x0c, b"P-256")),
    ] {
        let draft = Draft::with_key(ec_spki(&parameters, &key.point()), Signer::Ec(&key));
        corpus.refused(class, note, code, draft.finish());
    }
    let draft = Draft::with_key(ec_spki(&[], &key.point()), Signer::Ec(&key));
    corpus.refused(class, "absent", code, draft.finish());
    let twice = [oid(P256.oid), oid(P256.oid)].concat();
    let draft = Draft::with_key(ec_spki(&twice, &key.point()), Signer::Ec(&key));
    corpus.refused(class, "twice", "request.key.encoding", draft.finish());
}

fn points(corpus: &mut Corpus) {
    for (name, curve, other) in
        [("P-256", &P256, &P384), ("P-384", &P384, &P521), ("P-521", &P521, &P256)]
    {
        let key = EcKey::new(curve, "points");
        let length = curve.field_len();
        let odd = 2 + (key.y[length - 1] & 1);
        let mut add = |class: &'static str, note: &str, code: &'static str, point: &[u8]| {
            let draft = Draft::with_key(ec_spki(&oid(curve.oid), point), Signer::Ec(&key));
            corpus.refused(class, format!("{name} {note}"), code, draft.finish());
        };
        let class = "ec-point-form";
        let code = "request.key.bits";
        add(class, "compressed", code, &[&[odd][..], &key.x].concat());
        add(class, "hybrid", code, &[&[odd + 4][..], &key.x, &key.y].concat());
        add(class, "infinity", code, &[0]);
        add(class, "no octets", code, &[]);
        add(class, "tag 05", code, &[&[5][..], &key.x, &key.y].concat());
        add(class, "without a tag", code, &[&key.x[..], &key.y].concat());
        add(class, "an octet too many", code, &[&key.point()[..], &[0]].concat());
        add(class, "an octet too few", code, &key.point()[..2 * length]);
        add(class, "in an OCTET STRING", code, &tlv(4, &key.point()));
        add(class, "of another curve", code, &EcKey::new(other, "points").point());
        let class = "ec-off-curve";
        let code = "request.key.point";
        let p = BigUint::parse_bytes(curve.p.as_bytes(), 16).unwrap();
        let zero = vec![0; length];
        let mut shifted = key.y.clone();
        shifted[length - 1] ^= 1;
        add(class, "y with another bit", code, &[&[4][..], &key.x, &shifted].concat());
        add(class, "0, 0", code, &[&[4][..], &zero, &zero].concat());
        add(class, "x, 0", code, &[&[4][..], &key.x, &zero].concat());
        add(class, "x and y swapped", code, &[&[4][..], &key.y, &key.x].concat());
        add(class, "x = p", code, &[&[4][..], &octets(&p, length), &key.y].concat());
        add(class, "y = p", code, &[&[4][..], &key.x, &octets(&p, length)].concat());
        add(class, "all bits set", code, &[&[4][..], &vec![0xff; 2 * length]].concat());
        // With x = 0 the curve has a point; as x = p it is the same number and another encoding.
        let wrapped = BigUint::from_bytes_be(&key.y) + &p;
        if wrapped.bits() <= length as u64 * 8 {
            add(class, "y + p", code, &[&[4][..], &key.x, &octets(&wrapped, length)].concat());
        }
    }
}

/// SubjectPublicKeyInfo of an Ed25519 key.
fn ed_spki(bits: &[u8]) -> Vec<u8> {
    sequence(&[bare_algorithm(ED25519), bit_string(bits)])
}

fn edwards(corpus: &mut Corpus) {
    let class = "ed25519-point";
    let code = "request.key.point";
    // The eight points of small order and their encodings that are not canonical.
    for (note, hex) in [
        ("order 1", "0100000000000000000000000000000000000000000000000000000000000000"),
        ("order 2", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
        ("order 4", "0000000000000000000000000000000000000000000000000000000000000000"),
        ("order 4, negative", "0000000000000000000000000000000000000000000000000000000000000080"),
        ("order 8", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
        ("order 8, negative", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"),
        ("order 8, mirrored", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
        ("order 8, both", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"),
        ("y = p", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
        ("y = p + 1", "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
        ("y = p + 3", "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
        (
            "y = 2 to the 255 minus 1",
            "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        ),
        ("order 1, sign set", "0100000000000000000000000000000000000000000000000000000000000080"),
        ("order 2, sign set", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"),
        ("no point with y = 2", "0200000000000000000000000000000000000000000000000000000000000000"),
        ("no point with y = 7", "0700000000000000000000000000000000000000000000000000000000000000"),
    ] {
        let draft = Draft::with_key(ed_spki(&hex::decode(hex).unwrap()), NO_SIGNATURE);
        corpus.refused(class, note, code, draft.finish());
    }
    let good = ed25519_spki(USUAL);
    let bits = good[12..].to_vec();
    let class = "ed25519-bits";
    let code = "request.key.bits";
    for (note, bits) in [
        ("31 octets", bits[1..].to_vec()),
        ("33 octets", [&bits[..], &[0]].concat()),
        ("no octets", vec![]),
        ("57 octets", vec![9; 57]),
        ("an OCTET STRING", tlv(4, &bits)),
        ("64 octets", [&bits[..], &bits].concat()),
    ] {
        let draft = Draft::with_key(ed_spki(&bits), NO_SIGNATURE);
        corpus.refused(class, note, code, draft.finish());
    }
    let class = "ed25519-parameters";
    let code = "request.key.parameters";
    for (note, parameters) in
        [("NULL", tlv(5, &[])), ("an OID", oid(ED25519)), ("an empty sequence", sequence(&[]))]
    {
        let spki = sequence(&[sequence(&[oid(ED25519), parameters]), bit_string(&bits)]);
        let draft = Draft::with_key(spki, Signer::Ed25519(USUAL));
        corpus.refused(class, note, code, draft.finish());
    }
}

fn algorithms(corpus: &mut Corpus) {
    let class = "key-algorithm";
    let code = "request.key.algorithm";
    let pss = sequence(&[oid("1.2.840.113549.1.1.10")]);
    let rsa = rsa::key("good-2048").public();
    let point = EcKey::new(&P256, "algorithms").point();
    for (note, algorithm, bits) in [
        ("Ed448", bare_algorithm("1.3.101.113"), vec![9; 57]),
        ("X25519", bare_algorithm("1.3.101.110"), vec![9; 32]),
        ("X448", bare_algorithm("1.3.101.111"), vec![9; 56]),
        (
            "DSA",
            sequence(&[oid("1.2.840.10040.4.1"), sequence(&[vec![2, 1, 7, 2, 1, 7, 2, 1, 7]])]),
            vec![2, 1, 4],
        ),
        ("DSA with inherited parameters", bare_algorithm("1.2.840.10040.4.1"), vec![2, 1, 4]),
        ("Diffie-Hellman", bare_algorithm("1.2.840.10046.2.1"), vec![2, 1, 4]),
        ("RSASSA-PSS", pss, rsa.clone()),
        ("RSAES-OAEP", bare_algorithm("1.2.840.113549.1.1.7"), rsa.clone()),
        ("RSA of X.500", sequence(&[oid("2.5.8.1.1"), vec![2, 2, 8, 0]]), rsa.clone()),
        ("sha256WithRSAEncryption", sequence(&[oid("1.2.840.113549.1.1.11"), vec![5, 0]]), rsa),
        ("ecdsa-with-SHA256", bare_algorithm("1.2.840.10045.4.3.2"), point.clone()),
        ("ECDH", sequence(&[oid("1.3.132.1.12"), oid(P256.oid)]), point.clone()),
        ("ECMQV", sequence(&[oid("1.3.132.1.13"), oid(P256.oid)]), point),
        ("ML-DSA-44", bare_algorithm("2.16.840.1.101.3.4.3.17"), vec![9; 1_312]),
        ("ML-DSA-87", bare_algorithm("2.16.840.1.101.3.4.3.19"), vec![9; 2_592]),
        ("ML-KEM-768", bare_algorithm("2.16.840.1.101.3.4.4.2"), vec![9; 1_184]),
        ("SLH-DSA", bare_algorithm("2.16.840.1.101.3.4.3.20"), vec![9; 32]),
        ("GOST R 34.10", bare_algorithm("1.2.643.7.1.1.1.1"), vec![9; 66]),
        ("SM2", bare_algorithm("1.2.156.10197.1.301"), vec![9; 65]),
        ("an unknown algorithm", bare_algorithm("1.3.6.1.4.1.99999.3"), vec![9; 32]),
    ] {
        let spki = sequence(&[algorithm, bit_string(&bits)]);
        corpus.refused(class, note, code, Draft::with_key(spki, NO_SIGNATURE).finish());
    }
}

fn encodings(corpus: &mut Corpus) {
    let class = "spki-encoding";
    let code = "request.key.encoding";
    let bits = ed25519_spki(USUAL)[12..].to_vec();
    let algorithm = bare_algorithm(ED25519);
    let signer = Signer::Ed25519(USUAL);
    for (note, spki) in [
        ("nothing in it", sequence(&[])),
        ("an algorithm alone", sequence(std::slice::from_ref(&algorithm))),
        ("key bits alone", sequence(&[bit_string(&bits)])),
        ("key bits before the algorithm", sequence(&[bit_string(&bits), algorithm.clone()])),
        ("an unused bit", sequence(&[algorithm.clone(), tlv(3, &[&[1][..], &bits].concat())])),
        ("9 unused bits", sequence(&[algorithm.clone(), tlv(3, &[&[9][..], &bits].concat())])),
        ("a BIT STRING without octets", sequence(&[algorithm.clone(), tlv(3, &[])])),
        ("key bits an OCTET STRING", sequence(&[algorithm.clone(), tlv(4, &bits)])),
        ("key bits in pieces", sequence(&[algorithm.clone(), tlv(0x23, &bit_string(&bits))])),
        ("an algorithm without anything", sequence(&[sequence(&[]), bit_string(&bits)])),
        ("an algorithm that is a bare OID", sequence(&[oid(ED25519), bit_string(&bits)])),
        ("an algorithm with a padded arc", {
            sequence(&[sequence(&[tlv(6, &[0x2b, 0x80, 0x65, 0x70])]), bit_string(&bits)])
        }),
        ("a third element", sequence(&[algorithm, bit_string(&bits), tlv(5, &[])])),
    ] {
        // The walk over the whole request sees these first.
        let walked = ["9 unused bits", "a BIT STRING without octets", "key bits in pieces"];
        let code = if walked.contains(&note) || note.ends_with("a padded arc") {
            "request.not-canonical"
        } else if note == "a third element" {
            "request.parsers-disagree"
        } else {
            code
        };
        corpus.refused(class, note, code, Draft::with_key(spki, signer).finish());
    }
    // One that is good, so that the others are refused for their own fault.
    let der = Draft::with_key(ed_spki(&bits), signer).finish();
    corpus.refused(class, "none wrong", ACCEPTED, der);
}
