//! A process killed during a batch.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use keystead::audit::Actor;
use keystead::base::algorithm::{SignatureAlgorithm, sha256};
use keystead::base::issuer_cert::IssuerCert;
use keystead::base::spki::Spki;
use keystead::inventory::{Filter, Inventory};
use keystead::issuance::{self, Issuer};
use keystead::sign::{Signer, SignerError};

use crate::support::{at_desk, orders, profile, subjects, tbs_hashes};

const CHILD: &str = "KEYSTEAD_TEST_KILLED_HOME";
const NAME: &str = "killed::a_batch_killed_at_any_signature_leaves_each_one_on_record";

/// Notes each signature on standard output before it makes it, and kills its process at one of them.
struct Doomed {
    key: rcgen::KeyPair,
    spki: Spki,
    left: AtomicUsize,
}

impl Signer for Doomed {
    fn spki(&self) -> &Spki {
        &self.spki
    }
    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::EcdsaSha256
    }
    fn workers(&self) -> usize {
        2
    }
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignerError> {
        let line = format!("\nsigned {}\n", hex::encode(sha256(message)));
        std::io::stdout().lock().write_all(line.as_bytes()).unwrap();
        if self.left.fetch_sub(1, Ordering::SeqCst) == 0 {
            let pid = rustix::process::getpid();
            rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
        }
        rcgen::SigningKey::sign(&self.key, message).map_err(|error| SignerError(Box::new(error)))
    }
}

/// The child: a root, then a batch, until it dies.
fn issue_until_killed(home: &Path, survives: usize) {
    let key = rcgen::KeyPair::generate().unwrap();
    let spki = Spki::from_der(&rcgen::PublicKeyData::subject_public_key_info(&key)).unwrap();
    let signer = Arc::new(Doomed { key, spki, left: AtomicUsize::new(survives) });
    let mut inventory = Inventory::open(home, Actor::current()).unwrap();
    at_desk(&mut inventory, |desk| {
        let subject = "CN=Example Root".parse().unwrap();
        let root = issuance::create_root("web", &profile("root-ca"), subject, None, &*signer, desk)
            .unwrap();
        let certificate = Arc::new(IssuerCert::from_der(root.as_der()).unwrap());
        let issuer = Issuer::new("web".to_owned(), certificate, signer.clone()).unwrap();
        issuance::issue_many(&issuer, orders(300).into_iter(), desk, |_, issued| {
            issued.map(|_| ())
        })
        .unwrap();
    });
}

#[test]
fn a_batch_killed_at_any_signature_leaves_each_one_on_record() {
    if let Some(home) = std::env::var_os(CHILD) {
        let (home, survives) = home.to_str().unwrap().rsplit_once('#').unwrap();
        return issue_until_killed(&PathBuf::from(home), survives.parse().unwrap());
    }
    let folder = tempfile::tempdir().unwrap();
    let mut signed = Vec::new();
    for survives in [0, 1, 2, 15, 40, 90, 170, 260, 299] {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", NAME, "--nocapture"])
            .env(CHILD, format!("{}#{survives}", folder.path().display()))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut output = String::new();
        child.stdout.take().unwrap().read_to_string(&mut output).unwrap();
        let status = child.wait().unwrap();
        assert!(!status.success(), "the child was to be killed");
        let before = signed.len();
        signed.extend(
            output.lines().filter_map(|line| line.strip_prefix("signed ")).map(str::to_owned),
        );
        assert!(signed.len() > before + survives);

        let inventory = Inventory::open(folder.path(), Actor::current()).unwrap();
        let known = tbs_hashes(&inventory);
        for hash in &signed {
            assert!(known.contains(hash), "a signature without intent, after {survives}");
        }
        assert!(!inventory.maybe_signed().unwrap().is_empty());
        let report = inventory.verify_audit(None).unwrap();
        assert!(report.is_sound(), "{:?}", report.problems);
    }
    // Every intent has its own serial; the unique index says so, and the list is whole.
    let inventory = Inventory::open_read_only(folder.path()).unwrap();
    let counts = inventory.counts().unwrap();
    let listed = subjects(&inventory, &Filter::default()).len();
    assert_eq!(u64::try_from(listed).unwrap(), counts.intents);
}
