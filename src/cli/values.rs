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

/// A duration, as seconds.
pub(crate) fn duration(text: &str) -> Result<u64, String> {
    keystead::base::duration::parse(text).map_err(|error| error.to_string())
}

/// An instant in UTC: a date, whose first second is meant, or RFC 3339 with `Z`.
pub(crate) fn instant(text: &str) -> Result<Timestamp, String> {
    let date_alone = text.len() == "2027-01-31".len();
    let whole = if date_alone { format!("{text}T00:00:00Z") } else { text.to_owned() };
    whole.parse().map_err(|_| {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_a_date_or_a_second_in_utc() {
        let seconds = |text| instant(text).map(Timestamp::as_unix).ok();
        assert_eq!(seconds("1970-01-02"), Some(86_400));
        assert_eq!(seconds("1970-01-02T00:00:01Z"), Some(86_401));
        for wrong in ["", "now", "2027-13-01", "2027-1-1", "01-01-2027", "2027-01-01 ", "２０２é"]
        {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }
}
