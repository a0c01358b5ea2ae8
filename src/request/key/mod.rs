//! The key policy for requested keys: what CA/Browser Forum BR 6.1.1.3 and 6.1.6 refuse beyond kind and
//! size, which [`Spki`] checks for every key.

use crate::base::algorithm::KeyAlgorithm;
use crate::base::spki::Spki;

mod close_primes;
mod limbs;
mod point;
mod roca;
mod small_factor;
mod weak_list;

pub use weak_list::{WeakKeyList, WeakKeyListError};

/// Why a key of acceptable kind and size is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// The modulus has a small factor (BR 6.1.6, NIST SP 800-89 §5.3.3).
    #[error("the RSA modulus is divisible by {prime}")]
    SmallFactor {
        /// The factor.
        prime: u64,
    },
    /// The modulus is a product of two primes that are close together (BR 6.1.1.3).
    #[error(
        "the RSA modulus was factored by Fermat's method in {round} round(s): its primes are close"
    )]
    ClosePrimes {
        /// From 1.
        round: usize,
    },
    /// The modulus has the structure of keys that Infineon's library made (CVE-2017-15361).
    #[error("the RSA modulus has the fingerprint of ROCA (CVE-2017-15361): it can be factored")]
    Roca,
    /// The key is one of those that Debian's OpenSSL made (CVE-2008-0166).
    #[error("the RSA key is on the list of weak keys {list} (CVE-2008-0166)")]
    DebianWeak {
        /// The list's file.
        list: String,
    },
    /// The point is not on its curve, or its coordinates are no field elements.
    #[error("the public key is no point of {curve}")]
    Point {
        /// The kind of key.
        curve: KeyAlgorithm,
    },
    /// The point of an Ed25519 key is one of the eight of small order, or not in its canonical form.
    #[error("the Ed25519 public key is a point of small order, or its y is not below 2^255-19")]
    SmallOrder,
}

impl KeyFault {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::SmallFactor { .. } => "request.key.small-factor",
            Self::ClosePrimes { .. } => "request.key.close-primes",
            Self::Roca => "request.key.roca",
            Self::DebianWeak { .. } => "request.key.debian-weak",
            Self::Point { .. } | Self::SmallOrder => "request.key.point",
        }
    }

    /// The clause that forbids it.
    pub fn clause(&self) -> &'static str {
        match self {
            Self::SmallFactor { .. } => "CA/Browser Forum BR 6.1.6",
            Self::ClosePrimes { .. } | Self::Roca | Self::DebianWeak { .. } => {
                "CA/Browser Forum BR 6.1.1.3"
            }
            Self::Point { .. } => "NIST SP 800-56A 5.6.2.3.3",
            Self::SmallOrder => "RFC 8032 §5.1.3",
        }
    }
}

/// Checks a requested key.
///
/// RSA: no prime factor below 2^16, no two primes that 100 rounds of Fermat's method find, not the
/// structure of ROCA. EC: the point is on its curve (the groups have prime order, so no more is to be
/// asked). Ed25519: the encoding is canonical and the point not of small order; whether it is on the
/// curve at all shows when the signature is verified ([`explain`]). Points with a component of small
/// order beside a large one are not told apart: that costs as much as a signature, and gives nothing
/// away. The list of weak keys of a site is [`WeakKeyList`]'s.
///
/// # Errors
/// [`KeyFault`].
pub(crate) fn check(spki: &Spki) -> Result<(), KeyFault> {
    if let Some(modulus) = spki.rsa_modulus() {
        return check_modulus(modulus);
    }
    match spki.algorithm() {
        KeyAlgorithm::Ed25519 => match point::is_acceptable_ed25519(spki.key_bits()) {
            true => Ok(()),
            false => Err(KeyFault::SmallOrder),
        },
        curve if !point::is_on_curve(curve, spki.key_bits()) => Err(KeyFault::Point { curve }),
        _ => Ok(()),
    }
}

/// The part of [`check`] for the modulus of any RSA key, big-endian without leading zeros.
///
/// # Errors
/// [`KeyFault`].
pub(crate) fn check_modulus(modulus: &[u8]) -> Result<(), KeyFault> {
    let number = limbs::from_be_bytes(modulus);
    if let Some(prime) = small_factor::find(&number) {
        return Err(KeyFault::SmallFactor { prime });
    }
    if roca::has_fingerprint(&number) {
        return Err(KeyFault::Roca);
    }
    match close_primes::find(modulus, &number) {
        Some(round) => Err(KeyFault::ClosePrimes { round }),
        None => Ok(()),
    }
}

/// Whether it is the key's fault that its signature does not verify: an Ed25519 key that is no point.
/// Asked only then, since the answer costs as much as a verification, which gives it by itself.
pub(super) fn explain(spki: &Spki) -> Option<KeyFault> {
    let curve = spki.algorithm();
    let stray = curve == KeyAlgorithm::Ed25519 && !point::is_on_edwards25519(spki.key_bits());
    stray.then_some(KeyFault::Point { curve })
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;

    use super::*;

    fn rsa(modulus: &BigUint) -> Spki {
        Spki::from_rsa_numbers(&modulus.to_bytes_be(), &[1, 0, 1]).unwrap()
    }

    fn fresh() -> rcgen::KeyPair {
        rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048).unwrap()
    }

    #[test]
    fn keys_that_a_good_generator_makes_pass() {
        for pair in [
            fresh(),
            rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap(),
            rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap(),
            rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P521_SHA512).unwrap(),
            rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap(),
        ] {
            let der = rcgen::PublicKeyData::subject_public_key_info(&pair);
            assert_eq!(check(&Spki::from_der(&der).unwrap()), Ok(()));
        }
    }

    #[test]
    fn an_even_modulus_has_the_factor_two() {
        let mut modulus = BigUint::from(1_u8) << 2047;
        modulus += 2_u8;
        assert_eq!(check(&rsa(&modulus)), Err(KeyFault::SmallFactor { prime: 2 }));
    }
}
