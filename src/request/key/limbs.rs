//! Natural numbers as 64-bit limbs, the least first, and their remainders by one limb.

/// The number that these big-endian octets write.
pub(super) fn from_be_bytes(octets: &[u8]) -> Vec<u64> {
    octets
        .rchunks(8)
        .map(|chunk| chunk.iter().fold(0, |limb, octet| limb << 8 | u64::from(*octet)))
        .collect()
}

/// `number` modulo `divisor`, which is not zero.
pub(super) fn remainder(number: &[u64], divisor: u64) -> u64 {
    let divisor = u128::from(divisor);
    let mut rest = 0_u128;
    for limb in number.iter().rev() {
        rest = (rest << 64 | u128::from(*limb)) % divisor;
    }
    // Below `divisor`, which is one limb.
    u64::try_from(rest).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;

    use super::*;

    #[test]
    fn octets_are_read_from_the_least_significant_end() {
        assert_eq!(from_be_bytes(&[1, 2, 3, 4, 5, 6, 7, 8, 9]), [0x0203_0405_0607_0809, 1]);
        assert_eq!(from_be_bytes(&[]), [0_u64; 0]);
    }

    #[test]
    fn remainders_are_those_of_another_library() {
        let octets: Vec<u8> = (1..=250).collect();
        let number = BigUint::from_bytes_be(&octets);
        for divisor in [1, 2, 65_537, u64::MAX, 0xdead_beef_0123_4567] {
            let expected = &number % divisor;
            assert_eq!(BigUint::from(remainder(&from_be_bytes(&octets), divisor)), expected);
        }
    }
}
