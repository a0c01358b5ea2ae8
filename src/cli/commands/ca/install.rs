//! `keystead ca install`: the certificate of a subordinate comes home.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use keystead::base::algorithm::sha256;
use keystead::base::issuer_cert::IssuerCert;
use keystead::base::name::DistinguishedName;
use keystead::base::pem;
use serde::Serialize;

use super::chain;
use crate::cli::args::Globals;
use crate::cli::context::{Office, now, pinned_key};
use crate::cli::exit::{Exit, Failure};
use crate::cli::report::{Page, Report, Ui, escaped};

/// Install the certificate of an issuer that waits for one
///
/// The certificate must be for the key that the issuer is pinned to, be a CA certificate that is valid
/// now, and verify up to a root: the certificates above it are read from CERT itself, where they may
/// follow, and from --chain, in any order. Nothing that is installed can be replaced.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead --home ./sub ca install example-sub sub.crt --chain root.crt
  keystead --home ./sub ca install example-sub bundle.pem")]
pub(super) struct Command {
    /// The issuer that waits
    name: String,
    /// Its certificate, PEM or DER; certificates above it may follow
    #[arg(value_name = "CERT")]
    certificate: PathBuf,
    /// More certificates above it, PEM, up to the root
    #[arg(long, value_name = "FILE")]
    chain: Option<PathBuf>,
}

#[derive(Serialize)]
struct Installed {
    issuer: String,
    subject: String,
    not_after: String,
    chain: Vec<String>,
}

impl Report for Installed {
    fn text(&self, page: &mut Page) {
        page.fields([
            ("issuer", self.issuer.clone()),
            ("subject", self.subject.clone()),
            ("valid until", self.not_after.clone()),
            ("below", self.chain.join("\n")),
        ]);
    }
}

pub(super) fn run(command: &Command, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    let office = Office::open(globals, ui)?;
    let mut record = office.home.issuer(&command.name)?;
    if record.certificate.is_some() {
        return Err(Failure::usage(format!(
            "the issuer {:?} has its certificate already, nothing is replaced",
            command.name
        )));
    }
    let mut certificates = read_certificates(&command.certificate)?;
    let first = certificates.remove(0);
    if let Some(path) = &command.chain {
        certificates.extend(read_certificates(path)?);
    }
    let refused = |error: Box<dyn std::error::Error + Send + Sync>| {
        Failure::new(Exit::Refused, error).context(format!(
            "{} is not installed for the issuer {:?}",
            escaped(&command.certificate.to_string_lossy()),
            command.name
        ))
    };
    let certificate = IssuerCert::from_der(&first).map_err(|error| refused(error.into()))?;
    let pinned = pinned_key(&record)?;
    if certificate.spki() != &pinned {
        return Err(refused(
            format!(
                "it is for another key: expected {}, found {} (SHA-256 of the public key)",
                hex::encode(pinned.sha256()),
                hex::encode(certificate.spki().sha256())
            )
            .into(),
        ));
    }
    let chain = chain::order(&certificate, &certificates, now()).map_err(|error| {
        let missing = matches!(error, chain::ChainError::Missing { .. });
        let failure = refused(error.into());
        if missing {
            return failure.hint("give all certificates up to the root with --chain FILE");
        }
        failure
    })?;
    warn_of_another_subject(&office, &command.name, certificate.subject());
    let report = Installed {
        issuer: record.name.clone(),
        subject: certificate.subject().to_string(),
        not_after: certificate.validity().not_after().to_string(),
        chain: chain.iter().map(|above| above.subject().to_string()).collect(),
    };
    record.chain = chain.iter().map(|above| above.as_der().to_vec()).collect();
    let mut inventory = office.inventory()?;
    inventory.record_event(
        "issuer-installed",
        serde_json::json!({
            "issuer": record.name,
            "certificate_sha256": hex::encode(sha256(certificate.as_der())),
            "key_sha256": hex::encode(pinned.sha256()),
        }),
        now(),
    )?;
    record.certificate = Some(Arc::new(certificate));
    office.home.save_issuer(&record)?;
    ui.print(&report)?;
    Ok(Exit::Done)
}

/// A CA that renames what it certifies is within its rights, but nobody should find out later.
fn warn_of_another_subject(office: &Office, name: &str, found: &DistinguishedName) {
    use der::{Decode as _, Encode as _};
    let Ok(Some(request)) = office.home.request(name) else { return };
    let requested = pem::der_or_pem(pem::CERTIFICATE_REQUEST, &request)
        .ok()
        .and_then(|der| x509_cert::request::CertReq::from_der(&der).ok())
        .and_then(|request| request.info.subject.to_der().ok())
        .and_then(|der| DistinguishedName::from_der(&der).ok());
    if let Some(requested) = requested.filter(|requested| requested.as_der() != found.as_der()) {
        office.ui.warn(format!("the request was for {requested}, the certificate is for {found}"));
    }
}

/// Every certificate of a file, at least one.
fn read_certificates(path: &Path) -> Result<Vec<Vec<u8>>, Failure> {
    let shown = escaped(&path.to_string_lossy());
    let content =
        std::fs::read(path).map_err(|error| Failure::io(format!("cannot read {shown}"), error))?;
    match std::str::from_utf8(&content) {
        Ok(text) if text.contains("-----BEGIN ") => pem::decode_all(pem::CERTIFICATE, text)
            .map_err(|error| {
                Failure::new(Exit::Refused, error).context(format!("{shown} holds no certificates"))
            }),
        _ => Ok(vec![content]),
    }
}
