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
use crate::profile::{Overrides, Profile, ProfileError};
use crate::sign::{Signer, SignerError};
use crate::verify::Issued;

/// How long each rate is measured, before and again after the pipeline.
const RATE_TIME: Duration = Duration::from_millis(700);

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
}

/// What to measure.
#[derive(Clone, Copy, Debug)]
pub struct BenchPlan {
    /// Certificates to issue.
    pub certificates: usize,
    /// Rows that are in the inventory before.
    pub prefilled_rows: u64,
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

/// Measures with `signer`, whose throwaway root and inventory are made in `dir`: an empty folder on the
/// disk that homes are on, which the caller removes.
///
/// # Errors
/// [`BenchError`] at the first thing that fails.
pub fn measure(
    signer: Arc<dyn Signer>,
    dir: &Path,
    plan: BenchPlan,
) -> Result<BenchRow, BenchError> {
    let mut inventory = Inventory::open(dir, Actor::current())?;
    let serials = OsSerials(inventory.instance());
    let mut desk = Desk { clock: &SystemClock, serials: &serials, inventory: &mut inventory };
    let issuer = throwaway_root(&signer, &mut desk)?;
    let profile = shipped("tls-server")?;
    let algorithm = signer.spki().algorithm();
    let order = |csr| Order { csr, profile: profile.clone(), overrides: Overrides::default() };
    let requests = requests(algorithm, plan.certificates + 1)?;
    let mut orders = requests.into_iter().map(order);
    let Some(first) = orders.next() else { return Err(IssueError::Worker.into()) };
    let first = issue(&issuer, first, &mut desk)?;
    fill(desk.inventory, &first, &serials, plan.prefilled_rows)?;

    let before = rates(&*signer, &first)?;
    let started = Instant::now();
    issue_many(&issuer, orders.map(|order| ((), order)), &mut desk, |(), issued| {
        issued.map(|_| ())
    })?;
    let elapsed = started.elapsed();
    let after = rates(&*signer, &first)?;

    let (raw, verify) = ((before.0 + after.0) / 2.0, (before.1 + after.1) / 2.0);
    let floor = 1.0 / (1.0 / raw + 2.0 / verify);
    let pipeline = per_second(plan.certificates as u64, elapsed);
    Ok(BenchRow {
        algorithm: algorithm.name().to_owned(),
        workers: signer.workers(),
        raw_sign_per_s: raw,
        verify_per_s: verify,
        floor_per_s: floor,
        pipeline_per_s: pipeline,
        ratio: pipeline / floor,
    })
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
