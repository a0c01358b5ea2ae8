//! Trial division by all primes below 2^16 (BR 6.1.6 wants none below 752).
//!
//! Primes go in groups whose product fits a limb. A group is tried in one pass over the modulus by
//! exact division (Jebelean 1993): it works from the least significant end, with multiplications only,
//! and leaves zero modulo every prime of the group that divides. Four groups at a time keep the
//! multiplier busy.

use std::sync::LazyLock;

const LIMIT: usize = 1 << 16;

/// Groups per pass.
const LANES: usize = 4;

/// The smallest prime below 2^16 that divides `number`.
pub(super) fn find(number: &[u64]) -> Option<u64> {
    if number.first().is_none_or(|limb| limb % 2 == 0) {
        return Some(2);
    }
    GROUPS.chunks(LANES).find_map(|groups| {
        let carries = exact_remainders(number, groups);
        groups.iter().zip(carries).find_map(|(group, carry)| {
            group.primes.iter().find(|prime| prime.divides(carry)).map(|prime| prime.value)
        })
    })
}

/// Odd primes, with their product.
struct Group {
    product: u64,
    /// Of the product, modulo 2^64.
    inverse: u64,
    primes: Vec<Prime>,
}

struct Prime {
    value: u64,
    /// Modulo 2^64.
    inverse: u64,
    /// The greatest multiple of `value` in a limb, divided by `value`.
    most: u64,
}

impl Prime {
    /// Dividing exactly is multiplying by the inverse; a quotient that is too great was not exact.
    fn divides(&self, limb: u64) -> bool {
        limb.wrapping_mul(self.inverse) <= self.most
    }
}

static GROUPS: LazyLock<Vec<Group>> = LazyLock::new(|| {
    let mut groups: Vec<Group> = Vec::new();
    for value in odd_primes() {
        let prime = Prime { value, inverse: inverse(value), most: u64::MAX / value };
        let fitting = groups.last_mut().and_then(|group| {
            let product = group.product.checked_mul(value)?;
            Some((group, product))
        });
        match fitting {
            Some((group, product)) => {
                group.product = product;
                group.inverse = inverse(product);
                group.primes.push(prime);
            }
            None => {
                groups.push(Group { product: value, inverse: prime.inverse, primes: vec![prime] })
            }
        }
    }
    groups
});

/// For each group a limb that its primes divide if, and only if, they divide `number`.
fn exact_remainders(number: &[u64], groups: &[Group]) -> [u64; LANES] {
    let mut divisors = [(1_u64, 1_u64); LANES];
    for (divisor, group) in divisors.iter_mut().zip(groups) {
        *divisor = (group.product, group.inverse);
    }
    let mut carries = [0_u64; LANES];
    for limb in number {
        for (carry, (product, inverse)) in carries.iter_mut().zip(divisors) {
            let (difference, borrow) = limb.overflowing_sub(*carry);
            let quotient = difference.wrapping_mul(inverse);
            let high = (u128::from(quotient) * u128::from(product)) >> 64;
            // At most `product`: no overflow.
            *carry = (high as u64).wrapping_add(u64::from(borrow));
        }
    }
    carries
}

/// The inverse of an odd number modulo 2^64, by Newton: each step doubles the bits that are right.
fn inverse(odd: u64) -> u64 {
    let mut inverse = odd;
    for _ in 0..5 {
        inverse = inverse.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(inverse)));
    }
    inverse
}

/// By Eratosthenes.
fn odd_primes() -> impl Iterator<Item = u64> {
    let mut composite = vec![false; LIMIT];
    for number in 2..256 {
        if !composite[number] {
            composite[number * number..].iter_mut().step_by(number).for_each(|mark| *mark = true);
        }
    }
    (3..).zip(composite.into_iter().skip(3)).filter_map(|(number, mark)| (!mark).then_some(number))
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;

    use super::*;
    use crate::request::key::limbs::from_be_bytes;

    /// 2^2203 - 1 and 2^1279 - 1 are primes of Mersenne.
    fn prime(exponent: usize) -> BigUint {
        (BigUint::from(1_u8) << exponent) - 1_u8
    }

    fn find_in(number: &BigUint) -> Option<u64> {
        find(&from_be_bytes(&number.to_bytes_be()))
    }

    #[test]
    fn every_odd_prime_below_two_to_the_sixteen_is_tried() {
        let primes: Vec<u64> = odd_primes().collect();
        assert_eq!(primes.len(), 6_541);
        assert_eq!((primes[0], primes[6_540]), (3, 65_521));
        assert_eq!(GROUPS.iter().map(|group| group.primes.len()).sum::<usize>(), 6_541);
    }

    #[test]
    fn a_factor_is_found_whichever_it_is() {
        let cofactor = prime(1279);
        assert_eq!(find_in(&cofactor), None);
        assert_eq!(find_in(&(prime(2203) * &cofactor)), None);
        for factor in odd_primes().step_by(97).chain([3, 5, 751, 752 - 1, 5_711, 65_521]) {
            assert_eq!(find_in(&(&cofactor * factor)), Some(factor));
        }
        assert_eq!(find_in(&(&cofactor * 2_u8)), Some(2));
        assert_eq!(find_in(&(&cofactor * 751_u64 * 65_521_u64)), Some(751));
    }

    #[test]
    fn exact_division_agrees_with_ordinary_division() {
        let mut number = BigUint::from(0x1234_5678_9abc_def1_u64);
        for round in 0..40_u64 {
            number = (&number * &number % (prime(1279) - round)) | BigUint::from(1_u8);
            let limbs = from_be_bytes(&number.to_bytes_be());
            for groups in GROUPS.chunks(LANES) {
                for (group, carry) in groups.iter().zip(exact_remainders(&limbs, groups)) {
                    for prime in &group.primes {
                        let divides = &number % prime.value == BigUint::ZERO;
                        assert_eq!(prime.divides(carry), divides, "{}", prime.value);
                    }
                }
            }
        }
    }
}
