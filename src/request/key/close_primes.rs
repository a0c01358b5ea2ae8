//! Fermat's method: a modulus whose primes are close is a difference of two squares, of which the
//! greater is near it (BR 6.1.1.3: 100 rounds).
//!
//! A round asks whether `a² - N` is a square, for `a` from the root of N upwards. Squares are rare
//! modulo small numbers, so that nearly every round is decided by a few of these, in one word.

use num_bigint::BigUint;

use super::limbs::{from_be_bytes, remainder};

/// BR 6.1.1.3.
const ROUNDS: usize = 100;

/// In which round, from 1, the method factors the modulus, given as octets and as limbs.
pub(super) fn find(octets: &[u8], limbs: &[u64]) -> Option<usize> {
    let modulus = BigUint::from_bytes_be(octets);
    let mut root = modulus.sqrt();
    if &root * &root < modulus {
        root += 1_u8;
    }
    let sieve = Sieve::new(limbs, &from_be_bytes(&root.to_bytes_be()));
    (0..ROUNDS)
        .find(|round| sieve.may_be_square(*round) && is_square(&modulus, &root, *round))
        .map(|round| round + 1)
}

fn is_square(modulus: &BigUint, root: &BigUint, round: usize) -> bool {
    let a = root + round;
    let rest = &a * &a - modulus;
    let b = rest.sqrt();
    &b * &b == rest
}

/// Coprime numbers with a product that fits a limb.
const SMALL: [u32; 12] = [63, 65, 11, 17, 19, 23, 29, 31, 37, 41, 43, 47];

/// For each of [`SMALL`], bit n is set when n is a square modulo it.
const SQUARES: [u128; SMALL.len()] = squares();

/// The squares modulo 64.
const SQUARES_64: u64 = 0x0202_0212_0203_0213;

const fn squares() -> [u128; SMALL.len()] {
    let mut table = [0; SMALL.len()];
    let mut index = 0;
    while index < SMALL.len() {
        let mut n = 0;
        while n < SMALL[index] {
            table[index] |= 1 << (n * n % SMALL[index]);
            n += 1;
        }
        index += 1;
    }
    table
}

/// N and the first `a`, modulo 64 and modulo each of [`SMALL`].
struct Sieve {
    low: (u64, u64),
    rests: [(u32, u32); SMALL.len()],
}

impl Sieve {
    fn new(modulus: &[u64], root: &[u64]) -> Self {
        let product = SMALL.iter().copied().map(u64::from).product();
        let (n, a) = (remainder(modulus, product), remainder(root, product));
        let small = |rest: u64, by: u32| u32::try_from(rest % u64::from(by)).unwrap_or(0);
        let low = |limbs: &[u64]| limbs.first().map_or(0, |limb| limb % 64);
        Self { low: (low(modulus), low(root)), rests: SMALL.map(|by| (small(n, by), small(a, by))) }
    }

    /// Whether `(a + round)² - N` is a square modulo all the small numbers.
    fn may_be_square(&self, round: usize) -> bool {
        let step = u32::try_from(round).unwrap_or(0);
        let a = self.low.1 + u64::from(step);
        let rest = (a * a).wrapping_sub(self.low.0) % 64;
        if SQUARES_64 >> rest & 1 == 0 {
            return false;
        }
        SMALL.iter().zip(SQUARES).zip(self.rests).all(|((by, squares), (n, a))| {
            let a = a + step;
            let rest = (a * a + by - n) % by;
            squares >> rest & 1 == 1
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find_in(modulus: &BigUint) -> Option<usize> {
        let octets = modulus.to_bytes_be();
        find(&octets, &from_be_bytes(&octets))
    }

    #[test]
    fn the_squares_modulo_64_are_these() {
        let squares = (0..64_u64).fold(0_u64, |all, n| all | 1 << (n * n % 64));
        assert_eq!(SQUARES_64, squares);
    }

    /// `(a - b)(a + b)` takes `a - ceil(sqrt(N)) + 1` rounds; the factors need not be prime.
    #[test]
    fn the_hundredth_round_is_made_and_the_next_is_not() {
        let base = (BigUint::from(1_u8) << 1024) - 1_155_u32;
        let rounds_of = |b: &BigUint| -> (BigUint, usize) {
            let modulus: BigUint = &base * &base - b * b;
            let mut root = modulus.sqrt();
            if &root * &root < modulus {
                root += 1_u8;
            }
            let rounds: BigUint = &base - root;
            let rounds = u64::try_from(rounds).unwrap();
            (modulus, usize::try_from(rounds).unwrap() + 1)
        };
        // Rounds are about b² / 2a: b is near sqrt(2a * rounds).
        let of_round = |wanted: usize| {
            let square: BigUint = &base * 2_u8 * (wanted - 1);
            let mut b = square.sqrt();
            loop {
                let (modulus, rounds) = rounds_of(&b);
                if rounds >= wanted {
                    assert_eq!(rounds, wanted);
                    return modulus;
                }
                b += BigUint::from(1_u8) << 480;
            }
        };
        for round in [1, 2, 3, 17, 99, 100] {
            assert_eq!(find_in(&of_round(round)), Some(round));
        }
        assert_eq!(find_in(&of_round(101)), None);
    }

    #[test]
    fn a_square_and_twin_factors_are_found_at_once() {
        let p = (BigUint::from(1_u8) << 1279) - 1_u8;
        assert_eq!(find_in(&(&p * &p)), Some(1));
        assert_eq!(find_in(&(&p * (&p + 2_u8))), Some(1));
    }

    #[test]
    fn twin_factors_are_found_whatever_the_square_is_modulo_64() {
        let a: BigUint = (BigUint::from(1_u8) << 1024) - 1_155_u32;
        for b in 0..64_u8 {
            assert_eq!(find_in(&((&a - b) * (&a + b))), Some(1), "{b}");
        }
    }

    #[test]
    fn what_is_a_square_modulo_every_small_number_alone_is_none() {
        let a: BigUint = (BigUint::from(1_u8) << 1024) - 1_155_u32;
        let product: BigUint = SMALL.iter().product();
        // 1 modulo each of the small numbers, and anything modulo 64.
        for step in 0..64_u8 {
            let rest = &product * step + 1_u8;
            let modulus: BigUint = &a * &a - &rest;
            let octets = modulus.to_bytes_be();
            let limbs = from_be_bytes(&octets);
            let sieve = Sieve::new(&limbs, &from_be_bytes(&a.to_bytes_be()));
            let low = rest.iter_u64_digits().next().unwrap() % 64;
            assert_eq!(sieve.may_be_square(0), SQUARES_64 >> low & 1 == 1, "{low}");
            if step > 0 {
                assert_eq!(find(&octets, &limbs), None, "{low}");
            }
        }
    }

    #[test]
    fn a_published_vulnerable_key_is_found() {
        let modulus = BigUint::parse_bytes(PUBLISHED.as_bytes(), 16).unwrap();
        assert_eq!(modulus.bits(), 2048);
        assert!(find_in(&modulus).is_some());
    }

    /// From the test keys of badkeys, tests/data/rsa-fermat.csr.
    const PUBLISHED: &str = "\
        9e87e0ed8d33ec1757bc1861d7fd7a84ddbb6ed0bded4c8f7094244d30491bf692e845fddf0a3ad7\
        f914d7b8c857ae10fc4846866f28505b491aa63bd5b0a6d5ab8ff362ed7bdc9f596e9a2cb65b795a\
        d192bd615c5d901130b5cd29525ba96dbbb3435775611d467e45c1db5cd8e5bcd8d00a29cadc25b6\
        cc585174e3634a2736b557fa3caa788b4336a829b0e97dcac39d7b79dd5f0435f9a7f8296e8ac46d\
        ac574ddc1d11634e63cd40a1d5a63f9acf825e47c77fdad2fb5839d5abf168082f5270fd2904793a\
        3647f688bb114713cc2403428d008d15bec2b5a8630f5d837e20f5ac77e82ca4a8156dfb80ea36a5\
        e095eb98131d82eb2d38b05174f32eb1";
}
