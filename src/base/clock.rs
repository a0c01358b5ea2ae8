//! Time as an argument: a second on the Unix time line and the clocks that give one.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use der::DateTime;
use der::asn1::{GeneralizedTime, UtcTime};
use x509_cert::time::Time;

use super::text::Quoted;

/// A whole second since 1970-01-01T00:00:00Z, no later than 9999-12-31T23:59:59Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

/// 9999-12-31T23:59:59Z, the last instant RFC 5280 §4.1.2.5 can express.
const LAST: u64 = 253_402_300_799;

/// 2049-12-31T23:59:59Z, the last instant that must be UTCTime.
const LAST_UTC_TIME: u64 = 2_524_607_999;

impl Timestamp {
    /// The instant `seconds` after the epoch, or the last expressible one when that is earlier.
    pub fn from_unix(seconds: u64) -> Self {
        Self(seconds.min(LAST))
    }

    /// Seconds since the epoch.
    pub fn as_unix(self) -> u64 {
        self.0
    }

    /// This instant moved forward, ending at year 9999.
    #[must_use]
    pub fn plus(self, seconds: u64) -> Self {
        Self::from_unix(self.0.saturating_add(seconds))
    }

    /// This instant moved back, ending at the epoch.
    #[must_use]
    pub fn minus(self, seconds: u64) -> Self {
        Self(self.0.saturating_sub(seconds))
    }

    /// The ASN.1 form: UTCTime through 2049, GeneralizedTime from 2050 (RFC 5280 §4.1.2.5).
    ///
    /// # Errors
    /// [`der::Error`] when the DER library cannot express the date; no `Timestamp` is known to cause it.
    pub fn to_x509(self) -> der::Result<Time> {
        let instant = Duration::from_secs(self.0);
        if self.0 <= LAST_UTC_TIME {
            return Ok(Time::UtcTime(UtcTime::from_unix_duration(instant)?));
        }
        Ok(Time::GeneralTime(GeneralizedTime::from_unix_duration(instant)?))
    }

    /// Reads an ASN.1 time.
    pub fn from_x509(time: &Time) -> Self {
        Self::from_unix(time.to_unix_duration().as_secs())
    }
}

/// RFC 3339 in UTC: `2026-11-24T07:30:00Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match DateTime::from_unix_duration(Duration::from_secs(self.0)) {
            Ok(date) => date.fmt(f),
            Err(_) => write!(f, "@{}", self.0),
        }
    }
}

/// A text that is no instant.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{found} is no instant, expected UTC such as 2027-01-31T12:00:00Z", found = Quoted(.0))]
pub struct NotAnInstant(pub String);

/// What `Display` writes, from 1970 on.
impl FromStr for Timestamp {
    type Err = NotAnInstant;

    fn from_str(text: &str) -> Result<Self, NotAnInstant> {
        let date: DateTime = text.parse().map_err(|_| NotAnInstant(text.to_owned()))?;
        Ok(Self::from_unix(date.unix_duration().as_secs()))
    }
}

/// Where "now" comes from.
pub trait Clock: Send + Sync {
    /// The present second.
    fn now(&self) -> Timestamp;
}

/// The host's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the host's clock")]
    fn now(&self) -> Timestamp {
        let since_epoch =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_unix(since_epoch.as_secs())
    }
}

/// A clock that always shows the same second, so that a test can compare bytes.
#[derive(Clone, Copy, Debug)]
pub struct FixedClock(pub Timestamp);

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_second_of_2049_is_utc_time_and_the_next_is_generalized_time() {
        let last_utc = Timestamp::from_unix(2_524_607_999);
        assert!(matches!(last_utc.to_x509().unwrap(), Time::UtcTime(_)));
        assert!(matches!(last_utc.plus(1).to_x509().unwrap(), Time::GeneralTime(_)));
    }

    #[test]
    fn an_instant_is_read_as_it_is_written_and_in_no_other_form() {
        for seconds in [0, 1, 951_782_400, 2_524_608_000, LAST] {
            let instant = Timestamp::from_unix(seconds);
            assert_eq!(instant.to_string().parse(), Ok(instant));
        }
        for wrong in [
            "",
            "now",
            "2027-02-29T00:00:00Z",
            "2027-13-01T00:00:00Z",
            "2027-01-01T25:00:00Z",
            "2027-01-01T00:00:00",
            "2027-01-01T00:00:00+01:00",
            "2027-01-01 00:00:00Z",
            "1969-12-31T23:59:59Z",
        ] {
            let read = wrong.parse::<Timestamp>();
            assert_eq!(read, Err(NotAnInstant(wrong.to_owned())));
        }
    }

    #[test]
    fn time_ends_at_the_last_second_of_9999() {
        let end = Timestamp::from_unix(u64::MAX);
        assert_eq!(end.to_string(), "9999-12-31T23:59:59Z");
        assert_eq!(end.plus(1), end);
    }
}
