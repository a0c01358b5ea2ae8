//! `keystead ocsp`: answers about the status of certificates.

use std::sync::Arc;

use clap::{Args, Subcommand};
use keystead::base::clock::Timestamp;
use keystead::config::{IssuerRecord, ResponderRecord};
use keystead::inventory::Inventory;
use keystead::ocsp::Party;
use keystead::token::{KeySelector, Token};

use crate::cli::args::Globals;
use crate::cli::context::Office;
use crate::cli::exit::{Exit, Failure};
use crate::cli::report::Ui;

mod presign;
mod serve;
mod setup;

/// Tell clients whether a certificate is revoked (OCSP)
///
/// An issuer's OCSP responder has a key of its own in the token and a short-lived certificate of the
/// issuer: `ocsp setup` makes both. `ocsp serve` answers from the inventory, `ocsp presign`
/// signs answers in advance for a web server that has none of it.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead ocsp setup example
  keystead ocsp serve --listen 127.0.0.1:8080
  keystead ocsp presign --out ./responses")]
pub(crate) struct Noun {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Setup(setup::Command),
    Serve(serve::Command),
    Presign(presign::Command),
}

pub(crate) fn run(noun: Noun, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    match noun.verb {
        Verb::Setup(command) => setup::run(&command, globals, ui),
        Verb::Serve(command) => serve::run(&command, globals, ui),
        Verb::Presign(command) => presign::run(&command, globals, ui),
    }
}

/// The responders of these issuers, or of all that have one.
fn responders(
    office: &Office,
    names: &[String],
) -> Result<Vec<(IssuerRecord, ResponderRecord)>, Failure> {
    let issuers = match names {
        [] => office.home.issuers()?,
        names => {
            names.iter().map(|name| office.certified_issuer(name)).collect::<Result<_, _>>()?
        }
    };
    let mut found = Vec::new();
    for issuer in issuers {
        let Some(certificate) = &issuer.certificate else { continue };
        match office.home.responder(&issuer.name, certificate)? {
            Some(responder) => found.push((issuer, responder)),
            None if names.is_empty() => {}
            None => {
                return Err(Failure::usage(format!(
                    "the issuer {:?} has no OCSP responder",
                    issuer.name
                ))
                .hint(format!("keystead ocsp setup {}", issuer.name)));
            }
        }
    }
    if found.is_empty() {
        return Err(Failure::usage("no issuer of this home has an OCSP responder")
            .hint("`keystead ocsp setup ISSUER` makes one"));
    }
    Ok(found)
}

/// Opens the key of a responder whose certificate is valid now.
fn party(
    (issuer, responder): (IssuerRecord, ResponderRecord),
    token: &Token,
    inventory: &mut Inventory,
    now: Timestamp,
) -> Result<Party, Failure> {
    let mut certificates = responder.certificates.into_iter().rev();
    let valid = certificates.find(|certificate| certificate.validity().contains(now));
    let Some(certificate) = valid else {
        return Err(Failure::failed(format!(
            "no certificate of the OCSP responder of {:?} is valid now",
            issuer.name
        ))
        .hint(format!("keystead ocsp setup {}", issuer.name)));
    };
    let selector = KeySelector { label: Some(responder.key_label), id: Some(responder.key_id) };
    let key = token.open_key(&selector, Some(&responder.spki), responder.signature, inventory)?;
    Ok(Party::new(issuer.name, certificate, Arc::new(key), issuer.ocsp.lifetime))
}
