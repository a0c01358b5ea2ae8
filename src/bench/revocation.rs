//! Revocation at scale: `status`, OCSP and CRLs with few certificates on record and with many.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::bank::{Bank, shipped};
use super::{BenchError, RATE_TIME, ROUNDS, load, per_second, rates};
use crate::audit::Actor;
use crate::base::algorithm::SignatureAlgorithm;
use crate::base::cert_id::{CertHash, CertId, CertIdError};
use crate::base::clock::{Clock as _, SystemClock};
use crate::base::responder_cert::ResponderCert;
use crate::base::revocation::Reason;
use crate::base::spki::Spki;
use crate::calendar::{Question, Scope, survey};
use crate::config::{CrlSettings, IssuerRecord, OcspSettings};
use crate::inventory::{CertificateQuery, Inventory, KnownCertificate, Revocation, StoreError};
use crate::issuance::{IssueError, create_responder};
use crate::lint::{Linters, Registry};
use crate::ocsp::http::{self, Limits};
use crate::ocsp::{Party, Request, Responder, Settings, get_path, presign};
use crate::publish::{Access, create_dir};
use crate::revocation::issue::{CrlKind, is_own, issue_crls};
use crate::sign::{Signer, SignerError};

/// Certificates on record of the small home.
const FEW: u64 = 10_000;

/// Certificates whose answers are signed in advance, each by two hashes.
const PRESIGNED: u64 = 5_000;

/// The same with a token that is slower by [`DISTANCE`].
const PRESIGNED_FAR: u64 = 500;

/// What a signature takes more with a token that is not a library in this process: a card, a network.
const DISTANCE: Duration = Duration::from_millis(2);

/// Certificates that clients of the server ask about.
const ASKED: usize = 1_000;

/// Revocations of one transaction.
const FILL: usize = 20_000;

/// How long answers of the responder are valid, in seconds.
const ANSWER_LIFETIME: u64 = 4 * 86_400;

/// What was measured.
#[derive(Clone, Debug, Serialize)]
pub struct RevocationBench {
    /// The algorithm of the CA's and the responder's key.
    pub algorithm: String,
    /// Responses signed in advance: with the token as it is, and with one that needs 2 ms more for each
    /// signature and no processor of ours meanwhile.
    pub presign: [PresignRow; 2],
    /// The rest, with few certificates on record and with many.
    pub scales: [ScaleRow; 2],
}

/// `ocsp presign` beside the token. Rates are per second.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct PresignRow {
    /// Milliseconds that were added to each signature.
    pub added_ms: u128,
    /// Responses in a round.
    pub responses: u64,
    /// Concurrent workers, in every measurement.
    pub workers: usize,
    /// Signatures that the token makes, nothing else being done.
    pub raw_sign_per_s: f64,
    /// Verifications under such a key.
    pub verify_per_s: f64,
    /// Responses if one cost a signature and its verification.
    pub floor_per_s: f64,
    /// Responses that were signed, verified, recorded and written as files.
    pub presign_per_s: f64,
    /// Their rate as a part of the raw rate.
    pub ratio_to_raw: f64,
    /// Their rate as a part of the floor.
    pub ratio: f64,
}

/// With so many certificates on record.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ScaleRow {
    /// Certificates on record.
    pub rows: u64,
    /// Seconds for what `status` reads of them.
    pub status_s: f64,
    /// Answers a second of `ocsp serve` that are kept, over loopback, its clients on the same host.
    pub answers_per_s: f64,
    /// Seconds from the CRL in service, with an entry for each of them, to the next one on record.
    pub crl_s: f64,
    /// Octets of that CRL.
    pub crl_octets: usize,
    /// The most memory that the process had in use meanwhile, in octets; none where the system does not
    /// tell.
    pub crl_peak_octets: Option<u64>,
}

/// Measures with a CA's key and its responder's. `dir` as for [`super::measure`]. The small and the large
/// home take turns; of five rounds the one in the middle counts.
///
/// # Errors
/// [`BenchError`] at the first thing that fails.
pub fn measure_revocation(
    ca: &Arc<dyn Signer>,
    responder: &Arc<dyn Signer>,
    dir: &Path,
    rows: u64,
) -> Result<RevocationBench, BenchError> {
    let far: Arc<dyn Signer> = Arc::new(Far(Arc::clone(responder)));
    let presign = [
        presign_row(ca, responder, &dir.join("near"), rows.min(PRESIGNED), Duration::ZERO)?,
        presign_row(ca, &far, &dir.join("far"), rows.min(PRESIGNED_FAR), DISTANCE)?,
    ];
    let mut sites = Vec::new();
    for (name, rows) in [("few", rows.min(FEW)), ("many", rows)] {
        sites.push(Site::open(ca, responder, &dir.join(name), rows)?);
    }
    let status = in_turns(&mut sites, Site::status)?;
    let answers = serve(&mut sites)?;
    for site in &mut sites {
        site.revoke_all()?;
    }
    let crls = in_turns(&mut sites, Site::crl)?;
    let row = |index: usize| -> Option<ScaleRow> {
        let mut crls = crls.get(index)?.clone();
        crls.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
        let middle = *crls.get(crls.len() / 2)?;
        Some(ScaleRow {
            rows: sites.get(index)?.rows,
            status_s: middle_of(status.get(index)?),
            answers_per_s: middle_of(answers.get(index)?),
            crl_s: middle.seconds,
            crl_octets: middle.octets,
            crl_peak_octets: crls.iter().filter_map(|crl| crl.peak).max(),
        })
    };
    let (Some(small), Some(large)) = (row(0), row(1)) else {
        return Err(IssueError::Worker.into());
    };
    let algorithm = ca.spki().algorithm().name().to_owned();
    Ok(RevocationBench { algorithm, presign, scales: [small, large] })
}

/// A home with a CA and its responder.
struct Site<'d> {
    bank: Bank,
    responder: ResponderCert,
    signer: &'d Arc<dyn Signer>,
    rows: u64,
    /// The CRL in service.
    last: Option<Vec<u8>>,
}

/// What one CRL took.
#[derive(Clone, Copy)]
struct CrlRun {
    seconds: f64,
    octets: usize,
    peak: Option<u64>,
}

impl<'d> Site<'d> {
    fn open(
        ca: &Arc<dyn Signer>,
        signer: &'d Arc<dyn Signer>,
        dir: &Path,
        rows: u64,
    ) -> Result<Self, BenchError> {
        let mut bank = Bank::open(ca, dir, rows)?;
        let profile = shipped("ocsp-responder")?;
        let subject = "CN=Keystead bench throwaway OCSP responder".parse()?;
        let issued = bank.at_desk(|issuer, desk| {
            create_responder(issuer, &profile, &subject, None, signer.spki(), desk)
        })?;
        let responder = ResponderCert::from_der(issued.as_der(), bank.issuer.certificate())?;
        Ok(Self { bank, responder, signer, rows, last: None })
    }

    fn party(&self) -> Party {
        let name = self.bank.issuer.name().to_owned();
        Party::new(name, self.responder.clone(), Arc::clone(self.signer), ANSWER_LIFETIME)
    }

    fn settings() -> CrlSettings {
        CrlSettings::usual(false)
    }

    /// Seconds for what `status` asks of the inventory.
    fn status(&mut self) -> Result<f64, BenchError> {
        let issuer = &self.bank.issuer;
        let record = IssuerRecord {
            name: issuer.name().to_owned(),
            key_label: issuer.name().to_owned(),
            key_id: vec![1],
            spki_der: issuer.signer().spki().as_der().to_vec(),
            signature: issuer.signer().algorithm(),
            profiles: None,
            certificate: Some(Arc::clone(issuer.certificate())),
            chain: Vec::new(),
            crl: Self::settings(),
            ocsp: OcspSettings::default(),
            ca_issuers: None,
        };
        let question =
            Question { at: SystemClock.now(), within: 0, leaves: 10, scope: Scope::Everything };
        let started = Instant::now();
        let inventory = Inventory::open_read_only(&self.bank.dir)?;
        survey(&[record], &inventory, &question)?;
        Ok(started.elapsed().as_secs_f64())
    }

    /// Paths of GETs about the first certificates.
    fn questions(&self) -> Result<Vec<String>, BenchError> {
        let issuer = self.bank.issuer.certificate();
        let mut serials = Vec::new();
        self.bank.inventory.each_issued(&issuer.spki().sha256(), SystemClock.now(), |serial| {
            if serials.len() < ASKED {
                serials.push(serial);
            }
            Ok::<(), StoreError>(())
        })?;
        let path = |serial: &Vec<u8>| {
            let id = CertId::of(CertHash::Sha1, issuer, serial)?;
            Ok(get_path(&Request::about(&id).map_err(CertIdError::from)?))
        };
        serials.iter().map(path).collect()
    }

    fn revoke_all(&mut self) -> Result<(), BenchError> {
        let store = Inventory::open_read_only(&self.bank.dir)?;
        let authority_key = self.bank.issuer.certificate().spki().sha256();
        let query =
            CertificateQuery { authority_key: Some(authority_key), ..CertificateQuery::default() };
        let mut waiting = Vec::with_capacity(FILL);
        let now = SystemClock.now();
        let inventory = &mut self.bank.inventory;
        store.certificates(&query, |known: KnownCertificate| {
            waiting.push(Revocation {
                authority_key,
                serial: known.serial,
                intent: Some(known.intent),
                date: now,
                reason: Reason::CessationOfOperation,
                invalidity: None,
                not_after: Some(known.not_after),
                point: String::new(),
                ca: Some(false),
                block_key: None,
            });
            if waiting.len() == FILL {
                inventory.revoke(&waiting, now)?;
                waiting.clear();
            }
            Ok::<(), StoreError>(())
        })?;
        inventory.revoke(&waiting, now)?;
        inventory.settle()?;
        // The CRL in service of the first round.
        self.crl().map(|_| ())
    }

    /// What `crl issue` does after one that is in service.
    fn crl(&mut self) -> Result<CrlRun, BenchError> {
        reset_peak();
        let started = Instant::now();
        self.bank.reopen()?;
        if let Some(last) = self.last.take() {
            let (issuer, inventory) = (self.bank.issuer.certificate(), &self.bank.inventory);
            if !is_own(issuer, &Self::settings(), &last, inventory)? {
                return Err(BenchError::Lost);
            }
        }
        let mut made = None;
        self.bank.at_desk(|issuer, desk| {
            issue_crls(issuer, &Self::settings(), CrlKind::Complete, desk, |crl| {
                made = Some(crl.issued);
                Ok(())
            })
        })?;
        let (seconds, peak) = (started.elapsed().as_secs_f64(), peak());
        let made = made.ok_or(IssueError::Worker)?;
        self.last = Some(made.as_der().to_vec());
        Ok(CrlRun { seconds, octets: made.as_der().len(), peak })
    }
}

/// A key whose token is [`DISTANCE`] away.
struct Far(Arc<dyn Signer>);

impl Signer for Far {
    fn spki(&self) -> &Spki {
        self.0.spki()
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.0.algorithm()
    }

    fn workers(&self) -> usize {
        self.0.workers()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignerError> {
        thread::sleep(DISTANCE);
        self.0.sign(message)
    }
}

fn presign_row(
    ca: &Arc<dyn Signer>,
    responder: &Arc<dyn Signer>,
    dir: &Path,
    certificates: u64,
    added: Duration,
) -> Result<PresignRow, BenchError> {
    let mut site = Site::open(ca, responder, dir, certificates)?;
    let mut rounds = Vec::new();
    for round in 0..ROUNDS {
        let before = rates(&**responder, site.bank.message())?;
        let folder = site.bank.dir.join(format!("answers-{round}"));
        create_dir(&folder, Access::Public)?;
        let (party, store) = (site.party(), Inventory::open_read_only(&site.bank.dir)?);
        let started = Instant::now();
        let done = site.bank.at_desk(|_, desk| presign(&party, &store, &folder, desk))?;
        let presign = per_second(done.signed, started.elapsed());
        let after = rates(&**responder, site.bank.message())?;
        let (sign, verify) = ((before.0 + after.0) / 2.0, (before.1 + after.1) / 2.0);
        let floor = 1.0 / (1.0 / sign + 1.0 / verify);
        rounds.push(PresignRow {
            added_ms: added.as_millis(),
            responses: done.signed,
            workers: responder.workers(),
            raw_sign_per_s: sign,
            verify_per_s: verify,
            floor_per_s: floor,
            presign_per_s: presign,
            ratio_to_raw: presign / sign,
            ratio: presign / floor,
        });
    }
    rounds.sort_by(|a, b| a.ratio.total_cmp(&b.ratio));
    rounds.get(ROUNDS / 2).copied().ok_or(IssueError::Worker.into())
}

/// Answers a second from each of the homes, by round.
fn serve(sites: &mut [Site<'_>]) -> Result<Vec<Vec<f64>>, BenchError> {
    let mut servers = Vec::new();
    for site in sites.iter() {
        let questions = site.questions()?;
        let server = Server::start(site)?;
        // From here on every answer is kept.
        load::ask_once(server.address, &questions)?;
        servers.push((server, questions));
    }
    let answers = in_turns(&mut servers, |(server, questions)| {
        load::answers_per_second(server.address, questions, RATE_TIME)
    });
    for (server, _) in servers {
        server.end()?;
    }
    answers
}

/// `ocsp serve`, in a thread.
struct Server {
    address: SocketAddr,
    stop: Sender<()>,
    thread: JoinHandle<std::io::Result<()>>,
}

impl Server {
    fn start(site: &Site<'_>) -> Result<Self, BenchError> {
        let source = Box::new(Mutex::new(Inventory::open_read_only(&site.bank.dir)?));
        let inventory = Inventory::open(&site.bank.dir, Actor::current())?;
        let registry = Registry::with_linters(Linters::new(Vec::new())?);
        let settings = Settings::default();
        let clock = Box::new(SystemClock);
        let responder =
            Responder::new(vec![site.party()], settings, source, inventory, registry, clock);
        let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = http::listen(loopback).map_err(BenchError::Server)?;
        let address = listener.local_addr().map_err(BenchError::Server)?;
        let (stop, stopped) = channel();
        let thread = thread::spawn(move || {
            let stop = || Ok(http::told(stopped));
            http::serve(listener, Arc::new(responder), Limits::default(), stop, || Ok(()))
        });
        Ok(Self { address, stop, thread })
    }

    fn end(self) -> Result<(), BenchError> {
        drop(self.stop);
        let ended = self.thread.join().map_err(|_| IssueError::Worker)?;
        ended.map_err(BenchError::Server)
    }
}

/// What each of `all` gives in five rounds, taking turns.
fn in_turns<S, T>(
    all: &mut [S],
    mut once: impl FnMut(&mut S) -> Result<T, BenchError>,
) -> Result<Vec<Vec<T>>, BenchError> {
    let mut found: Vec<Vec<T>> = all.iter().map(|_| Vec::new()).collect();
    for _ in 0..ROUNDS {
        for (one, found) in all.iter_mut().zip(&mut found) {
            found.push(once(one)?);
        }
    }
    Ok(found)
}

fn middle_of(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Forgets the most memory that this process had in use (proc(5), clear_refs).
fn reset_peak() {
    // Where it cannot, the figure is that of the whole run, which is no smaller.
    let told = OpenOptions::new().write(true).open("/proc/self/clear_refs");
    let _ = told.and_then(|mut file| file.write_all(b"5"));
}

/// The most memory that this process had in use, in octets (proc(5), VmHWM).
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kilobytes * 1024)
}
