//! Words of the command line that become values of the library.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use keystead::base::algorithm::{KeyAlgorithm, SignatureAlgorithm};

/// Words for kinds of keys.
pub(crate) fn key_algorithm() -> impl TypedValueParser<Value = KeyAlgorithm> {
    PossibleValuesParser::new(KeyAlgorithm::ALL.map(KeyAlgorithm::name))
        .try_map(|word| word.parse::<KeyAlgorithm>())
}

/// Words for signature algorithms.
pub(crate) fn signature_algorithm() -> impl TypedValueParser<Value = SignatureAlgorithm> {
    PossibleValuesParser::new(SignatureAlgorithm::ALL.map(SignatureAlgorithm::name))
        .try_map(|word| word.parse::<SignatureAlgorithm>())
}

/// Days, as seconds: at least one, at most what a certificate can express.
pub(crate) fn days(text: &str) -> Result<u64, String> {
    match text.parse::<u64>() {
        Ok(days @ 1..=2_900_000) => Ok(days * keystead::base::validity::DAY),
        _ => Err("expected a number of days, at least 1".to_owned()),
    }
}
