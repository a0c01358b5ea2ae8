//! `keystead ocsp serve`: answers over HTTP until it is told to end.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use clap::{Args, ValueEnum};
use keystead::base::clock::{Clock as _, SystemClock};
use keystead::inventory::Inventory;
use keystead::ocsp::http::{self, Limits};
use keystead::ocsp::{Responder, Settings, UnknownSerial};
use serde::Serialize;

use super::{party, responders};
use crate::cli::args::Globals;
use crate::cli::context::{self, Office, now};
use crate::cli::exit::{Exit, Failure};
use crate::cli::report::{Page, Report, Ui, json_line, write_stdout};

/// Answer OCSP requests over HTTP
///
/// Both GET and POST, with the headers that caches need (RFC 6960, RFC 5019), from the inventory: a
/// revocation shows in the next answer. Each answer is linted and recorded before it is signed, and kept
/// in memory for half of its life ([ocsp] lifetime in issuer.toml). What was not issued is never good.
///
/// The server listens on this machine alone unless told otherwise, and speaks plain HTTP, as OCSP does:
/// put the web server of the site in front of it. It prints the address it listens on, and ends on
/// SIGTERM or SIGINT after the requests under way.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead ocsp serve
  keystead ocsp serve example --listen 127.0.0.1:0 --unknown status
  keystead ocsp serve --listen 192.0.2.10:80 --fresh 100")]
pub(super) struct Command {
    /// The issuers to answer for [default: all that have a responder]
    #[arg(value_name = "ISSUER")]
    issuers: Vec<String>,
    /// Where to listen; port 0 takes any that is free
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// What to say of a serial number that was never issued
    #[arg(long, value_name = "WHAT", default_value = "unauthorized")]
    unknown: Unknown,
    /// How many answers a second to sign for one request alone: with a nonce, about several
    /// certificates, about unknown ones; with 0 none
    #[arg(long, value_name = "N", default_value = "20")]
    fresh: u32,
    /// How many connections to serve at once
    #[arg(long, value_name = "N", default_value = "512",
        value_parser = clap::value_parser!(u16).range(1..=10_000))]
    connections: u16,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Unknown {
    /// The unsigned response `unauthorized`
    Unauthorized,
    /// A signed answer with the status `unknown`
    Status,
}

#[derive(Serialize)]
struct Listening {
    listening: String,
    issuers: Vec<String>,
}

impl Report for Listening {
    fn text(&self, page: &mut Page) {
        page.line(format!("listening on {} for {}", self.listening, self.issuers.join(", ")));
    }
}

pub(super) fn run(command: &Command, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    let office = Office::open(globals, ui)?;
    let records = responders(&office, &command.issuers)?;
    let listener = http::listen(command.listen).map_err(|error| {
        Failure::io(format!("cannot listen on {}", command.listen), error)
            .hint("--listen ADDRESS:PORT gives another place")
    })?;
    let address = listener.local_addr().map_err(|error| Failure::io("no address", error))?;
    let token = office.token()?;
    let mut inventory = office.inventory()?;
    let mut parties = Vec::new();
    for record in records {
        parties.push(party(record, &token, &mut inventory, now())?);
    }
    let source = Inventory::open_read_only(office.home.path())?;
    let settings = Settings {
        unknown: match command.unknown {
            Unknown::Unauthorized => UnknownSerial::Unauthorized,
            Unknown::Status => UnknownSerial::Status,
        },
        fresh_per_second: command.fresh,
        ..Settings::default()
    };
    let listening = Listening {
        listening: format!("http://{address}"),
        issuers: parties.iter().map(|party| party.name().to_owned()).collect(),
    };
    let source = Box::new(Mutex::new(source));
    let (registry, clock) = (context::registry(&office.home)?, Box::new(SystemClock));
    let home = office.home.clone();
    let responder = Responder::new(parties, settings, source, inventory, registry, clock)
        .with_renewals(Box::new(move |party| {
            // A certificate that is only half written is found the next time.
            let record = home.responder(party.name(), &party.issuer()).ok()??;
            let now = SystemClock.now();
            let mut newest = record.certificates.into_iter().rev();
            newest.find(|certificate| certificate.validity().contains(now))
        }));
    let say = || match ui.json() {
        true => json_line(&listening).and_then(|line| write_stdout(line.as_bytes())),
        false => ui.print(&listening),
    };
    let ready = || say().map_err(|failure| std::io::Error::other(failure.one_line()));
    let limits = Limits { connections: usize::from(command.connections), ..Limits::default() };
    http::serve(listener, Arc::new(responder), limits, http::signalled, ready)
        .map_err(|error| Failure::io("the server failed", error))?;
    ui.note("ended as told");
    Ok(Exit::Done)
}
