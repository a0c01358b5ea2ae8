//! What `keystead bench` measures: certificates, and revocation at scale, each beside what the token and
//! the host can do, in one run.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::base::cert_id::CertIdError;
use crate::base::crypto::{SignatureCheckError, verify_signature};
use crate::base::issuer_cert::IssuerCertError;
use crate::base::name::NameError;
use crate::base::responder_cert::ResponderCertError;
use crate::inventory::StoreError;
use crate::issuance::IssueError;
use crate::lint::LinterError;
use crate::ocsp::PresignError;
use crate::profile::ProfileError;
use crate::publish::PublishError;
use crate::revocation::issue::CrlIssueError;
use crate::sign::{Signer, SignerError};

mod bank;
mod certificates;
#[cfg(feature = "http")]
mod load;
mod requests;
#[cfg(feature = "http")]
mod revocation;

pub use certificates::{Bench, BenchPlan, BenchRow, measure};
#[cfg(feature = "http")]
pub use revocation::{PresignRow, RevocationBench, ScaleRow, measure_revocation};

/// How long each rate is measured, before and again after each batch.
const RATE_TIME: Duration = Duration::from_millis(300);

/// Batches, each with its rates.
const ROUNDS: usize = 5;

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
    /// No CRL was made.
    #[error("no CRL could be measured")]
    Crl(#[from] CrlIssueError),
    /// A CRL that was made is not on record.
    #[error("the CRL of the measurement is not on record")]
    Lost,
    /// The throwaway responder's certificate.
    #[error("the certificate of the throwaway OCSP responder cannot be used")]
    Responder(#[from] ResponderCertError),
    /// Responses were not made.
    #[error("presigning could not be measured")]
    Presign(#[from] PresignError),
    /// A question that cannot be asked.
    #[error("an OCSP request could not be made")]
    Question(#[from] CertIdError),
    /// The lint rules of the server.
    #[error("the OCSP server has no lint rules")]
    Linters(#[from] LinterError),
    /// The server or its client.
    #[error("the OCSP server could not be measured")]
    Server(#[source] std::io::Error),
    /// An answer that is none.
    #[error("the OCSP server answered with {0:?}")]
    Answer(String),
}

/// Signatures of `message` and verifications per second, each on all workers.
fn rates(signer: &dyn Signer, message: &[u8]) -> Result<(f64, f64), BenchError> {
    let signature = signer.sign(message)?;
    let sign = rate(signer.workers(), || signer.sign(message).map(|_| ()))?;
    let verify = rate(signer.workers(), || {
        verify_signature(signer.spki(), signer.algorithm(), message, &signature)
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
