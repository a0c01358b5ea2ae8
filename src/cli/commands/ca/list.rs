//! `keystead ca list` and `ca show`: the issuers of a home.

use clap::Args;
use keystead::base::{duration, pem};
use keystead::config::{CrlScope, IssuerRecord};
use serde::Serialize;

use crate::cli::args::Globals;
use crate::cli::context::{Office, now, pinned_key};
use crate::cli::exit::{Exit, Failure};
use crate::cli::report::{Page, Report, Ui, escaped, write_stdout};

/// List the issuers of the home
///
/// Each with its subject and the end of its validity, or that it waits for its certificate.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead --home ./home ca list
  keystead --home ./home ca list --json")]
pub(super) struct List {}

/// Show one issuer
///
/// Its key, its certificate, what is above it, and where its revocation is published, as issuer.toml
/// says. With --pem, the certificate and those above it,
/// the root included: what a relying party installs, or `ca install --chain` reads.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead --home ./home ca show example
  keystead --home ./home ca show example --pem > example-chain.pem")]
pub(super) struct Show {
    /// Which issuer
    name: String,
    /// Print certificates as PEM: this one first, the root last
    #[arg(long, conflicts_with = "json")]
    pem: bool,
}

#[derive(Serialize)]
struct Issuers(Vec<Issuer>);

#[derive(Serialize)]
struct Issuer {
    name: String,
    kind: &'static str,
    key_algorithm: String,
    key_label: String,
    key_id: String,
    spki_sha256: String,
    signature_algorithm: String,
    profiles: Option<Vec<String>>,
    crl: Crl,
    ocsp: Ocsp,
    ca_issuers: Option<String>,
    certificate: Option<Certificate>,
}

#[derive(Serialize)]
struct Crl {
    url: Option<String>,
    shards: u32,
    delta_url: Option<String>,
    lifetime_seconds: u64,
    overlap_seconds: u64,
    scope: CrlScope,
}

#[derive(Serialize)]
struct Ocsp {
    url: Option<String>,
    lifetime_seconds: u64,
}

#[derive(Serialize)]
struct Certificate {
    subject: String,
    issuer: String,
    serial: String,
    not_before: String,
    not_after: String,
    valid_now: bool,
    path_length: Option<u8>,
    key_id: String,
    chain: usize,
}

impl Report for Issuers {
    fn text(&self, page: &mut Page) {
        if self.0.is_empty() {
            page.line("no issuers yet");
            return;
        }
        page.table(
            &["name", "kind", "key", "subject", "not after"],
            self.0.iter().map(|issuer| {
                let (subject, until) = match &issuer.certificate {
                    Some(known) => (known.subject.clone(), known.not_after.clone()),
                    None => ("(waits for its certificate)".to_owned(), String::new()),
                };
                vec![
                    issuer.name.clone(),
                    issuer.kind.to_owned(),
                    issuer.key_algorithm.clone(),
                    subject,
                    until,
                ]
            }),
        );
    }
}

impl Report for Issuer {
    fn text(&self, page: &mut Page) {
        page.fields([
            ("issuer", self.name.clone()),
            ("kind", self.kind.to_owned()),
            ("key", self.key_algorithm.clone()),
            ("key label", escaped(&self.key_label)),
            ("key id", self.key_id.clone()),
            ("spki sha-256", self.spki_sha256.clone()),
            ("signs with", self.signature_algorithm.clone()),
            (
                "profiles",
                self.profiles.as_ref().map_or_else(|| "all".to_owned(), |names| names.join(", ")),
            ),
        ]);
        page.fields(self.revocation());
        let Some(known) = &self.certificate else {
            page.line("certificate:  none yet, see `keystead ca install`");
            return;
        };
        let until = if known.valid_now { "" } else { "  (not valid now)" };
        page.fields([
            ("subject", known.subject.clone()),
            ("issued by", known.issuer.clone()),
            ("serial", known.serial.clone()),
            ("valid from", known.not_before.clone()),
            ("valid until", format!("{}{until}", known.not_after)),
            (
                "path length",
                known.path_length.map_or_else(|| "no limit".to_owned(), |n| n.to_string()),
            ),
            ("key identifier", known.key_id.clone()),
        ]);
    }
}

impl Issuer {
    /// What its `issuer.toml` says about revocation.
    fn revocation(&self) -> [(&'static str, String); 5] {
        let place = |url: &Option<String>| match url {
            Some(url) => escaped(url),
            None => "not named in certificates".to_owned(),
        };
        let crl = &self.crl;
        let listed = match crl.scope {
            CrlScope::All => "all certificates",
            CrlScope::User => "certificates that are no CA's",
            CrlScope::Ca => "CA certificates",
        };
        let shards = match crl.shards {
            1 => String::new(),
            shards => format!(" ({shards} shards)"),
        };
        let life = format!(
            "{}, the next one is due {} before its end; lists {listed}",
            duration::shown(crl.lifetime_seconds),
            duration::shown(crl.overlap_seconds)
        );
        [
            ("crl", place(&crl.url) + &shards),
            ("delta crl", crl.delta_url.as_deref().map(escaped).unwrap_or_default()),
            ("crl lives", life),
            ("ocsp", place(&self.ocsp.url)),
            ("ca issuers", place(&self.ca_issuers)),
        ]
    }
}

pub(super) fn run_list(_command: &List, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    let office = Office::open(globals, ui)?;
    let issuers: Result<Vec<_>, Failure> = office.home.issuers()?.iter().map(describe).collect();
    ui.print(&Issuers(issuers?))?;
    Ok(Exit::Done)
}

pub(super) fn run_show(command: &Show, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    let office = Office::open(globals, ui)?;
    let record = office.home.issuer(&command.name)?;
    if !command.pem {
        ui.print(&describe(&record)?)?;
        return Ok(Exit::Done);
    }
    let record = office.certified_issuer(&command.name)?;
    let own = record.certificate.iter().map(|certificate| certificate.as_der());
    let text: String = own
        .chain(record.chain.iter().map(Vec::as_slice))
        .map(|der| pem::encode(pem::CERTIFICATE, der))
        .collect();
    write_stdout(text.as_bytes())?;
    Ok(Exit::Done)
}

fn describe(record: &IssuerRecord) -> Result<Issuer, Failure> {
    let spki = pinned_key(record)?;
    Ok(Issuer {
        name: record.name.clone(),
        kind: match &record.certificate {
            None => "waiting",
            Some(certificate) if certificate.is_self_issued() => "root",
            Some(_) => "subordinate",
        },
        key_algorithm: spki.algorithm().to_string(),
        key_label: record.key_label.clone(),
        key_id: hex::encode(&record.key_id),
        spki_sha256: hex::encode(spki.sha256()),
        signature_algorithm: record.signature.to_string(),
        profiles: record.profiles.clone(),
        crl: Crl {
            url: record.crl.url.clone(),
            shards: record.crl.shards,
            delta_url: record.crl.delta_url.clone(),
            lifetime_seconds: record.crl.lifetime,
            overlap_seconds: record.crl.overlap,
            scope: record.crl.scope,
        },
        ocsp: Ocsp { url: record.ocsp.url.clone(), lifetime_seconds: record.ocsp.lifetime },
        ca_issuers: record.ca_issuers.clone(),
        certificate: record.certificate.as_ref().map(|certificate| Certificate {
            subject: certificate.subject().to_string(),
            issuer: certificate.issuer().to_string(),
            serial: hex::encode(certificate.serial()),
            not_before: certificate.validity().not_before().to_string(),
            not_after: certificate.validity().not_after().to_string(),
            valid_now: certificate.validity().contains(now()),
            path_length: certificate.path_length(),
            key_id: hex::encode(certificate.key_id()),
            chain: record.chain.len(),
        }),
    })
}
