//! A home in a temporary folder, a software key that misbehaves when told to, and requests.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use keystead::audit::Actor;
use keystead::base::algorithm::{SignatureAlgorithm, sha256};
use keystead::base::clock::SystemClock;
use keystead::base::issuer_cert::IssuerCert;
use keystead::base::serial::{OsSerials, SerialSource};
use keystead::base::spki::Spki;
use keystead::inventory::{Filter, Inventory, StoreError};
use keystead::issuance::{self, Desk, Issuer, Order};
use keystead::lint::Registry;
use keystead::profile::{Overrides, Profile};
use keystead::sign::{Signer, SignerError};

/// A software key. It counts and keeps what it signs; from a given signature on it fails or lies.
pub(crate) struct SoftKey {
    key: rcgen::KeyPair,
    spki: Spki,
    workers: usize,
    pub(crate) signed: Mutex<Vec<[u8; 32]>>,
    calls: AtomicUsize,
    fails_at: AtomicUsize,
    lies_at: AtomicUsize,
}

impl SoftKey {
    pub(crate) fn new(workers: usize) -> Arc<Self> {
        let key = rcgen::KeyPair::generate().unwrap();
        let der = rcgen::PublicKeyData::subject_public_key_info(&key);
        Arc::new(Self {
            key,
            spki: Spki::from_der(&der).unwrap(),
            workers,
            signed: Mutex::default(),
            calls: AtomicUsize::new(0),
            fails_at: AtomicUsize::new(usize::MAX),
            lies_at: AtomicUsize::new(usize::MAX),
        })
    }

    /// The `nth` signature from now on, counted from 0, fails.
    pub(crate) fn fail_at(&self, nth: usize) {
        self.fails_at.store(self.calls.load(Ordering::SeqCst) + nth, Ordering::SeqCst);
    }

    /// The `nth` signature from now on is one over other bytes.
    pub(crate) fn lie_at(&self, nth: usize) {
        self.lies_at.store(self.calls.load(Ordering::SeqCst) + nth, Ordering::SeqCst);
    }

    pub(crate) fn signatures(&self) -> usize {
        self.signed.lock().unwrap().len()
    }
}

#[derive(Debug, thiserror::Error)]
#[error("C_Sign: CKR_DEVICE_ERROR")]
struct DeviceError;

impl Signer for SoftKey {
    fn spki(&self) -> &Spki {
        &self.spki
    }
    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::EcdsaSha256
    }
    fn workers(&self) -> usize {
        self.workers
    }
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignerError> {
        let call = self.calls.fetch_add(1, Ordering::SeqCst);
        if call >= self.fails_at.load(Ordering::SeqCst) {
            return Err(SignerError(Box::new(DeviceError)));
        }
        self.signed.lock().unwrap().push(sha256(message));
        let lie = call == self.lies_at.load(Ordering::SeqCst);
        let message = if lie { b"other bytes".as_slice() } else { message };
        rcgen::SigningKey::sign(&self.key, message).map_err(|error| SignerError(Box::new(error)))
    }
}

/// A home with one issuer.
pub(crate) struct Site {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) inventory: Inventory,
    pub(crate) issuer: Issuer,
    pub(crate) key: Arc<SoftKey>,
}

impl Site {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut inventory = Inventory::open(folder.path(), Actor::current()).unwrap();
        let key = SoftKey::new(2);
        let root = at_desk(&mut inventory, |desk| {
            let subject = "CN=Example Root".parse().unwrap();
            issuance::create_root("web", &profile("root-ca"), subject, None, &*key, desk).unwrap()
        });
        let certificate = Arc::new(IssuerCert::from_der(root.as_der()).unwrap());
        let issuer = Issuer::new("web".to_owned(), certificate, key.clone()).unwrap();
        Self { folder, inventory, issuer, key }
    }

    /// Runs SQL behind the back of the program.
    pub(crate) fn sql(&self, statements: &str) {
        sqlite3(self.folder.path(), statements);
    }

    /// The audit record holds and says all that is in the tables.
    pub(crate) fn assert_sound(&self) {
        let report = self.inventory.verify_audit(None).unwrap();
        assert!(report.is_sound(), "{:?}", report.problems);
    }

    /// Everything that the key ever signed is the TBS of an intent.
    pub(crate) fn assert_every_signature_is_recorded(&self) {
        let known = tbs_hashes(&self.inventory);
        for hash in self.key.signed.lock().unwrap().iter() {
            assert!(known.contains(&hex::encode(hash)), "a signature without intent");
        }
    }
}

pub(crate) fn sqlite3(home: &Path, statements: &str) {
    let output = Command::new("sqlite3")
        .arg(home.join("inventory.db"))
        .arg(statements)
        .output()
        .expect("sqlite3 is installed by scripts/install-tools");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// SHA-256 of the TBS of every intent, as the audit rows tell it.
pub(crate) fn tbs_hashes(inventory: &Inventory) -> Vec<String> {
    let mut hashes = Vec::new();
    inventory
        .export_audit::<StoreError>(|row| {
            let record: serde_json::Value = serde_json::from_str(row.event).unwrap();
            if record["event"]["kind"] == "intent" {
                hashes.push(record["event"]["tbs_sha256"].as_str().unwrap().to_owned());
            }
            Ok(())
        })
        .unwrap();
    hashes
}

pub(crate) fn at_desk<R>(inventory: &mut Inventory, run: impl FnOnce(&mut Desk<'_>) -> R) -> R {
    let serials = OsSerials(inventory.instance());
    at_desk_with(inventory, &serials, run)
}

pub(crate) fn at_desk_with<R>(
    inventory: &mut Inventory,
    serials: &dyn SerialSource,
    run: impl FnOnce(&mut Desk<'_>) -> R,
) -> R {
    run(&mut Desk { clock: &SystemClock, serials, registry: Registry::all(), inventory })
}

pub(crate) fn profile(name: &str) -> Arc<Profile> {
    let (_, text) = Profile::shipped().iter().find(|(known, _)| *known == name).unwrap();
    Arc::new(Profile::from_toml(text).unwrap())
}

pub(crate) fn csr(name: &str) -> Vec<u8> {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut parameters = rcgen::CertificateParams::new([name.to_owned()]).unwrap();
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    parameters.distinguished_name.push(rcgen::DnType::CommonName, name);
    parameters.serialize_request(&key).unwrap().der().to_vec()
}

pub(crate) fn order(csr: Vec<u8>) -> Order {
    Order { csr, profile: profile("tls-server"), overrides: Overrides::default() }
}

/// So many orders, each for a name of its own, with its number as the tag.
pub(crate) fn orders(count: usize) -> Vec<(usize, Order)> {
    let profile = profile("tls-server");
    (0..count)
        .map(|number| {
            let csr = csr(&format!("host-{number}.example.com"));
            (number, Order { csr, profile: profile.clone(), overrides: Overrides::default() })
        })
        .collect()
}

/// The subjects of the entries that pass the filter.
pub(crate) fn subjects(inventory: &Inventory, filter: &Filter) -> Vec<String> {
    let mut subjects = Vec::new();
    inventory
        .list::<StoreError>(filter, |entry| {
            subjects.push(entry.subject);
            Ok(())
        })
        .unwrap();
    subjects
}
