//! A root with a software key, and the pipeline up to the finished bytes: the signature is made here,
//! as the token would make it, because no test of names needs a token.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use keystead::base::algorithm::SignatureAlgorithm;
use keystead::base::clock::Timestamp;
use keystead::base::issuer_cert::IssuerCert;
use keystead::base::pointers::Pointers;
use keystead::base::serial::{InstanceByte, SerialNumber};
use keystead::lint::Registry;
use keystead::profile::{Overrides, Plan, PolicyViolation, Profile};
use keystead::request::{self, RequestError};
use keystead::tbs::{Tbs, assemble};

use crate::support::csr::Key;

/// 2026-06-01T00:00:00Z.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_unix(1_780_272_000)
}

/// The algorithm of every key here.
pub(crate) const ALGORITHM: SignatureAlgorithm = SignatureAlgorithm::EcdsaSha256;

/// A CA of the tests.
pub(crate) struct Site {
    pub(crate) issuer: Arc<IssuerCert>,
    key: Key,
    dir: tempfile::TempDir,
}

/// What came of a request.
#[derive(Debug)]
pub(crate) enum Refused {
    Request(RequestError),
    Policy(PolicyViolation),
}

impl Refused {
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Request(error) => error.code(),
            Self::Policy(violation) => violation.code(),
        }
    }
}

impl Site {
    /// A root of the shipped profile.
    pub(crate) fn new() -> Self {
        Self::with_root(Profile::find_shipped("root-ca").unwrap())
    }

    /// A root of a profile file.
    pub(crate) fn with_root(profile: &str) -> Self {
        let key = Key::generate();
        let profile = Arc::new(Profile::from_toml(profile).unwrap());
        let subject = "CN=Test Root,OU=second,OU=first,DC=example,DC=com".parse().unwrap();
        let plan = profile.plan_root(subject, key.spki(), ALGORITHM, None, now()).unwrap();
        let der = finish(plan, &key);
        let issuer = Arc::new(IssuerCert::from_der(&der).unwrap());
        Self { issuer, key, dir: tempfile::tempdir().unwrap() }
    }

    /// Steps 1 and 2.
    pub(crate) fn plan(&self, csr: &[u8], profile: &str) -> Result<Plan, Refused> {
        self.plan_with(csr, &shipped(profile), &Overrides::default())
    }

    /// Steps 1 and 2 with overrides.
    pub(crate) fn plan_with(
        &self,
        csr: &[u8],
        profile: &Arc<Profile>,
        overrides: &Overrides,
    ) -> Result<Plan, Refused> {
        self.plan_pointing(csr, profile, overrides, &Pointers::default())
    }

    /// Steps 1 and 2 for a certificate with what the issuer's settings point to.
    pub(crate) fn plan_pointing(
        &self,
        csr: &[u8],
        profile: &Arc<Profile>,
        overrides: &Overrides,
        pointers: &Pointers,
    ) -> Result<Plan, Refused> {
        let request = request::verify(csr).map_err(Refused::Request)?;
        profile
            .plan(request, overrides, &self.issuer, ALGORITHM, now(), pointers)
            .map_err(Refused::Policy)
    }

    /// The finished certificate.
    pub(crate) fn issue(&self, csr: &[u8], profile: &str) -> Result<Vec<u8>, Refused> {
        Ok(finish(self.plan(csr, profile)?, &self.key))
    }

    /// The finished certificate of a plan.
    pub(crate) fn finish(&self, plan: Plan) -> Vec<u8> {
        finish(plan, &self.key)
    }

    /// The code of the refusal.
    pub(crate) fn code(&self, csr: &[u8], profile: &str) -> &'static str {
        match self.plan(csr, profile) {
            Ok(plan) => panic!("planned: {plan:?}"),
            Err(refused) => refused.code(),
        }
    }

    /// A path in a folder of its own, with this content.
    pub(crate) fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.dir.path().join(name);
        let mut file = std::fs::OpenOptions::new();
        let mut file = file.write(true).create(true).truncate(true).open(&path).unwrap();
        file.write_all(content).unwrap();
        path
    }

    /// A path in that folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// `openssl verify -x509_strict` for this purpose, against this root.
    pub(crate) fn openssl_verifies(&self, certificate: &[u8], purpose: &str) {
        let root = self.file("root.pem", pem(self.issuer.as_der()).as_bytes());
        let leaf = self.file("leaf.pem", pem(certificate).as_bytes());
        openssl(&[
            Path::new("verify"),
            "-x509_strict".as_ref(),
            "-check_ss_sig".as_ref(),
            "-attime".as_ref(),
            now().as_unix().to_string().as_ref(),
            "-purpose".as_ref(),
            purpose.as_ref(),
            "-CAfile".as_ref(),
            &root,
            &leaf,
        ]);
    }
}

/// Steps 3 and 4, then what token and step 7 do.
pub(crate) fn finish(plan: Plan, key: &Key) -> Vec<u8> {
    let serial = SerialNumber::new(InstanceByte::try_from(9).unwrap(), [0x5a; 16]);
    let tbs = Tbs::encode(plan, serial).unwrap();
    let linted = Registry::all().check(tbs).unwrap();
    let der = linted.tbs().as_der();
    assemble(der, ALGORITHM.algorithm_identifier(), &key.sign(der)).unwrap()
}

pub(crate) fn shipped(name: &str) -> Arc<Profile> {
    Arc::new(Profile::from_toml(Profile::find_shipped(name).unwrap()).unwrap())
}

fn pem(der: &[u8]) -> String {
    keystead::base::pem::encode(keystead::base::pem::CERTIFICATE, der)
}

/// Runs openssl; its failure fails the test with what it printed.
pub(crate) fn openssl<S: AsRef<std::ffi::OsStr>>(args: &[S]) -> String {
    let output = Command::new("openssl").args(args).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl: {text}{errors}");
    text
}
