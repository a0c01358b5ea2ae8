//! No request takes more than 100 ms of processor time or 64 MiB of memory, whatever is in it.

use std::time::Duration;

use peak_alloc::PeakAlloc;
use rustix::time::{ClockId, clock_gettime};

use crate::corpus;
use crate::site::verdict;
use crate::verdicts::{Case, cases};

/// Far more than any request needs, also in a build without optimisation on a slow machine.
const MOST_TIME: Duration = Duration::from_millis(100);

const MOST_MEMORY: usize = 64 << 20;

#[global_allocator]
pub(crate) static MEMORY: PeakAlloc = PeakAlloc;

/// Processor time of this thread: what else runs does not count.
fn spent() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap())
}

/// Least time of three runs, and the highest number of octets beyond those before.
fn measure(run: impl Fn()) -> (Duration, usize) {
    let mut least = Duration::MAX;
    let mut most = 0;
    for _ in 0..3 {
        MEMORY.reset_peak_usage();
        let before = MEMORY.current_usage();
        let began = spent();
        run();
        least = least.min(spent() - began);
        most = most.max(MEMORY.peak_usage().saturating_sub(before));
    }
    (least, most)
}

#[test]
fn no_request_takes_more_than_100_ms_or_64_mib() {
    // What is made once for all requests is made before.
    verdict("tls-server", &crate::vector::Draft::good().finish());
    let mut cases = cases();
    cases.push(Case {
        file: "20 MB".to_owned(),
        stage: "request".to_owned(),
        code: "request.too-long".to_owned(),
        der: corpus::common_name_of(20_000_000),
    });
    let mut slowest = (Duration::ZERO, String::new());
    let mut largest = (0, String::new());
    for Case { file: name, stage, der, .. } in cases {
        let (time, memory) = measure(|| {
            verdict(&stage, &der);
        });
        assert!(time < MOST_TIME, "{name} takes {time:?}");
        assert!(memory < MOST_MEMORY, "{name} takes {memory} octets");
        slowest = slowest.max((time, name.clone()));
        largest = largest.max((memory, name));
    }
    println!("slowest: {slowest:?}; largest: {largest:?}");
}

#[test]
fn the_measuring_measures() {
    let (time, memory) = measure(|| {
        let octets = vec![1_u8; 8 << 20];
        assert!(octets.iter().map(|octet| u64::from(*octet)).sum::<u64>() > 1_000_000);
    });
    // Other tests of this program give back memory at the same time.
    assert!(time > Duration::ZERO && memory >= 4 << 20, "{time:?} {memory}");
}
