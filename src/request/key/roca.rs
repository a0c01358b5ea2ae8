//! The fingerprint of ROCA (CVE-2017-15361; Nemec et al., "The Return of Coppersmith's Attack", CCS
//! 2017).
//!
//! The flawed generator makes primes `k * M + (65537^a mod M)`, M being a product of small primes. So
//! modulo each of these both factors, and the modulus, are powers of 65537. A random number is that
//! for all of the primes below with a probability of about 2^-28.

use std::sync::LazyLock;

use super::limbs::remainder;

/// The primes up to 167 (in every M that the generator uses) modulo which the powers of 65537 are not
/// all numbers but zero.
const PRIMES: [u8; 17] = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157];

/// Whether `number` is a power of 65537 modulo each of the primes.
pub(super) fn has_fingerprint(number: &[u64]) -> bool {
    SUBGROUPS.iter().all(|group| {
        let rest = remainder(number, group.product);
        group.primes.iter().all(|(prime, powers)| {
            usize::try_from(rest % prime).is_ok_and(|rest| powers.get(rest) == Some(&true))
        })
    })
}

/// Primes whose product fits a limb, with the powers of 65537 modulo each.
struct Subgroups {
    product: u64,
    primes: Vec<(u64, Vec<bool>)>,
}

static SUBGROUPS: LazyLock<Vec<Subgroups>> = LazyLock::new(|| {
    PRIMES
        .chunks(9)
        .map(|primes| Subgroups {
            product: primes.iter().copied().map(u64::from).product(),
            primes: primes.iter().map(|prime| (u64::from(*prime), powers(*prime))).collect(),
        })
        .collect()
});

/// Which remainders modulo `prime` are powers of 65537.
fn powers(prime: u8) -> Vec<bool> {
    let mut powers = vec![false; usize::from(prime)];
    let mut power = 1;
    while let Some(mark @ false) = powers.get_mut(power) {
        *mark = true;
        power = power * 65_537 % usize::from(prime);
    }
    powers
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;

    use super::*;
    use crate::request::key::limbs::from_be_bytes;

    fn found(number: &BigUint) -> bool {
        has_fingerprint(&from_be_bytes(&number.to_bytes_be()))
    }

    fn is_prime(number: u64) -> bool {
        number > 1 && (2..number).take_while(|d| d * d <= number).all(|d| !number.is_multiple_of(d))
    }

    #[test]
    fn the_primes_are_those_up_to_167_whose_powers_of_65537_leave_something_out() {
        let proper: Vec<u8> = (3..=167_u8)
            .filter(|prime| is_prime(u64::from(*prime)))
            .filter(|prime| powers(*prime).iter().filter(|power| !**power).count() > 1)
            .collect();
        assert_eq!(proper, PRIMES);
        assert!(SUBGROUPS.iter().all(|group| {
            group.primes.iter().fold(1_u128, |all, (prime, _)| all * u128::from(*prime))
                == u128::from(group.product)
        }));
    }

    /// As the generator makes 2048-bit keys, but for the primality of the factors, which changes
    /// nothing: M is the product of the first 126 primes.
    #[test]
    fn a_modulus_made_by_the_recipe_is_found() {
        let m: BigUint = (2..=701_u64).filter(|n| is_prime(*n)).map(BigUint::from).product();
        assert_eq!(m.bits(), 971);
        let generator = BigUint::from(65_537_u32);
        let factor = |k: u64, a: u32| &m * k + generator.modpow(&BigUint::from(a), &m);
        for (k, a) in [(0xf123_4567_89ab_u64, 17), (0xe000_0000_0001, 123_456), (3, 1)] {
            let modulus = factor(k, a) * factor(k + 2, a * 7 + 1);
            assert!(found(&modulus));
            assert!(!found(&(modulus + 2_u8)));
        }
    }

    #[test]
    fn a_published_vulnerable_key_is_found() {
        let modulus = BigUint::parse_bytes(PUBLISHED.as_bytes(), 16).unwrap();
        assert_eq!(modulus.bits(), 2048);
        assert!(found(&modulus));
    }

    /// From the test keys of badkeys, tests/data/rsa-roca.key.
    const PUBLISHED: &str = "\
        9132ad211fcc0dfb4dae48326ac864c227e4b394b09bd1c4930e197028a3c907694d2b489e4f6975\
        4aeae338c6ead939c57f406985cbbb8edf9a2055cc2946bc05d365ba67e896c6d4811152cfa2d290\
        514f90b352eeef27feb72fbd8dcd5bc915a4f4494139cc1ca10a3244fa97e53275f57b5529b4e767\
        379007798e112a4ba056c7b75cedb132cdf21f7bd3c9976d9da38815153477a13b3ebb2046d100a8\
        51dc00698f530d19396f00fbef2c4bf1659ebc4c7fd9556b5ffc93f03ca2d3dfacd222a5f028ab43\
        0a27ea31136c0c2f50c3c481931a635a37780f00d2727ae71aee9b40f8d1aae68535c77a56317812\
        beb5525d4a28364f31224acac52cf72d";
}
