//! `keystead bench`: what this host and token can do, and how close the pipeline comes to it.

use std::sync::Arc;

use clap::{Args, Subcommand};
use keystead::base::algorithm::KeyAlgorithm;
use keystead::bench::{Bench, BenchPlan, BenchRow, measure};
use keystead::token::Token;
use serde::Serialize;
use tempfile::TempDir;

use crate::cli::args::Globals;
use crate::cli::context::Office;
use crate::cli::exit::{Exit, Failure};
use crate::cli::report::{Page, Report, Ui};
use crate::cli::values;

mod revocation;

/// Measure the token, and the whole pipeline against it
///
/// For each algorithm, with a key that exists only while it is measured: how often the token signs,
/// how often such signatures are verified, and from them the floor, since no certificate can cost less
/// than one signature of the token and two verifications, the request's and our own. Then a batch of
/// requests goes through the pipeline, durable, into a scratch inventory on the disk of the home. The
/// ratio says how much of the floor is reached. Of five rounds the one with the middle ratio counts.
///
/// The request gate is measured too: step 1 on the same requests without the verification of their
/// signatures (the walk over the DER, two more parsers, the numbers of the key, names), and the check
/// of names that step 2 repeats. Their share is of the time that a worker has for one certificate.
///
/// Nothing is written to the inventory of the home, and the scratch is removed at the end.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead bench
  keystead bench --algorithm ec-p256 --count 10000
  keystead bench --algorithm ec-p256 --rows 1000000 --json
  keystead bench revocation")]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Command {
    #[command(subcommand)]
    other: Option<Other>,
    /// Which kinds of keys; may be repeated [default: rsa-2048 ec-p256 ec-p384 ed25519]
    #[arg(long = "algorithm", value_name = "ALGORITHM", value_parser = values::key_algorithm())]
    algorithms: Vec<KeyAlgorithm>,
    /// Certificates in a batch [default: what takes about two seconds, at most 10000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    count: Option<u32>,
    /// Measure with that many rows in the scratch inventory, in turns with an empty one
    #[arg(long, value_name = "N", default_value_t = 0)]
    rows: u64,
}

#[derive(Subcommand, Debug)]
enum Other {
    Revocation(revocation::Command),
}

/// What was measured for one kind of key, all rates per second.
#[derive(Serialize)]
struct Measured {
    #[serde(flatten)]
    row: BenchRow,
    /// Certificates in the batch.
    count: usize,
    /// Rows that were in the inventory before.
    rows: u64,
    /// With `--rows`: the pipeline's rate as a part of its rate in an empty inventory.
    #[serde(skip_serializing_if = "Option::is_none")]
    ratio_to_empty: Option<f64>,
}

#[derive(Serialize)]
#[serde(transparent)]
struct Table(Vec<Measured>);

impl Report for Table {
    fn text(&self, page: &mut Page) {
        page.table(
            &["algorithm", "workers", "sign/s", "verify/s", "floor/s", "pipeline/s", "ratio"],
            self.0.iter().map(|Measured { row, .. }| {
                vec![
                    row.algorithm.clone(),
                    row.workers.to_string(),
                    format!("{:.0}", row.raw_sign_per_s),
                    format!("{:.0}", row.verify_per_s),
                    format!("{:.0}", row.floor_per_s),
                    format!("{:.0}", row.pipeline_per_s),
                    format!("{:.2}", row.ratio),
                ]
            }),
        );
        page.line("");
        page.line("the request gate, per request and worker, as a part of the pipeline's time:");
        page.table(
            &["algorithm", "step 1 without signature", "names in step 2", "share"],
            self.0.iter().map(|Measured { row, .. }| {
                vec![
                    row.algorithm.clone(),
                    format!("{:.1} us", row.gate_us),
                    format!("{:.1} us", row.names_us),
                    format!("{:.1} %", row.gate_share * 100.0),
                ]
            }),
        );
        for measured in &self.0 {
            let Some(ratio) = measured.ratio_to_empty else { continue };
            page.line(format!(
                "{} with {} rows in the inventory: {ratio:.2} of the rate with none",
                measured.row.algorithm, measured.rows
            ));
        }
    }
}

pub(crate) fn run(command: Command, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    if let Some(Other::Revocation(command)) = &command.other {
        return revocation::run(command, globals, ui);
    }
    let office = Office::open(globals, ui)?;
    let token = office.token()?;
    let algorithms = match command.algorithms.as_slice() {
        [] => &[
            KeyAlgorithm::Rsa2048,
            KeyAlgorithm::EcP256,
            KeyAlgorithm::EcP384,
            KeyAlgorithm::Ed25519,
        ],
        chosen => chosen,
    };
    let mut table = Vec::new();
    for &kind in algorithms {
        ui.note(format!("measuring {kind}"));
        let bench = run_one(&office, &token, kind, &command)?;
        let pipeline_of_empty = bench.empty.pipeline_per_s;
        let (rows, ratio_to_empty) = match &bench.prefilled {
            Some(row) => (command.rows, Some(row.pipeline_per_s / pipeline_of_empty)),
            None => (0, None),
        };
        let row = bench.prefilled.unwrap_or(bench.empty);
        let measured = Measured { row, count: bench.certificates, rows, ratio_to_empty };
        table.push(measured);
    }
    ui.print(&Table(table))?;
    Ok(Exit::Done)
}

fn run_one(
    office: &Office,
    token: &Token,
    kind: KeyAlgorithm,
    command: &Command,
) -> Result<Bench, Failure> {
    let scratch = scratch(office)?;
    let key = token.generate_throwaway(kind, kind.default_signature())?;
    let plan = BenchPlan {
        certificates: command.count.map(|count| usize::try_from(count).unwrap_or(usize::MAX)),
        prefilled_rows: command.rows,
    };
    measure(Arc::new(key), scratch.path(), plan).map_err(|error| Failure::new(Exit::Failed, error))
}

/// A folder on the disk of the home, gone when it is dropped.
fn scratch(office: &Office) -> Result<TempDir, Failure> {
    tempfile::Builder::new()
        .prefix(".bench-")
        .tempdir_in(office.home.path())
        .map_err(|error| Failure::io("cannot make a scratch folder in the home", error))
}
