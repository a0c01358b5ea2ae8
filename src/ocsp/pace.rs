//! How many answers are signed in one second.

use crate::base::clock::Timestamp;

/// At most so many in each second of the clock.
#[derive(Debug)]
pub(super) struct Pace {
    most: u32,
    second: Timestamp,
    taken: u32,
}

impl Pace {
    /// `most` in a second; with 0 none ever.
    pub(super) fn new(most: u32) -> Self {
        Self { most, second: Timestamp::from_unix(0), taken: 0 }
    }

    /// Whether one more may be in this second; it is counted.
    pub(super) fn take(&mut self, now: Timestamp) -> bool {
        if now != self.second {
            (self.second, self.taken) = (now, 0);
        }
        let allowed = self.taken < self.most;
        self.taken += u32::from(allowed);
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_are_allowed_in_a_second_and_as_many_in_the_next() {
        let now = Timestamp::from_unix(1_767_225_600);
        let mut pace = Pace::new(2);
        let first: Vec<bool> = (0..4).map(|_| pace.take(now)).collect();
        assert_eq!(first, [true, true, false, false]);
        assert!(pace.take(now.plus(1)));
        assert!(!Pace::new(0).take(now));
    }
}
