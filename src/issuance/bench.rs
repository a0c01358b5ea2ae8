//! What `keystead bench` measures: the token's raw signing rate, the verification rate, from them the
//! floor, and the durable pipeline, in one run and with the same number of workers.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::{Desk, IssueError, Issuer, Order, create_root, issue, issue_many};
use crate::audit::{Actor, Subject};
use crate::base::algorithm::{KeyAlgorithm, sha256};
use crate::base::clock::{Clock as _, SystemClock};
use crate::base::crypto::{SignatureCheckError, verify_signature};
use crate::base::issuer_cert::{IssuerCert, IssuerCertError};
use crate::base::name::NameError;
use crate::base::serial::{OsSerials, SerialSource as _};
use crate::inventory::{Inventory, NewIntent, NewResult, StoreError};
use crate::lint::Registry;
use crate::profile::{Overrides, Profile, ProfileError};
use crate::publish::{Access, PublishError, create_dir};
use crate::request::{self, RequestError, VerifiedRequest};
use crate::sign::{Signer, SignerError};
use crate::verify::Issued;

/// How long each rate is measured, before and again after each batch.
const RATE_TIME: Duration = Duration::from_millis(300);

/// Batches, each with its rates.
const ROUNDS: usize = 5;

/// What a batch of unspecified size should take.
const BATCH_TIME: Duration = Duration::from_secs(2);

/// Rows of one transaction while the inventory is filled.
const FILL: u64 = 20_000;

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

/// A measurement that did not come to an end.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// The pipeline failed.
    #[error("the pipeline failed")]
    Issue(#[from] IssueError),
    /// The throwaway inventory failed.
    #[error("the inventory of the measurement failed")]
    Store(#[from] StoreError),
    /// The folder of the measurement could not be made.
    #[error("the folder of the measurement could not be made")]
    Folder(#[from] PublishError),
    /// A shipped profile is missing or does not load.
    #[error("the shipped profile {name} does not load")]
    Profile {
        /// Which.
        name: &'static str,
        /// Why; none when it is not shipped.
        #[source]
        source: Option<ProfileError>,
    },
    /// The throwaway root cannot be used.
    #[error("the throwaway root certificate cannot be used")]
    Root(#[from] IssuerCertError),
    /// The throwaway root's name.
    #[error("the throwaway root's name is not acceptable")]
    Name(#[from] NameError),
    /// A request could not be made.
    #[error("a certificate request could not be made")]
    Request(#[source] rcgen::Error),
    /// The key failed.
    #[error("the raw signing rate could not be measured")]
    Signer(#[from] SignerError),
    /// A signature of the key does not verify.
    #[error("the verification rate could not be measured")]
    Verify(#[from] SignatureCheckError),
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
        None => batch_of(BATCH_TIME, floor(rates(&*signer, &empty.model)?)),
    };
    let requests = requests(algorithm, certificates)?;
    let mut rounds = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        let before = rates(&*signer, &empty.model)?;
        let mut batches = vec![empty.batch(&requests)?];
        if let Some(bank) = &mut prefilled {
            batches.push(bank.batch(&requests)?);
        }
        let after = rates(&*signer, &empty.model)?;
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

/// A throwaway CA with an inventory of its own.
struct Bank {
    inventory: Inventory,
    issuer: Issuer,
    profile: Arc<Profile>,
    model: Issued,
}

impl Bank {
    fn open(signer: &Arc<dyn Signer>, dir: &Path, rows: u64) -> Result<Self, BenchError> {
        create_dir(dir, Access::Private)?;
        let mut inventory = Inventory::open(dir, Actor::current())?;
        let serials = OsSerials(inventory.instance());
        let mut desk = Desk {
            clock: &SystemClock,
            serials: &serials,
            registry: Registry::all(),
            inventory: &mut inventory,
        };
        let issuer = throwaway_root(signer, &mut desk)?;
        let profile = shipped("tls-server")?;
        let mut request = requests(signer.spki().algorithm(), 1)?;
        let order = Order {
            csr: request.pop().unwrap_or_default(),
            profile: profile.clone(),
            overrides: Overrides::default(),
        };
        let model = issue(&issuer, order, &mut desk)?;
        fill(&mut inventory, &model, &serials, rows)?;
        // What the filling left to write is not the batch's.
        inventory.settle()?;
        Ok(Self { inventory, issuer, profile, model })
    }

    /// Certificates per second.
    fn batch(&mut self, requests: &[Vec<u8>]) -> Result<f64, BenchError> {
        let serials = OsSerials(self.inventory.instance());
        let mut desk = Desk {
            clock: &SystemClock,
            serials: &serials,
            registry: Registry::all(),
            inventory: &mut self.inventory,
        };
        let profile = &self.profile;
        let orders = requests.iter().map(|csr| {
            let overrides = Overrides::default();
            ((), Order { csr: csr.clone(), profile: profile.clone(), overrides })
        });
        let started = Instant::now();
        issue_many(&self.issuer, orders, &mut desk, |(), issued| issued.map(|_| ()))?;
        Ok(per_second(requests.len() as u64, started.elapsed()))
    }
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

fn shipped(name: &'static str) -> Result<Arc<Profile>, BenchError> {
    let text = Profile::shipped().iter().find(|(known, _)| *known == name);
    let (_, text) = text.ok_or(BenchError::Profile { name, source: None })?;
    let profile = Profile::from_toml(text);
    Ok(Arc::new(profile.map_err(|source| BenchError::Profile { name, source: Some(source) })?))
}

fn throwaway_root(signer: &Arc<dyn Signer>, desk: &mut Desk<'_>) -> Result<Issuer, BenchError> {
    let subject = "CN=Keystead bench throwaway root".parse()?;
    let root = create_root("bench", &shipped("root-ca")?, subject, None, &**signer, desk)?;
    let certificate = Arc::new(IssuerCert::from_der(root.as_der())?);
    Ok(Issuer::new("bench".to_owned(), certificate, signer.clone())?)
}

/// Distinct requests, each properly signed, over a few keys of the kind that is measured.
fn requests(algorithm: KeyAlgorithm, count: usize) -> Result<Vec<Vec<u8>>, BenchError> {
    // An RSA key takes up to a second to make.
    let keys = if algorithm.is_rsa() { 4 } else { 32 };
    let keys: Vec<rcgen::KeyPair> = (0..keys)
        .map(|_| leaf_key(algorithm))
        .collect::<Result<_, _>>()
        .map_err(BenchError::Request)?;
    let make = |number: usize| -> Result<Vec<u8>, rcgen::Error> {
        let names = [format!("host-{number}.bench.example.com"), format!("n{number}.example.com")];
        let mut parameters = rcgen::CertificateParams::new(names)?;
        parameters.distinguished_name = rcgen::DistinguishedName::new();
        parameters
            .distinguished_name
            .push(rcgen::DnType::CommonName, format!("host-{number}.bench.example.com"));
        let request = parameters.serialize_request(&keys[number % keys.len()])?;
        Ok(request.der().to_vec())
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let share = count.div_ceil(threads).max(1);
    thread::scope(|scope| {
        let parts: Vec<_> = (0..threads)
            .map(|part| {
                let range = (part * share).min(count)..((part + 1) * share).min(count);
                let make = &make;
                scope.spawn(move || range.map(make).collect::<Result<Vec<_>, _>>())
            })
            .collect();
        let mut all = Vec::with_capacity(count);
        for part in parts {
            let made = part.join().map_err(|_| BenchError::Issue(IssueError::Worker))?;
            all.extend(made.map_err(BenchError::Request)?);
        }
        Ok(all)
    })
}

fn leaf_key(algorithm: KeyAlgorithm) -> Result<rcgen::KeyPair, rcgen::Error> {
    use rcgen::{KeyPair, RsaKeySize};
    let rsa = |size| KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, size);
    match algorithm {
        KeyAlgorithm::Rsa2048 => rsa(RsaKeySize::_2048),
        KeyAlgorithm::Rsa3072 => rsa(RsaKeySize::_3072),
        KeyAlgorithm::Rsa4096 => rsa(RsaKeySize::_4096),
        KeyAlgorithm::EcP256 => KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256),
        KeyAlgorithm::EcP384 => KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384),
        KeyAlgorithm::EcP521 => KeyPair::generate_for(&rcgen::PKCS_ECDSA_P521_SHA512),
        KeyAlgorithm::Ed25519 => KeyPair::generate_for(&rcgen::PKCS_ED25519),
    }
}

/// Fills the inventory with rows like those of `model`, each with its own serial and audit rows.
fn fill(
    inventory: &mut Inventory,
    model: &Issued,
    serials: &OsSerials,
    rows: u64,
) -> Result<(), BenchError> {
    let (linted, signature) = (model.signed().linted(), model.signed().signature());
    let fingerprint = sha256(model.as_der());
    let mut left = rows;
    while left > 0 {
        let count = left.min(FILL);
        left -= count;
        let now = SystemClock.now();
        let mut transcript = inventory.begin(now)?;
        let mut intents = Vec::new();
        for _ in 0..count {
            let mut intent = NewIntent::from(linted);
            intent.kind = Subject::Certificate;
            intent.serial = Some(serials.next_serial().map_err(IssueError::Random)?);
            intents.push(intent);
        }
        transcript.intents("bench", intents)?;
        let receipts = transcript.commit()?.into_iter().flatten();
        let mut transcript = inventory.begin(now)?;
        transcript.results(receipts.map(|receipt| NewResult {
            intent: receipt.intent(),
            sha256: fingerprint,
            signature,
        }))?;
        transcript.commit()?;
    }
    Ok(())
}

/// Signatures and verifications per second, each on all workers.
fn rates(signer: &dyn Signer, model: &Issued) -> Result<(f64, f64), BenchError> {
    let message = model.signed().linted().tbs().as_der();
    let signature = model.signed().signature();
    let sign = rate(signer.workers(), || signer.sign(message).map(|_| ()))?;
    let verify = rate(signer.workers(), || {
        verify_signature(signer.spki(), signer.algorithm(), message, signature)
    })?;
    Ok((sign, verify))
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

fn rate<E: Send>(workers: usize, once: impl Fn() -> Result<(), E> + Sync) -> Result<f64, E>
where
    BenchError: From<E>,
{
    let done = AtomicU64::new(0);
    let started = Instant::now();
    let outcomes: Vec<Result<(), E>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..workers.max(1))
            .map(|_| {
                scope.spawn(|| {
                    while started.elapsed() < RATE_TIME {
                        once()?;
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                    Ok(())
                })
            })
            .collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    outcomes.into_iter().collect::<Result<(), E>>()?;
    Ok(per_second(done.load(Ordering::Relaxed), started.elapsed()))
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn per_second(count: u64, elapsed: Duration) -> f64 {
    count as f64 / elapsed.as_secs_f64().max(f64::EPSILON)
}
