//! When each kind of thing is due: pure functions of its dates.

use std::fmt;

use crate::base::clock::Timestamp;
use crate::base::validity::{DAY, Validity};

/// Why something is due when it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Two thirds of a leaf's or an OCSP signer's life are over.
    TwoThirds,
    /// The last fifth of a CA's life begins.
    LastFifth,
    /// From then on a certificate that lives this many seconds would outlive its CA.
    OutlivesItsCa(u64),
    /// Three quarters of a CRL's life are over.
    ThreeQuarters,
    /// The next CRL is to overlap this one by this many seconds.
    Overlap(u64),
    /// So many revocations and holds are on no CRL yet.
    Unpublished(u64),
    /// Certificates point to a CRL that was never made.
    NeverMade,
    /// The ceremony of a root: this is what it is for.
    Ceremony(Needed),
}

/// What a ceremony is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needed {
    /// A CRL.
    Crl,
    /// A CA certificate.
    Certificate,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TwoThirds => f.write_str("two thirds of its life are over then"),
            Self::LastFifth => f.write_str("the last fifth of its life begins then"),
            Self::OutlivesItsCa(life) if *life < DAY => {
                f.write_str("what it signs would outlive it from then on")
            }
            Self::OutlivesItsCa(life) => {
                write!(f, "a certificate of {} days would outlive it from then on", life / DAY)
            }
            Self::ThreeQuarters => f.write_str("three quarters of its life are over then"),
            Self::Overlap(seconds) => {
                write!(f, "the next one is to overlap it by {} hours", seconds / 3_600)
            }
            Self::Unpublished(1) => f.write_str("a revocation is on no CRL yet"),
            Self::Unpublished(count) => write!(f, "{count} revocations are on no CRL yet"),
            Self::NeverMade => f.write_str("there is none yet"),
            Self::Ceremony(Needed::Crl) => f.write_str("the root signs its next CRL"),
            Self::Ceremony(Needed::Certificate) => {
                f.write_str("the root signs a new CA certificate")
            }
        }
    }
}

/// A leaf or an OCSP signer: at two thirds of its life, so that a third is left for those who are slow.
pub fn leaf(life: Validity) -> (Timestamp, Why) {
    // Divided before it is multiplied: no date of year 9999 overflows.
    (life.not_before().plus(life.seconds() / 3 * 2), Why::TwoThirds)
}

/// A CA certificate: when the last fifth of its life begins, or earlier, when another certificate as
/// long as the `longest` that it signed would outlive it; that never in the first half of its life,
/// since a CA may sign what lives as long as itself.
pub fn authority(life: Validity, longest: Option<u64>) -> (Timestamp, Why) {
    let whole = life.seconds();
    let longest = longest.unwrap_or_default();
    let (left, why) = if longest > whole / 5 {
        (longest.min(whole / 2), Why::OutlivesItsCa(longest))
    } else {
        (whole / 5, Why::LastFifth)
    };
    (life.not_after().minus(left), why)
}

/// A CRL: so long before nextUpdate as the next one is to overlap it, and by three quarters of its life
/// at the latest. An overlap that is no shorter than the CRL's life was meant for longer ones.
pub fn crl(this_update: Timestamp, next_update: Timestamp, overlap: u64) -> (Timestamp, Why) {
    let life = next_update.as_unix().saturating_sub(this_update.as_unix());
    let quarter = life / 4;
    if overlap > quarter && overlap < life {
        (next_update.minus(overlap), Why::Overlap(overlap))
    } else {
        (next_update.minus(quarter), Why::ThreeQuarters)
    }
}

/// How long an expired leaf counts as overdue: as long as it lived, 30 days at most. What nobody missed
/// in that time was not wanted any more.
pub fn missed_for(life: Validity) -> u64 {
    life.seconds().min(LONGEST_MISSED)
}

/// The longest that [`missed_for`] gives.
pub const LONGEST_MISSED: u64 = 30 * DAY;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: u64) -> Timestamp {
        Timestamp::from_unix(day * DAY)
    }

    /// From the first second of day `from`, for so many days.
    fn days(from: u64, count: u64) -> Validity {
        Validity::lasting(at(from), count * DAY)
    }

    #[test]
    fn a_leaf_is_due_at_two_thirds_of_its_life() {
        for (life, due) in [(days(0, 90), at(60)), (days(10, 3), at(12)), (days(0, 1), at(0))] {
            let (found, why) = leaf(life);
            let expected = if life.seconds() == DAY { due.plus(57_600) } else { due };
            assert_eq!((found, why), (expected, Why::TwoThirds), "{life}");
        }
        let second = Validity::lasting(at(1), 1);
        assert_eq!(leaf(second).0, at(1));
    }

    #[test]
    fn a_ca_is_due_when_a_fifth_is_left_unless_it_signed_what_lives_longer() {
        // Ten years and leaves of 90 days.
        let life = days(0, 3_650);
        let last = life.not_after();
        for (longest, left, why) in [
            (None, 730, Why::LastFifth),
            (Some(90), 730, Why::LastFifth),
            (Some(730), 730, Why::LastFifth),
            (Some(731), 731, Why::OutlivesItsCa(731 * DAY)),
            (Some(1_000), 1_000, Why::OutlivesItsCa(1_000 * DAY)),
            // As long as the CA itself: never due in its first half.
            (Some(3_650), 1_825, Why::OutlivesItsCa(3_650 * DAY)),
        ] {
            let found = authority(life, longest.map(|days| days * DAY));
            assert_eq!(found, (last.minus(left * DAY), why), "{longest:?}");
        }
    }

    #[test]
    fn a_crl_is_due_before_its_overlap_and_at_three_quarters_at_the_latest() {
        for (life, overlap_hours, due_hours, why) in [
            (8, 48, 144, Why::ThreeQuarters),
            (8, 0, 144, Why::ThreeQuarters),
            (8, 12, 144, Why::ThreeQuarters),
            (8, 72, 120, Why::Overlap(72 * 3_600)),
            (8, 191, 1, Why::Overlap(191 * 3_600)),
            (8, 192, 144, Why::ThreeQuarters),
            (8, 2_000, 144, Why::ThreeQuarters),
        ] {
            let found = crl(at(100), at(100 + life), overlap_hours * 3_600);
            assert_eq!(found, (at(100).plus(due_hours * 3_600), why), "{overlap_hours} h");
        }
        // Dates that no CRL of ours has.
        assert_eq!(crl(at(9), at(8), 0).0, at(8));
    }

    #[test]
    fn an_expired_leaf_is_missed_for_as_long_as_it_lived_and_a_month_at_most() {
        assert_eq!(missed_for(days(0, 1)), DAY);
        assert_eq!(missed_for(days(0, 90)), 30 * DAY);
    }

    #[test]
    fn the_last_year_overflows_nothing() {
        let end = Timestamp::from_unix(u64::MAX);
        let life = Validity::new(at(0), end).unwrap();
        assert!(leaf(life).0 < end);
        assert!(authority(life, Some(u64::MAX)).0 < end);
        assert!(crl(at(0), end, u64::MAX).0 < end);
    }
}
