//! `keystead ca request`: a key in the token and a request for its certificate.

use std::path::PathBuf;

use clap::Args;
use keystead::base::name::DistinguishedName;
use keystead::base::pem;
use keystead::issuance;
use keystead::publish::{self, Access};
use serde::Serialize;

use super::key::KeyArgs;
use crate::cli::args::Globals;
use crate::cli::context::{Office, at_desk, prepare_output_file};
use crate::cli::exit::{Exit, Failure};
use crate::cli::report::{Page, Report, Ui, escaped};

/// Make a subordinate: generate its key in the token and sign a request for its certificate
///
/// The request (PKCS#10) goes to the CA above, in another home or at another company. Its certificate
/// comes back with `ca install`; until then the issuer waits and signs nothing. The request carries the
/// subject and the key alone: what the certificate allows is decided by who signs it.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead ca request example-sub --subject 'CN=Example Sub,O=Example' \\
      --key ec-p256 --out example-sub.csr
  keystead --home ./root sign example-sub.csr --issuer example-root \\
      --profile intermediate-ca --out .")]
pub(super) struct Command {
    /// The name of the issuer in this home: a-z, 0-9 and -
    name: String,
    /// The name to ask for (RFC 4514: the most specific first)
    #[arg(long, value_name = "DN")]
    subject: DistinguishedName,
    #[command(flatten)]
    key: KeyArgs,
    /// The profile that the subject must satisfy
    #[arg(long, default_value = "intermediate-ca", value_name = "PROFILE")]
    profile: String,
    /// Where to write the request, PEM; must not exist
    #[arg(long, value_name = "FILE.csr")]
    out: PathBuf,
}

#[derive(Serialize)]
struct Requested {
    issuer: String,
    subject: String,
    spki_sha256: String,
    request: PathBuf,
}

impl Report for Requested {
    fn text(&self, page: &mut Page) {
        page.fields([
            ("issuer", self.issuer.clone()),
            ("subject", self.subject.clone()),
            ("spki sha-256", self.spki_sha256.clone()),
            ("request", escaped(&self.request.to_string_lossy())),
        ]);
    }
}

pub(super) fn run(command: Command, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    let office = Office::open(globals, ui)?;
    command.key.check()?;
    office.refuse_known_issuer(&command.name)?;
    prepare_output_file(&command.out)?;
    let profile = office.profile(&command.profile)?;
    for name in command.key.profiles() {
        office.profile(name)?;
    }
    let token = office.token()?;
    let mut inventory = office.inventory()?;
    let key = command.key.prepare(&command.name, &token, &mut inventory)?;
    let label = command.key.label(&command.name);
    let go_on = |failure| command.key.how_to_go_on(failure, label);
    let issued = at_desk(&office.registry, &mut inventory, |desk| {
        issuance::create_request(&command.name, &profile, command.subject.clone(), &key.key, desk)
    })
    .map_err(|error| go_on(error.into()))?;
    let record = command.key.record(&command.name, &key, false);
    office.home.save_issuer(&record).map_err(|error| go_on(error.into()))?;
    office.home.save_request(&command.name, issued.as_der())?;
    let text = pem::encode(pem::CERTIFICATE_REQUEST, issued.as_der());
    publish::write_new(&command.out, text.as_bytes(), Access::Public).map_err(|error| {
        Failure::from(error).hint(format!(
            "the request is also in {}",
            office
                .home
                .request_path(&command.name)
                .map_or_else(|_| "the home".to_owned(), |path| escaped(&path.to_string_lossy()))
        ))
    })?;
    office.ui.print(&Requested {
        issuer: command.name.clone(),
        subject: command.subject.to_string(),
        spki_sha256: hex::encode(key.key.spki().sha256()),
        request: command.out.clone(),
    })?;
    office.ui.note(format!(
        "next: let the CA above sign it, then: keystead ca install {} CERT --chain FILE",
        command.name
    ));
    Ok(Exit::Done)
}
