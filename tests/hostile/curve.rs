//! Elliptic curves by the book: slow, for any curve, and the same signature each time, so that the
//! corpus can be made again to the byte. Never for keys that matter.

use num_bigint::BigUint;

use crate::encode::{sequence, tlv};
use crate::vector::{SHA256, digest};

/// A short Weierstrass curve, numbers in hexadecimal.
#[derive(Debug)]
pub(crate) struct Curve {
    pub(crate) oid: &'static str,
    pub(crate) p: &'static str,
    pub(crate) a: &'static str,
    pub(crate) b: &'static str,
    pub(crate) x: &'static str,
    pub(crate) y: &'static str,
    pub(crate) n: &'static str,
}

/// prime192v1.
pub(crate) const P192: Curve = Curve {
    oid: "1.2.840.10045.3.1.1",
    p: "fffffffffffffffffffffffffffffffeffffffffffffffff",
    a: "fffffffffffffffffffffffffffffffefffffffffffffffc",
    b: "64210519e59c80e70fa7e9ab72243049feb8deecc146b9b1",
    x: "188da80eb03090f67cbf20eb43a18800f4ff0afd82ff1012",
    y: "07192b95ffc8da78631011ed6b24cdd573f977a11e794811",
    n: "ffffffffffffffffffffffff99def836146bc9b1b4d22831",
};

/// secp224r1.
pub(crate) const P224: Curve = Curve {
    oid: "1.3.132.0.33",
    p: "ffffffffffffffffffffffffffffffff000000000000000000000001",
    a: "fffffffffffffffffffffffffffffffefffffffffffffffffffffffe",
    b: "b4050a850c04b3abf54132565044b0b7d7bfd8ba270b39432355ffb4",
    x: "b70e0cbd6bb4bf7f321390b94a03c1d356c21122343280d6115c1d21",
    y: "bd376388b5f723fb4c22dfe6cd4375a05a07476444d5819985007e34",
    n: "ffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3d",
};

/// prime256v1.
pub(crate) const P256: Curve = Curve {
    oid: "1.2.840.10045.3.1.7",
    p: "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
    a: "ffffffff00000001000000000000000000000000fffffffffffffffffffffffc",
    b: "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
    x: "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
    y: "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
    n: "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
};

/// secp384r1.
pub(crate) const P384: Curve = Curve {
    oid: "1.3.132.0.34",
    p: "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
    a: "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000fffffffc",
    b: "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef",
    x: "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
    y: "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
    n: "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
};

/// secp521r1.
pub(crate) const P521: Curve = Curve {
    oid: "1.3.132.0.35",
    p: "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    a: "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc",
    b: "0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00",
    x: "00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66",
    y: "011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650",
    n: "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
};

/// secp256k1.
pub(crate) const SECP256K1: Curve = Curve {
    oid: "1.3.132.0.10",
    p: "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f",
    a: "0000000000000000000000000000000000000000000000000000000000000000",
    b: "0000000000000000000000000000000000000000000000000000000000000007",
    x: "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
    y: "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8",
    n: "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
};

/// brainpoolP256r1.
pub(crate) const BRAINPOOL_P256: Curve = Curve {
    oid: "1.3.36.3.3.2.8.1.1.7",
    p: "a9fb57dba1eea9bc3e660a909d838d726e3bf623d52620282013481d1f6e5377",
    a: "7d5a0975fc2c3057eef67530417affe7fb8055c126dc5c6ce94a4b44f330b5d9",
    b: "26dc5c6ce94a4b44f330b5d9bbd77cbf958416295cf7e1ce6bccdc18ff8c07b6",
    x: "8bd2aeb9cb7e57cb2c4b482ffc81b7afb9de27e1e3bd23c23a4453bd9ace3262",
    y: "547ef835c3dac4fd97f8461a14611dc9c27745132ded8e545c1d54c72f046997",
    n: "a9fb57dba1eea9bc3e660a909d838d718c397aa3b561a6f7901e0e82974856a7",
};

/// An affine point; none is the point at infinity.
type Point = Option<(BigUint, BigUint)>;

/// A key on a curve.
#[derive(Debug)]
pub(crate) struct EcKey {
    pub(crate) curve: &'static Curve,
    secret: BigUint,
    /// x and y, in octets of the field's length.
    pub(crate) x: Vec<u8>,
    pub(crate) y: Vec<u8>,
}

fn number(hex: &str) -> BigUint {
    BigUint::parse_bytes(hex.as_bytes(), 16).unwrap()
}

/// `number` in `length` octets.
pub(crate) fn octets(number: &BigUint, length: usize) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    let bytes = if *number == BigUint::ZERO { Vec::new() } else { bytes };
    [vec![0; length - bytes.len()], bytes].concat()
}

impl Curve {
    pub(crate) fn field_len(&self) -> usize {
        self.p.len() / 2
    }

    #[expect(clippy::unwrap_in_result, reason = "below a prime everything but zero has an inverse")]
    fn add(&self, left: &Point, right: &Point) -> Point {
        let p = number(self.p);
        let (Some((x1, y1)), Some((x2, y2))) = (left, right) else {
            return left.clone().or_else(|| right.clone());
        };
        let minus = |a: &BigUint, b: &BigUint| (a + &p - b) % &p;
        let slope = if x1 != x2 {
            minus(y2, y1) * minus(x2, x1).modinv(&p).unwrap()
        } else if y1 == y2 && *y1 != BigUint::ZERO {
            (x1 * x1 * 3_u32 + number(self.a)) * (y1 * 2_u32).modinv(&p).unwrap()
        } else {
            return None;
        } % &p;
        let x = minus(&minus(&(&slope * &slope % &p), x1), x2);
        let y = minus(&(slope * minus(x1, &x) % &p), y1);
        Some((x, y))
    }

    fn times(&self, scalar: &BigUint, point: &Point) -> Point {
        let mut sum = None;
        for bit in (0..scalar.bits()).rev() {
            sum = self.add(&sum, &sum);
            if scalar.bit(bit) {
                sum = self.add(&sum, point);
            }
        }
        sum
    }

    fn base(&self) -> Point {
        Some((number(self.x), number(self.y)))
    }
}

impl EcKey {
    /// The key of a label, always the same one.
    pub(crate) fn new(curve: &'static Curve, label: &str) -> Self {
        let secret = stretched(label.as_bytes(), &number(curve.n));
        let (x, y) = curve.times(&secret, &curve.base()).unwrap();
        let length = curve.field_len();
        Self { curve, x: octets(&x, length), y: octets(&y, length), secret }
    }

    /// The uncompressed point.
    pub(crate) fn point(&self) -> Vec<u8> {
        [&[4][..], &self.x, &self.y].concat()
    }

    /// r and s of a signature over this digest, with a nonce that message and key decide.
    pub(crate) fn sign_digest(&self, digest: &[u8]) -> (BigUint, BigUint) {
        let n = number(self.curve.n);
        let mut message = BigUint::from_bytes_be(digest);
        let excess = (digest.len() as u64 * 8).saturating_sub(n.bits());
        message >>= excess;
        let nonce = stretched(&[&self.secret.to_bytes_be()[..], digest].concat(), &n);
        let (x, _) = self.curve.times(&nonce, &self.curve.base()).unwrap();
        let r = x % &n;
        let s = nonce.modinv(&n).unwrap() * (message + &r * &self.secret) % &n;
        (r, s)
    }

    /// An ECDSA-Sig-Value with this hash function.
    pub(crate) fn sign(
        &self,
        algorithm: &'static aws_lc_rs::digest::Algorithm,
        message: &[u8],
    ) -> Vec<u8> {
        let (r, s) = self.sign_digest(&digest(algorithm, message));
        signature_value(&r, &s)
    }

    /// n - s: the other signature that is as good.
    pub(crate) fn mirrored(&self, s: &BigUint) -> BigUint {
        number(self.curve.n) - s
    }
}

/// `Ecdsa-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }`.
pub(crate) fn signature_value(r: &BigUint, s: &BigUint) -> Vec<u8> {
    sequence(&[integer(r), integer(s)])
}

/// An INTEGER.
pub(crate) fn integer(number: &BigUint) -> Vec<u8> {
    let mut octets = number.to_bytes_be();
    if octets[0] & 0x80 != 0 {
        octets.insert(0, 0);
    }
    tlv(2, &octets)
}

/// A number in 1 to n - 1 that this seed decides.
fn stretched(seed: &[u8], n: &BigUint) -> BigUint {
    let wide: Vec<u8> =
        (0..4_u8).flat_map(|part| digest(SHA256, &[&[part][..], seed].concat())).collect();
    BigUint::from_bytes_be(&wide) % (n - 1_u32) + 1_u32
}
