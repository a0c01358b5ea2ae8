//! The whole pipeline, measured: requests in, durable certificates in files out.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use der::Tag;
use keystead::audit::Actor;
use keystead::base::algorithm::SignatureAlgorithm;
use keystead::base::element::Element;
use keystead::base::issuer_cert::IssuerCert;
use keystead::base::pem;
use keystead::base::spki::Spki;
use keystead::inventory::Inventory;
use keystead::issuance::{self, Issuer, Order};
use keystead::profile::{Overrides, Profile};
use keystead::publish::{self, Access};
use keystead::token::TokenKey;

use super::rates::per_second;
use crate::cli::context::{Office, at_desk};
use crate::cli::exit::{Exit, Failure};
use crate::cli::report::Ui;

/// Distinct P-256 requests, DER.
pub(super) struct Requests(Vec<Vec<u8>>);

/// What a request's own signature is over and under.
pub(super) struct Sample {
    pub(super) spki: Spki,
    pub(super) algorithm: SignatureAlgorithm,
    pub(super) signed: Vec<u8>,
    pub(super) signature: Vec<u8>,
}

impl Requests {
    /// Makes them, with software keys that are thrown away.
    pub(super) fn make(count: u64) -> Result<Self, Failure> {
        let failed = |error: rcgen::Error| Failure::new(Exit::Failed, error);
        let make = |number: u64| -> Result<Vec<u8>, rcgen::Error> {
            let key = rcgen::KeyPair::generate()?;
            let name = format!("bench-{number}.example.com");
            let mut params = rcgen::CertificateParams::new(vec![name.clone()])?;
            params.distinguished_name = rcgen::DistinguishedName::new();
            params.distinguished_name.push(rcgen::DnType::CommonName, name);
            Ok(params.serialize_request(&key)?.der().to_vec())
        };
        let requests: Result<Vec<_>, _> = (0..count).map(make).collect();
        requests.map(Self).map_err(failed)
    }

    /// The parts of one request.
    pub(super) fn sample(&self) -> Result<Sample, Failure> {
        let first = self.0.first().ok_or_else(|| Failure::usage("no requests to measure with"))?;
        let take = || -> der::Result<_> {
            let whole = Element::only(first, Tag::Sequence)?;
            let mut parts = whole.children()?;
            let info = Element::expect(&mut parts, Tag::Sequence)?;
            let algorithm = Element::expect(&mut parts, Tag::Sequence)?;
            let signature = Element::next(&mut parts)?.whole_octets()?;
            let mut fields = info.children()?;
            let (_version, _subject) = (Element::next(&mut fields)?, Element::next(&mut fields)?);
            let spki = Element::next(&mut fields)?;
            Ok((info.raw, algorithm.raw, signature, spki.raw))
        };
        let (signed, algorithm, signature, spki) =
            take().map_err(|error| Failure::new(Exit::Failed, error))?;
        Ok(Sample {
            spki: Spki::from_der(spki).map_err(|error| Failure::new(Exit::Failed, error))?,
            algorithm: SignatureAlgorithm::from_algorithm_identifier(algorithm)
                .ok_or_else(|| Failure::failed("the sample request has an unknown signature"))?,
            signed: signed.to_vec(),
            signature: signature.to_vec(),
        })
    }
}

/// An inventory and a folder for certificates on the disk of the home, removed at the end.
pub(super) struct Scratch {
    folder: tempfile::TempDir,
    inventory: Inventory,
    leaf: Arc<Profile>,
    root: Arc<Profile>,
    runs: u64,
}

impl Scratch {
    pub(super) fn new(office: &Office) -> Result<Self, Failure> {
        let folder = tempfile::Builder::new()
            .prefix(".bench-")
            .tempdir_in(office.home.path())
            .map_err(|error| Failure::io("cannot make a scratch folder in the home", error))?;
        let inventory = Inventory::open(folder.path(), Actor::current())?;
        let (leaf, root) = (office.profile("tls-server")?, office.profile("root-ca")?);
        Ok(Self { folder, inventory, leaf, root, runs: 0 })
    }

    /// A root for a key, known to the scratch inventory alone.
    pub(super) fn issuer(&mut self, key: &TokenKey) -> Result<Issuer, Failure> {
        let subject = "CN=Keystead Bench"
            .parse()
            .map_err(|error: keystead::base::name::NameError| Failure::new(Exit::Failed, error))?;
        let root = &self.root;
        let issued = at_desk(&mut self.inventory, |desk| {
            issuance::create_root("bench", root, subject, None, key, desk)
        })?;
        let certificate = IssuerCert::from_der(issued.as_der())
            .map_err(|error| Failure::new(Exit::Failed, error))?;
        Ok(Issuer::new("bench".to_owned(), Arc::new(certificate), Arc::new(key.clone()))?)
    }

    /// Certificates per second, from the first request read to the last file durable.
    pub(super) fn run(&mut self, issuer: &Issuer, requests: &Requests) -> Result<f64, Failure> {
        self.runs += 1;
        let out = self.folder.path().join(self.runs.to_string());
        publish::create_dir(&out, Access::Public)?;
        let started = Instant::now();
        let mut files = publish::Batch::new();
        let write = |index: usize, der: &[u8]| {
            let path: PathBuf = out.join(format!("{index}.crt"));
            let text = pem::encode(pem::CERTIFICATE, der);
            files.write_new(&path, text.as_bytes(), Access::Public).map_err(Failure::from)
        };
        self.issue(issuer, requests, requests.0.len(), write)?;
        files.finish()?;
        let elapsed = started.elapsed();
        let count = u64::try_from(requests.0.len()).unwrap_or(0);
        Ok(per_second(count, elapsed))
    }

    /// Issues until the inventory has `rows` entries.
    pub(super) fn fill(
        &mut self,
        issuer: &Issuer,
        requests: &Requests,
        rows: u64,
        ui: Ui,
    ) -> Result<(), Failure> {
        let progress = ui.progress(rows, "filling the inventory");
        loop {
            let present = self.rows()?;
            progress.set_position(present.min(rows));
            if present >= rows {
                break;
            }
            let missing = usize::try_from(rows - present).unwrap_or(usize::MAX);
            self.issue(issuer, requests, missing.min(20_000), |_, _| Ok(()))?;
        }
        progress.finish_and_clear();
        Ok(())
    }

    /// Entries of the inventory.
    pub(super) fn rows(&self) -> Result<u64, Failure> {
        Ok(self.inventory.counts()?.intents)
    }

    /// Issues `count` certificates, the requests over and over.
    fn issue(
        &mut self,
        issuer: &Issuer,
        requests: &Requests,
        count: usize,
        mut done: impl FnMut(usize, &[u8]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let leaf = &self.leaf;
        let orders = requests.0.iter().cycle().take(count).enumerate().map(|(index, csr)| {
            let order = Order {
                csr: csr.clone(),
                profile: Arc::clone(leaf),
                overrides: Overrides::default(),
            };
            (index, order)
        });
        let mut failure = None;
        let outcome = at_desk(&mut self.inventory, |desk| {
            issuance::issue_many(issuer, orders, desk, |index, result| {
                done(index, result?.as_der()).map_err(|error| {
                    let stop = issuance::IssueError::Sink(error.one_line().into());
                    failure = Some(error);
                    stop
                })
            })
        });
        match (failure, outcome) {
            (Some(failure), _) => Err(failure),
            (None, outcome) => Ok(outcome?),
        }
    }
}
