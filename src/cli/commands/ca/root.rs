//! `keystead ca root`: a key in the token and its self-signed certificate.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use keystead::base::issuer_cert::IssuerCert;
use keystead::base::name::DistinguishedName;
use keystead::config::IssuerRecord;
use keystead::inventory::Inventory;
use keystead::issuance::{self, Issuer};
use keystead::revocation::issue::CrlKind;
use keystead::token::TokenKey;
use serde::Serialize;

use super::key::KeyArgs;
use crate::cli::args::Globals;
use crate::cli::commands::crl::issue::{issue_and_publish, published};
use crate::cli::context::{Office, at_desk, prepare_output_folder};
use crate::cli::exit::{Exit, Failure};
use crate::cli::report::{Page, Report, Ui};
use crate::cli::values;

/// Make a root: generate its key in the token and sign its own certificate
///
/// The key is generated with the attributes of one that cannot leave; then keystead tries to export it
/// in every way it knows and goes no further if one works. The certificate is linted and recorded
/// before it is signed and verified after. Everything is on record in the inventory. Its first CRL, an
/// empty one, is issued with it and published in the home's folder `published`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead ca root example --subject 'CN=Example Root,O=Example' --key ec-p256
  keystead ca root archive --subject 'CN=Archive,O=Example' --key rsa-4096 \\
      --days 7300 --signature rsa-pss-sha256
  keystead ca root example --subject 'CN=Example Root,O=Example' --existing-key")]
pub(super) struct Command {
    /// The name of the issuer in this home: a-z, 0-9 and -
    name: String,
    /// The name in the certificate (RFC 4514: the most specific first)
    #[arg(long, value_name = "DN")]
    subject: DistinguishedName,
    #[command(flatten)]
    key: KeyArgs,
    /// The profile of the root certificate
    #[arg(long, default_value = "root-ca", value_name = "PROFILE")]
    profile: String,
    /// How long it is valid [default: what the profile says]
    #[arg(long, value_name = "N", value_parser = values::days)]
    days: Option<u64>,
}

#[derive(Serialize)]
struct Root {
    issuer: String,
    subject: String,
    serial: String,
    not_after: String,
    spki_sha256: String,
    certificate: PathBuf,
    /// Its first CRL, which is empty.
    first_crl: Option<PathBuf>,
}

impl Report for Root {
    fn text(&self, page: &mut Page) {
        page.fields([
            ("issuer", self.issuer.clone()),
            ("subject", self.subject.clone()),
            ("serial", self.serial.clone()),
            ("valid until", self.not_after.clone()),
            ("spki sha-256", self.spki_sha256.clone()),
            ("certificate", self.certificate.display().to_string()),
            (
                "first CRL",
                self.first_crl.as_ref().map(|path| path.display().to_string()).unwrap_or_default(),
            ),
        ]);
    }
}

pub(super) fn run(command: Command, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    let office = Office::open(globals, ui)?;
    command.key.check()?;
    office.refuse_known_issuer(&command.name)?;
    let profile = office.profile(&command.profile)?;
    for name in command.key.profiles() {
        office.profile(name)?;
    }
    let token = office.token()?;
    let mut inventory = office.inventory()?;
    let key = command.key.prepare(&command.name, &token, &mut inventory)?;
    let label = command.key.label(&command.name);
    let go_on = |failure| command.key.how_to_go_on(failure, label);
    let mut record = command.key.record(&command.name, &key, true);
    let issued = at_desk(&office.registry, &mut inventory, |desk| {
        issuance::create_root(
            &command.name,
            &profile,
            command.subject.clone(),
            command.days,
            &key.key,
            desk,
        )
    })
    .map_err(|error| go_on(error.into()))?;
    let certificate = IssuerCert::from_der(issued.as_der())
        .map_err(|error| go_on(Failure::new(Exit::Failed, error)))?;
    let mut report = Root {
        issuer: command.name.clone(),
        subject: certificate.subject().to_string(),
        serial: hex::encode(certificate.serial()),
        not_after: certificate.validity().not_after().to_string(),
        spki_sha256: hex::encode(certificate.spki().sha256()),
        certificate: office.home.certificate_path(&command.name)?,
        first_crl: None,
    };
    record.certificate = Some(Arc::new(certificate));
    office.home.save_issuer(&record).map_err(|error| {
        Failure::from(error).hint(format!(
            "the certificate is in the inventory: keystead inventory show {} --pem; the same \
             command with --existing-key makes another one for the same key",
            report.serial
        ))
    })?;
    report.first_crl = first_crl(&office, record, key.key, &mut inventory)?;
    office.ui.print(&report)?;
    Ok(Exit::Done)
}

/// The CRL that relying parties look for from the first certificate on, in the folder of the home; none
/// of a root that may not sign any.
fn first_crl(
    office: &Office,
    record: IssuerRecord,
    key: TokenKey,
    inventory: &mut Inventory,
) -> Result<Option<PathBuf>, Failure> {
    let Some(certificate) = record.certificate.clone().filter(|root| root.signs_crls()) else {
        return Ok(None);
    };
    let later = format!("the root is made, its CRL is not: keystead crl issue {}", record.name);
    let issuer = Issuer::new(record.name.clone(), certificate, Arc::new(key))?;
    let out = published(office);
    let issued = prepare_output_folder(&out).and_then(|()| {
        issue_and_publish(office, &issuer, &record, CrlKind::Complete, inventory, &out)
    });
    Ok(issued.map_err(|failure| failure.hint(later))?.first_file())
}
