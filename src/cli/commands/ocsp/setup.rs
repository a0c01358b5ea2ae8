//! `keystead ocsp setup`: the key of an issuer's OCSP responder, and its certificate.

use std::path::PathBuf;

use clap::Args;
use keystead::base::algorithm::{KeyAlgorithm, SignatureAlgorithm};
use keystead::base::name::DistinguishedName;
use keystead::base::responder_cert::ResponderCert;
use keystead::config::{IssuerRecord, ResponderRecord};
use keystead::inventory::Inventory;
use keystead::issuance;
use keystead::token::Token;
use serde::Serialize;

use crate::cli::args::Globals;
use crate::cli::commands::ca::key::{NewKey, prepare};
use crate::cli::context::{Office, at_desk, now};
use crate::cli::exit::{Exit, Failure};
use crate::cli::report::{Page, Report, Ui, escaped};
use crate::cli::values;

/// Make an issuer's OCSP responder, or renew its certificate
///
/// The first time, a key is generated in the token. Then the issuer signs a certificate for it which is
/// good for OCSP answers alone. Nobody checks whether that one is revoked, so its life is short: run the
/// command from a timer. It does nothing while more than a third of the life is left; `ocsp serve` finds
/// the new certificate by itself.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead ocsp setup example
  keystead ocsp setup example --key rsa-2048 --days 14
  keystead ocsp setup example --renew")]
pub(super) struct Command {
    /// The issuer
    issuer: String,
    /// The kind of key to generate in the token, the first time
    #[arg(long, value_name = "ALGORITHM", value_parser = values::key_algorithm(),
        default_value = "ec-p256")]
    key: KeyAlgorithm,
    /// The label of the key in the token [default: the issuer's name and -ocsp]
    #[arg(long, value_name = "LABEL")]
    key_label: Option<String>,
    /// Use the key with that label which is in the token already
    #[arg(long)]
    existing_key: bool,
    /// How the responder signs [default: what is usual for the key]
    #[arg(long, value_name = "ALGORITHM", value_parser = values::signature_algorithm())]
    signature: Option<SignatureAlgorithm>,
    /// The name in the certificate [default: CN=ISSUER OCSP]
    #[arg(long, value_name = "DN")]
    subject: Option<DistinguishedName>,
    /// The profile of the certificate
    #[arg(long, default_value = "ocsp-responder", value_name = "PROFILE")]
    profile: String,
    /// How long the certificate is valid [default: what the profile says]
    #[arg(long, value_name = "N", value_parser = values::days)]
    days: Option<u64>,
    /// Make a new certificate although the old one has enough life left
    #[arg(long)]
    renew: bool,
}

#[derive(Serialize)]
struct Responder {
    issuer: String,
    new: bool,
    key_label: String,
    spki_sha256: String,
    subject: String,
    serial: String,
    not_after: String,
    /// None when nothing was made.
    certificate: Option<PathBuf>,
}

impl Report for Responder {
    fn text(&self, page: &mut Page) {
        let path = self.certificate.as_ref();
        page.fields([
            ("issuer", self.issuer.clone()),
            ("key", escaped(&self.key_label)),
            ("subject", self.subject.clone()),
            ("serial", self.serial.clone()),
            ("valid until", self.not_after.clone()),
            (
                "certificate",
                path.map_or_else(
                    || "unchanged".to_owned(),
                    |path| escaped(&path.to_string_lossy()),
                ),
            ),
        ]);
    }
}

pub(super) fn run(command: &Command, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    let office = Office::open(globals, ui)?;
    if let Some(signature) = command.signature.filter(|algorithm| !algorithm.fits(command.key)) {
        let key = command.key;
        return Err(Failure::usage(format!("the {key} key cannot make {signature} signatures")));
    }
    let issuer = office.certified_issuer(&command.issuer)?;
    let Some(certificate) = issuer.certificate.clone() else {
        return Err(Failure::usage(format!("the issuer {:?} has no certificate", issuer.name)));
    };
    office.refuse_profile(&issuer, &command.profile)?;
    let profile = office.profile(&command.profile)?;
    let subject = match &command.subject {
        Some(subject) => subject.clone(),
        // The name of an issuer has no character that means anything here.
        None => format!("CN={} OCSP", issuer.name)
            .parse()
            .map_err(|error| Failure::new(Exit::Usage, error))?,
    };
    let known = office.home.responder(&issuer.name, &certificate)?;
    if let Some(record) = &known
        && let Some(last) = record.certificates.last()
        && !command.renew
        && has_life_left(last)
    {
        ui.print(&report(record, last, None))?;
        ui.note("nothing to do: more than a third of its life is left (--renew makes another)");
        return Ok(Exit::Done);
    }
    let token = office.token()?;
    let mut inventory = office.inventory()?;
    let record = match known {
        Some(record) => record,
        None => new_key(command, &office, &issuer, &token, &mut inventory)?,
    };
    let open = office.open_issuer(issuer, &token, &mut inventory)?;
    let lifetime = command.days;
    let issued = at_desk(&office.registry, &mut inventory, |desk| {
        let key = &record.spki;
        issuance::create_responder(&open.issuer, &profile, &subject, lifetime, key, desk)
    })?;
    let made = ResponderCert::from_der(issued.as_der(), &certificate)
        .map_err(|error| Failure::new(Exit::Failed, error))?;
    let path = office.home.save_responder_certificate(&command.issuer, &made)?;
    ui.print(&report(&record, &made, Some(path)))?;
    Ok(Exit::Done)
}

fn has_life_left(certificate: &ResponderCert) -> bool {
    let (now, validity) = (now(), certificate.validity());
    let left = validity.not_after().as_unix().saturating_sub(now.as_unix());
    validity.contains(now) && left > validity.seconds() / 3
}

/// The key, pinned in the home.
fn new_key(
    command: &Command,
    office: &Office,
    issuer: &IssuerRecord,
    token: &Token,
    inventory: &mut Inventory,
) -> Result<ResponderRecord, Failure> {
    let usual = format!("{}-ocsp", issuer.name);
    let label = command.key_label.as_deref().unwrap_or(&usual);
    let key = match command.existing_key {
        true => NewKey::Find(None),
        false => NewKey::Generate(command.key),
    };
    let made = prepare(label, key, command.signature, token, inventory);
    let made = made.map_err(|(is_there, failure)| match is_there {
        true => failure.hint(format!(
            "the key {label:?} is in the token now; to go on with it, give --existing-key"
        )),
        false => failure,
    })?;
    // Whoever answers must not be able to issue.
    let spki = made.key.spki();
    for other in office.home.issuers()? {
        if other.spki_der == spki.as_der() {
            return Err(Failure::refused(format!(
                "the key {} is that of the issuer {:?}; a responder needs a key of its own",
                escaped(label),
                other.name
            )));
        }
    }
    let record = ResponderRecord {
        issuer: issuer.name.clone(),
        key_label: made.description.label.clone(),
        key_id: made.description.id.clone(),
        spki: spki.clone(),
        signature: made.key.algorithm(),
        certificates: Vec::new(),
    };
    office.home.save_responder(&record)?;
    Ok(record)
}

fn report(record: &ResponderRecord, last: &ResponderCert, made: Option<PathBuf>) -> Responder {
    Responder {
        issuer: record.issuer.clone(),
        new: made.is_some(),
        key_label: record.key_label.clone(),
        spki_sha256: hex::encode(record.spki.sha256()),
        subject: last.subject().to_string(),
        serial: hex::encode(last.serial()),
        not_after: last.validity().not_after().to_string(),
        certificate: made,
    }
}
