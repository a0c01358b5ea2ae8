//! Rates of single operations on all workers: the token's signatures, verifications in software.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use keystead::base::crypto::verify_signature;
use keystead::token::TokenKey;

use super::pipeline::Requests;
use crate::cli::exit::{Exit, Failure};

/// How long each operation is repeated.
const SPAN: Duration = Duration::from_millis(1_000);

/// A certificate's to-be-signed bytes have about this length.
const MESSAGE: usize = 480;

/// Operations per second.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rates {
    /// Signatures of the token.
    pub(super) sign: f64,
    /// Verifications of these.
    pub(super) verify: f64,
    /// Verifications of a request's signature.
    pub(super) verify_request: f64,
}

impl Rates {
    /// The rate of one signature and two verifications in a row, on workers that do nothing else.
    pub(super) fn floor(self) -> f64 {
        1.0 / (1.0 / self.sign + 1.0 / self.verify + 1.0 / self.verify_request)
    }

    /// The mean of two measurements, by the time that an operation takes.
    pub(super) fn mean(self, other: Self) -> Self {
        let mean = |a: f64, b: f64| 2.0 / (1.0 / a + 1.0 / b);
        Self {
            sign: mean(self.sign, other.sign),
            verify: mean(self.verify, other.verify),
            verify_request: mean(self.verify_request, other.verify_request),
        }
    }
}

/// Measures the three on as many threads as the key has workers.
pub(super) fn measure(key: &TokenKey, requests: &Requests) -> Result<Rates, Failure> {
    let workers = key.workers();
    let message = [0x5a_u8; MESSAGE];
    let failed =
        |error: Box<dyn std::error::Error + Send + Sync>| Failure::new(Exit::Failed, error);
    let signature = key.sign(&message)?;
    let sign = repeat(workers, || key.sign(&message).map(|_| ()).map_err(Into::into));
    let verify = repeat(workers, || {
        verify_signature(key.spki(), key.algorithm(), &message, &signature).map_err(Into::into)
    });
    let request = requests.sample()?;
    let verify_request = repeat(workers, || {
        let (spki, algorithm) = (&request.spki, request.algorithm);
        verify_signature(spki, algorithm, &request.signed, &request.signature).map_err(Into::into)
    });
    Ok(Rates {
        sign: sign.map_err(failed)?,
        verify: verify.map_err(failed)?,
        verify_request: verify_request.map_err(failed)?,
    })
}

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// How often per second `work` is done by `workers` threads together.
fn repeat(workers: usize, work: impl Fn() -> Outcome<()> + Sync) -> Outcome<f64> {
    let done = AtomicU64::new(0);
    let stop = AtomicBool::new(false);
    let started = Instant::now();
    let outcome: Outcome<()> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..workers)
            .map(|_| {
                scope.spawn(|| {
                    while !stop.load(Ordering::Relaxed) {
                        if let Err(error) = work() {
                            stop.store(true, Ordering::Relaxed);
                            return Err(error);
                        }
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                    Ok(())
                })
            })
            .collect();
        while started.elapsed() < SPAN && !stop.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(5));
        }
        stop.store(true, Ordering::Relaxed);
        for worker in workers {
            worker.join().map_err(|_| "a measuring thread panicked")??;
        }
        Ok(())
    });
    outcome?;
    Ok(per_second(done.into_inner(), started.elapsed()))
}

/// A rate.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub(super) fn per_second(count: u64, elapsed: Duration) -> f64 {
    count as f64 / elapsed.as_secs_f64().max(f64::EPSILON)
}
