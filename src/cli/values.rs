//! Words of the command line that become values of the library.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use keystead::base::algorithm::{KeyAlgorithm, SignatureAlgorithm};
use keystead::base::clock::Timestamp;

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

/// An instant in UTC: a date, whose first second is meant, or RFC 3339 with `Z`.
pub(crate) fn instant(text: &str) -> Result<Timestamp, String> {
    let date_alone = text.len() == "2027-01-31".len();
    let whole = if date_alone { format!("{text}T00:00:00Z") } else { text.to_owned() };
    whole
        .parse::<der::DateTime>()
        .map(|date| Timestamp::from_unix(date.unix_duration().as_secs()))
        .map_err(|_| {
            "expected a time in UTC, such as 2027-01-31 or 2027-01-31T12:00:00Z".to_owned()
        })
}

/// Days, as seconds: at least one, at most what a certificate can express.
pub(crate) fn days(text: &str) -> Result<u64, String> {
    match text.parse::<u64>() {
        Ok(days @ 1..=2_900_000) => Ok(days * keystead::base::validity::DAY),
        _ => Err("expected a number of days, at least 1".to_owned()),
    }
}
