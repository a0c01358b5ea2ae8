//! How many orders go together: as many as a worker signs in a blink, whatever the token's speed.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// The work in one chunk. Long enough that a commit and a switch of threads are small beside it, short
/// enough that the end of a batch does not leave one worker busy alone, and that a killed batch on a
/// slow token leaves few *maybe signed* intents.
const BLINK: Duration = Duration::from_millis(40);

const FIRST: usize = 16;
const MOST: usize = 512;

/// The size of the next chunk, adapted to the time that the last one took.
pub(super) struct Pace(AtomicUsize);

impl Pace {
    pub(super) fn new() -> Self {
        Self(AtomicUsize::new(FIRST))
    }

    pub(super) fn chunk(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// Learns that signing and verifying `count` took `time`.
    pub(super) fn learn(&self, count: usize, time: Duration) {
        let Ok(count) = u128::try_from(count) else { return };
        if count == 0 {
            return;
        }
        let fitting = BLINK.as_nanos() * count / time.as_nanos().max(1);
        let size = usize::try_from(fitting).unwrap_or(MOST).clamp(1, MOST);
        self.0.store(size, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_token_gets_one_order_at_a_time_and_a_fast_one_a_full_chunk() {
        let pace = Pace::new();
        assert_eq!(pace.chunk(), FIRST);
        pace.learn(16, Duration::from_secs(16));
        assert_eq!(pace.chunk(), 1);
        pace.learn(1, Duration::from_micros(400));
        assert_eq!(pace.chunk(), 100);
        pace.learn(100, Duration::from_nanos(1));
        assert_eq!(pace.chunk(), MOST);
        pace.learn(0, Duration::from_secs(1));
        assert_eq!(pace.chunk(), MOST);
    }
}
