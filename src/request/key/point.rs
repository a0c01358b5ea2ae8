//! Whether public keys are points of their curves.

use std::sync::LazyLock;

use num_bigint::BigUint;

use crate::base::algorithm::KeyAlgorithm;

/// Whether an uncompressed SEC 1 point is on the NIST curve of `algorithm`:
/// `y² = x³ - 3x + b` modulo p with x and y below p (NIST SP 800-186 §3.2.1).
pub(super) fn is_on_curve(algorithm: KeyAlgorithm, point: &[u8]) -> bool {
    let curve = match algorithm {
        KeyAlgorithm::EcP256 => &*P256,
        KeyAlgorithm::EcP384 => &*P384,
        KeyAlgorithm::EcP521 => &*P521,
        _ => return false,
    };
    let Some((4, coordinates)) = point.split_first() else { return false };
    let (x, y) = coordinates.split_at(coordinates.len() / 2);
    let (x, y) = (BigUint::from_bytes_be(x), BigUint::from_bytes_be(y));
    if x >= curve.p || y >= curve.p {
        return false;
    }
    // x³ - 3x + b as x (x² + p - 3) + b.
    let right = ((&x * &x + &curve.p - 3_u8) % &curve.p * &x + &curve.b) % &curve.p;
    &y * &y % &curve.p == right
}

/// Whether the 32 octets are the canonical encoding of a y that no point of small order has.
pub(super) fn is_acceptable_ed25519(octets: &[u8]) -> bool {
    let y = y_of(octets);
    let field = &*EDWARDS;
    y < field.p && !field.small_order.contains(&y)
}

/// Whether there is a point of edwards25519 with the y that these 32 octets write (RFC 8032 §5.1.3):
/// `(y² - 1) / (dy² + 1)` is a square.
pub(super) fn is_on_edwards25519(octets: &[u8]) -> bool {
    let field = &*EDWARDS;
    let p = &field.p;
    let square = y_of(octets).pow(2) % p;
    let numerator = (&square + p - 1_u8) % p;
    let denominator = (&square * &field.d + 1_u8) % p;
    // A quotient is a square exactly when the product is; Euler's criterion.
    let product = numerator * denominator % p;
    let criterion = product.modpow(&((p - 1_u8) >> 1), p);
    criterion <= BigUint::from(1_u8)
}

/// Little-endian; the top bit is the sign of x.
fn y_of(octets: &[u8]) -> BigUint {
    let mut y = BigUint::from_bytes_le(octets);
    y.set_bit(255, false);
    y
}

struct Curve {
    p: BigUint,
    b: BigUint,
}

struct Edwards {
    p: BigUint,
    d: BigUint,
    /// The y of the eight points whose order divides 8.
    small_order: [BigUint; 5],
}

static P256: LazyLock<Curve> = LazyLock::new(|| Curve {
    p: hexadecimal(b"ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"),
    b: hexadecimal(b"5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b"),
});

static P384: LazyLock<Curve> = LazyLock::new(|| Curve {
    p: hexadecimal(
        b"fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe\
          ffffffff0000000000000000ffffffff",
    ),
    b: hexadecimal(
        b"b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875a\
          c656398d8a2ed19d2a85c8edd3ec2aef",
    ),
});

static P521: LazyLock<Curve> = LazyLock::new(|| Curve {
    p: (BigUint::from(1_u8) << 521) - 1_u8,
    b: hexadecimal(
        b"0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef1\
          09e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00",
    ),
});

static EDWARDS: LazyLock<Edwards> = LazyLock::new(|| {
    let p = (BigUint::from(1_u8) << 255) - 19_u8;
    let d = hexadecimal(b"52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3");
    let eighth = hexadecimal(b"05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826");
    let small_order = [BigUint::ZERO, BigUint::from(1_u8), &p - 1_u8, &p - &eighth, eighth];
    Edwards { p, d, small_order }
});

/// A constant; what is not hexadecimal would make every key fail.
fn hexadecimal(digits: &[u8]) -> BigUint {
    BigUint::parse_bytes(digits, 16).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point_of(algorithm: &'static rcgen::SignatureAlgorithm) -> Vec<u8> {
        let pair = rcgen::KeyPair::generate_for(algorithm).unwrap();
        rcgen::PublicKeyData::der_bytes(&pair).to_vec()
    }

    #[test]
    fn points_of_generated_keys_are_on_their_curves_and_their_neighbours_are_not() {
        for (kind, algorithm) in [
            (KeyAlgorithm::EcP256, &rcgen::PKCS_ECDSA_P256_SHA256),
            (KeyAlgorithm::EcP384, &rcgen::PKCS_ECDSA_P384_SHA384),
            (KeyAlgorithm::EcP521, &rcgen::PKCS_ECDSA_P521_SHA512),
        ] {
            let mut point = point_of(algorithm);
            assert!(is_on_curve(kind, &point), "{kind}");
            let last = point.len() - 1;
            point[last] ^= 1;
            assert!(!is_on_curve(kind, &point), "{kind}");
        }
    }

    #[test]
    fn a_coordinate_that_is_no_field_element_is_refused() {
        // y² = b has a solution on P-256: (0, y). x = p is the same modulo p.
        let y = P256.b.modpow(&((&P256.p + 1_u8) >> 2), &P256.p).to_bytes_be();
        let at = |x: &[u8]| [&[4][..], x, &y].concat();
        assert!(is_on_curve(KeyAlgorithm::EcP256, &at(&[0; 32])));
        assert!(!is_on_curve(KeyAlgorithm::EcP256, &at(&P256.p.to_bytes_be())));
    }

    #[test]
    fn ed25519_keys_are_points_and_half_of_all_other_octets_are_not() {
        let mut octets = point_of(&rcgen::PKCS_ED25519);
        assert!(is_acceptable_ed25519(&octets) && is_on_edwards25519(&octets));
        let strays = (0..=255_u8).filter(|octet| {
            octets[3] = *octet;
            !is_on_edwards25519(&octets)
        });
        assert!((90..=166).contains(&strays.count()));
    }

    #[test]
    fn points_of_small_order_are_refused_with_either_sign() {
        let field = &*EDWARDS;
        for y in &field.small_order {
            let mut octets = y.to_bytes_le();
            octets.resize(32, 0);
            assert!(is_on_edwards25519(&octets), "{y}");
            for sign in [0, 0x80] {
                octets[31] |= sign;
                assert!(!is_acceptable_ed25519(&octets), "{y}");
            }
        }
        // A point of order 8 doubles to y = 0, which is d y^4 + 2 y² = 1.
        let square = field.small_order[4].pow(2) % &field.p;
        let sum = (square.pow(2) * &field.d + square * 2_u8) % &field.p;
        assert_eq!(sum, BigUint::from(1_u8));
    }

    #[test]
    fn the_published_encodings_of_points_of_small_order_are_refused() {
        for published in [
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        ] {
            let octets = hex::decode(published).unwrap();
            assert!(!is_acceptable_ed25519(&octets), "{published}");
        }
    }

    #[test]
    fn a_y_that_is_not_reduced_is_refused() {
        for beyond in 0..19_u8 {
            let octets = (&EDWARDS.p + beyond).to_bytes_le();
            assert!(!is_acceptable_ed25519(&octets), "{beyond}");
        }
        assert!(is_acceptable_ed25519(&[4; 32]));
    }
}
