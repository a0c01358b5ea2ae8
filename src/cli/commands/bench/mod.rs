//! `keystead bench`: what this host and token can do, and how close the pipeline comes to it.

use clap::Args;
use keystead::base::algorithm::KeyAlgorithm;
use serde::Serialize;

use crate::cli::args::Globals;
use crate::cli::context::Office;
use crate::cli::exit::{Exit, Failure};
use crate::cli::report::{Page, Report, Ui};
use crate::cli::values;

mod pipeline;
mod rates;

/// Measure the token, and the whole pipeline against it
///
/// For each algorithm, with a key that exists only while it is measured: how often the token signs,
/// how often signatures are verified, and from them the floor: no certificate can cost less than one
/// signature of the token and two verifications, the request's and our own. Then a batch of P-256
/// requests goes through the whole pipeline, into a scratch inventory beside the real one and out to
/// files, everything durable. The ratio says how much of the floor is left.
///
/// Nothing is written to the inventory of the home, and the scratch is removed at the end.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead bench
  keystead bench --algorithm ec-p256 --count 10000
  keystead bench --algorithm ec-p256 --rows 1000000 --json")]
pub(crate) struct Command {
    /// Which kinds of keys; may be repeated [default: rsa-2048 ec-p256 ec-p384 ed25519]
    #[arg(long = "algorithm", value_name = "ALGORITHM", value_parser = values::key_algorithm())]
    algorithms: Vec<KeyAlgorithm>,
    /// Requests in the batch
    #[arg(long, value_name = "N", default_value_t = 2_000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    count: u64,
    /// Measure once more with that many rows in the scratch inventory; filling it takes a while
    #[arg(long, value_name = "N", default_value_t = 0)]
    rows: u64,
}

/// What was measured for one kind of key, all rates per second.
#[derive(Clone, Debug, Serialize)]
struct Measured {
    algorithm: String,
    /// Threads that sign and verify at once.
    workers: usize,
    /// Signatures of the token alone.
    raw_sign_per_s: f64,
    /// Verifications of such signatures.
    verify_per_s: f64,
    /// Verifications of the requests' signatures (P-256).
    request_verify_per_s: f64,
    /// 1 / (1/raw + 1/verify + 1/request).
    floor_per_s: f64,
    /// Certificates through the whole pipeline, durable.
    pipeline_per_s: f64,
    /// `pipeline_per_s / floor_per_s`.
    ratio: f64,
    /// Requests in the batch.
    count: u64,
    /// With `--rows`: rows of the inventory, and the pipeline with them.
    #[serde(skip_serializing_if = "Option::is_none")]
    filled: Option<Filled>,
}

#[derive(Clone, Debug, Serialize)]
struct Filled {
    rows: u64,
    pipeline_per_s: f64,
    /// Against the empty inventory.
    ratio_to_empty: f64,
}

#[derive(Serialize)]
#[serde(transparent)]
struct Table(Vec<Measured>);

impl Report for Table {
    fn text(&self, page: &mut Page) {
        page.table(
            &["algorithm", "workers", "sign/s", "verify/s", "floor/s", "pipeline/s", "ratio"],
            self.0.iter().map(|measured| {
                vec![
                    measured.algorithm.clone(),
                    measured.workers.to_string(),
                    format!("{:.0}", measured.raw_sign_per_s),
                    format!("{:.0}", measured.verify_per_s),
                    format!("{:.0}", measured.floor_per_s),
                    format!("{:.0}", measured.pipeline_per_s),
                    format!("{:.2}", measured.ratio),
                ]
            }),
        );
        for measured in &self.0 {
            let Some(filled) = &measured.filled else { continue };
            page.line(format!(
                "{} with {} rows: {:.0}/s, {:.2} of the empty inventory",
                measured.algorithm, filled.rows, filled.pipeline_per_s, filled.ratio_to_empty
            ));
        }
    }
}

pub(crate) fn run(command: Command, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    let office = Office::open(globals, ui)?;
    let token = office.token()?;
    let algorithms = if command.algorithms.is_empty() {
        vec![
            KeyAlgorithm::Rsa2048,
            KeyAlgorithm::EcP256,
            KeyAlgorithm::EcP384,
            KeyAlgorithm::Ed25519,
        ]
    } else {
        command.algorithms
    };
    ui.note(format!("making {} requests", command.count));
    let requests = pipeline::Requests::make(command.count)?;
    let mut scratch = pipeline::Scratch::new(&office)?;
    let mut table = Vec::new();
    for kind in algorithms {
        ui.note(format!("measuring {kind}"));
        let key = token.generate_throwaway(kind, kind.default_signature())?;
        let before = rates::measure(&key, &requests)?;
        let issuer = scratch.issuer(&key)?;
        let pipeline_per_s = scratch.run(&issuer, &requests)?;
        // Once before and once after, because the host does other things too.
        let rates = before.mean(rates::measure(&key, &requests)?);
        let floor_per_s = rates.floor();
        table.push(Measured {
            algorithm: kind.to_string(),
            workers: key.workers(),
            raw_sign_per_s: rates.sign,
            verify_per_s: rates.verify,
            request_verify_per_s: rates.verify_request,
            floor_per_s,
            pipeline_per_s,
            ratio: pipeline_per_s / floor_per_s,
            count: command.count,
            filled: None,
        });
    }
    if command.rows > 0 {
        let filler = token
            .generate_throwaway(KeyAlgorithm::EcP256, KeyAlgorithm::EcP256.default_signature())?;
        let issuer = scratch.issuer(&filler)?;
        scratch.fill(&issuer, &requests, command.rows, ui)?;
        for measured in &mut table {
            let kind: KeyAlgorithm =
                measured.algorithm.parse().map_err(|error| Failure::new(Exit::Failed, error))?;
            let key = token.generate_throwaway(kind, kind.default_signature())?;
            let issuer = scratch.issuer(&key)?;
            let rows = scratch.rows()?;
            let pipeline_per_s = scratch.run(&issuer, &requests)?;
            let ratio_to_empty = pipeline_per_s / measured.pipeline_per_s;
            measured.filled = Some(Filled { rows, pipeline_per_s, ratio_to_empty });
        }
    }
    ui.print(&Table(table))?;
    Ok(Exit::Done)
}
