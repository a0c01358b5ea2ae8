//! A validity period, inclusive at both ends (RFC 5280 §4.1.2.5).

use std::fmt;

use super::clock::Timestamp;

/// Seconds in a day.
pub const DAY: u64 = 86_400;

/// From `not_before` through `not_after`, both seconds included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    not_before: Timestamp,
    not_after: Timestamp,
}

/// The period ends before it begins.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("validity ends at {not_after}, before it begins at {not_before}")]
pub struct EmptyValidity {
    /// The later beginning.
    pub not_before: Timestamp,
    /// The earlier end.
    pub not_after: Timestamp,
}

impl Validity {
    /// The period from `not_before` through `not_after`.
    ///
    /// # Errors
    /// [`EmptyValidity`] when the end is before the beginning.
    pub fn new(not_before: Timestamp, not_after: Timestamp) -> Result<Self, EmptyValidity> {
        if not_after < not_before {
            return Err(EmptyValidity { not_before, not_after });
        }
        Ok(Self { not_before, not_after })
    }

    /// The period of exactly `seconds` (at least one) that begins at `not_before`: as both ends
    /// count, the last second is `seconds - 1` later.
    pub fn lasting(not_before: Timestamp, seconds: u64) -> Self {
        Self { not_before, not_after: not_before.plus(seconds.max(1) - 1) }
    }

    /// First valid second.
    pub fn not_before(self) -> Timestamp {
        self.not_before
    }

    /// Last valid second.
    pub fn not_after(self) -> Timestamp {
        self.not_after
    }

    /// Length in seconds, both ends counted.
    pub fn seconds(self) -> u64 {
        self.not_after.as_unix() - self.not_before.as_unix() + 1
    }

    /// Whether `instant` is inside.
    pub fn contains(self, instant: Timestamp) -> bool {
        self.not_before <= instant && instant <= self.not_after
    }

    /// Whether `other` lies wholly inside.
    pub fn encloses(self, other: Self) -> bool {
        self.not_before <= other.not_before && other.not_after <= self.not_after
    }

    /// The part of this period that lies inside `outer`.
    ///
    /// # Errors
    /// [`EmptyValidity`] when they have no second in common.
    pub fn clipped_to(self, outer: Self) -> Result<Self, EmptyValidity> {
        Self::new(self.not_before.max(outer.not_before), self.not_after.min(outer.not_after))
    }
}

impl fmt::Display for Validity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.not_before, self.not_after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ninety_days_are_not_ninety_days_and_one_second() {
        let period = Validity::lasting(Timestamp::from_unix(1_000), 90 * DAY);
        assert_eq!(period.seconds(), 90 * DAY);
        assert_eq!(period.not_after().as_unix(), 1_000 + 90 * DAY - 1);
    }

    #[test]
    fn an_end_before_the_beginning_is_refused() {
        let (early, late) = (Timestamp::from_unix(1), Timestamp::from_unix(2));
        assert!(Validity::new(late, early).is_err());
        assert!(Validity::new(early, early).is_ok());
    }
}
