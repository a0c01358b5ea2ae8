//! The token's raw signing rate, the verification rate, from them the floor, and the durable pipeline, in
//! one run and with the same number of workers.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::bank::Bank;
use super::requests::requests;
use super::{BenchError, ROUNDS, per_second, rate, rates};
use crate::issuance::{IssueError, Order, issue_many};
use crate::profile::Overrides;
use crate::request::{self, RequestError, VerifiedRequest};
use crate::sign::Signer;

/// What a batch of unspecified size should take.
const BATCH_TIME: Duration = Duration::from_secs(2);

/// One algorithm's measurements. Rates are per second.
#[derive(Clone, Debug, Serialize)]
pub struct BenchRow {
    /// The key algorithm.
    pub algorithm: String,
    /// Concurrent workers, in every measurement.
    pub workers: usize,
    /// Signatures that the token makes, nothing else being done.
    pub raw_sign_per_s: f64,
    /// Verifications under such a key.
    pub verify_per_s: f64,
    /// Certificates if one cost a signature and two verifications, the request's and ours.
    pub floor_per_s: f64,
    /// Certificates through steps 1 to 8, durably.
    pub pipeline_per_s: f64,
    /// The pipeline's rate as a part of the floor.
    pub ratio: f64,
    /// Microseconds of a worker for step 1 on one request, without the verification of its signature:
    /// the walk over its DER, three parsers, the key policy, names.
    pub gate_us: f64,
    /// Microseconds of a worker for the checks of one request's names that step 2 makes again, since
    /// an operator may have replaced them.
    pub names_us: f64,
    /// Both as a part of the time that a worker has for one certificate in the pipeline.
    pub gate_share: f64,
}

/// What to measure.
#[derive(Clone, Copy, Debug)]
pub struct BenchPlan {
    /// Certificates in a batch, or as many as two seconds should bring, at most ten thousand.
    pub certificates: Option<usize>,
    /// Rows in the inventory of a second measurement; zero for none.
    pub prefilled_rows: u64,
}

/// The measurements of one algorithm.
#[derive(Clone, Debug)]
pub struct Bench {
    /// Certificates in each batch.
    pub certificates: usize,
    /// In an inventory that was empty before.
    pub empty: BenchRow,
    /// In one that was filled, measured in turns with the other.
    pub prefilled: Option<BenchRow>,
}

/// Measures with `signer`, whose throwaway root and inventories are made in `dir`: an empty folder on
/// the disk that homes are on, which the caller removes. Rates and batches take turns, and the round
/// with the middle ratio counts, since a shared machine is never equally fast for long.
///
/// # Errors
/// [`BenchError`] at the first thing that fails.
pub fn measure(signer: Arc<dyn Signer>, dir: &Path, plan: BenchPlan) -> Result<Bench, BenchError> {
    let algorithm = signer.spki().algorithm();
    let mut empty = Bank::open(&signer, &dir.join("empty"), 0)?;
    let mut prefilled = match plan.prefilled_rows {
        0 => None,
        rows => Some(Bank::open(&signer, &dir.join("prefilled"), rows)?),
    };
    let certificates = match plan.certificates {
        Some(count) => count,
        None => batch_of(BATCH_TIME, floor(rates(&*signer, empty.message())?)),
    };
    let requests = requests(algorithm, certificates)?;
    let mut rounds = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        let before = rates(&*signer, empty.message())?;
        let mut batches = vec![batch(&mut empty, &requests)?];
        if let Some(bank) = &mut prefilled {
            batches.push(batch(bank, &requests)?);
        }
        let after = rates(&*signer, empty.message())?;
        let rates = ((before.0 + after.0) / 2.0, (before.1 + after.1) / 2.0);
        let gate = gate_rates(signer.workers(), &requests)?;
        for (rounds, pipeline) in rounds.iter_mut().zip(batches) {
            rounds.push(row(&*signer, rates, gate, pipeline));
        }
    }
    let [empty, prefilled] = rounds.map(middle);
    let empty = empty.ok_or(IssueError::Worker)?;
    Ok(Bench { certificates, empty, prefilled })
}

/// Certificates per second.
fn batch(bank: &mut Bank, requests: &[Vec<u8>]) -> Result<f64, BenchError> {
    let profile = bank.profile.clone();
    let orders = requests.iter().map(|csr| {
        let overrides = Overrides::default();
        ((), Order { csr: csr.clone(), profile: profile.clone(), overrides })
    });
    let started = Instant::now();
    bank.at_desk(|issuer, desk| issue_many(issuer, orders, desk, |(), issued| issued.map(|_| ())))?;
    Ok(per_second(requests.len() as u64, started.elapsed()))
}

#[expect(clippy::cast_precision_loss, reason = "workers are few")]
fn row(signer: &dyn Signer, rates: (f64, f64), gate: (f64, f64), pipeline: f64) -> BenchRow {
    let floor = floor(rates);
    // A rate is of all workers together.
    let microseconds = |rate: f64| signer.workers().max(1) as f64 / rate * 1e6;
    BenchRow {
        algorithm: signer.spki().algorithm().name().to_owned(),
        workers: signer.workers(),
        raw_sign_per_s: rates.0,
        verify_per_s: rates.1,
        floor_per_s: floor,
        pipeline_per_s: pipeline,
        ratio: pipeline / floor,
        gate_us: microseconds(gate.0),
        names_us: microseconds(gate.1),
        gate_share: pipeline / gate.0 + pipeline / gate.1,
    }
}

fn floor((sign, verify): (f64, f64)) -> f64 {
    1.0 / (1.0 / sign + 2.0 / verify)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what any usize holds"
)]
fn batch_of(time: Duration, rate: f64) -> usize {
    (rate * time.as_secs_f64()).clamp(100.0, 10_000.0) as usize
}

/// The row with the middle ratio.
fn middle(mut rows: Vec<BenchRow>) -> Option<BenchRow> {
    rows.sort_by(|a, b| a.ratio.total_cmp(&b.ratio));
    let middle = rows.len() / 2;
    rows.into_iter().nth(middle)
}

/// Requests per second through step 1 but for their signatures, and through the checks of names that
/// step 2 repeats, each on all workers.
fn gate_rates(workers: usize, requests: &[Vec<u8>]) -> Result<(f64, f64), BenchError> {
    let next = AtomicU64::new(0);
    let verified: Vec<_> = requests
        .iter()
        .take(1_000)
        .map(|csr| request::verify(csr).map_err(IssueError::from))
        .collect::<Result<_, _>>()?;
    let index = |length: usize| {
        let turn = next.fetch_add(1, Ordering::Relaxed) % length.max(1) as u64;
        usize::try_from(turn).unwrap_or(0)
    };
    let gate = rate(workers, || match requests.get(index(requests.len())) {
        Some(csr) => request::measure_without_signature(csr).map_err(IssueError::from),
        None => Ok(()),
    })?;
    let names = rate(workers, || match verified.get(index(verified.len())) {
        Some(request) => check_names(request).map_err(IssueError::from),
        None => Ok(()),
    })?;
    Ok((gate, names))
}

fn check_names(request: &VerifiedRequest) -> Result<(), RequestError> {
    request::check_subject(request.subject())?;
    request.sans().iter().try_for_each(request::check_san)
}
