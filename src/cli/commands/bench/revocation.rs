//! `keystead bench revocation`: `status`, OCSP and CRLs with few certificates on record and with many.

use std::sync::Arc;

use clap::Args;
use keystead::base::algorithm::KeyAlgorithm;
use keystead::bench::{RevocationBench, measure_revocation};
use keystead::sign::Signer;
use serde::Serialize;

use super::scratch;
use crate::cli::args::Globals;
use crate::cli::context::Office;
use crate::cli::exit::{Exit, Failure};
use crate::cli::report::{Page, Report, Ui};
use crate::cli::values;

/// Measure revocation with few certificates on record and with many
///
/// With keys that exist only while it is measured, in scratch homes of 10000 and of ROWS certificates:
/// what `status` reads of the inventory; answers of `ocsp serve` that it has kept, to clients on this
/// host; then every certificate is revoked, and the CRL that lists them all is issued as `crl issue`
/// does it, after one that is in service. Beside that, `ocsp presign` for 5000 certificates against the
/// token: responses that are signed, verified, recorded and written, as a part of the floor of one
/// signature and one verification each, and of the token's raw rate. SoftHSM signs on the processors
/// that do the rest, so this is measured once more with 2 ms added to each signature, as a card or a
/// network takes them. The homes take turns; of five rounds the one in the middle counts.
///
/// Nothing is written to the inventory of the home, and the scratch is removed at the end.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead bench revocation
  keystead bench revocation --algorithm rsa-2048 --rows 100000 --json")]
pub(super) struct Command {
    /// The kind of the keys
    #[arg(long, value_name = "ALGORITHM", default_value = "ec-p256", value_parser = values::key_algorithm())]
    algorithm: KeyAlgorithm,
    /// Certificates in the larger inventory
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(10..=10_000_000))]
    rows: u64,
}

#[derive(Serialize)]
#[serde(transparent)]
struct Measured(RevocationBench);

impl Report for Measured {
    fn text(&self, page: &mut Page) {
        let RevocationBench { algorithm, presign, scales } = &self.0;
        page.line(format!("{algorithm}; presigned responses a second:"));
        page.table(
            &["token", "sign/s", "verify/s", "floor/s", "presign/s", "of the floor", "of sign/s"],
            presign.iter().map(|row| {
                vec![
                    match row.added_ms {
                        0 => "as it is".to_owned(),
                        added => format!("{added} ms slower"),
                    },
                    format!("{:.0}", row.raw_sign_per_s),
                    format!("{:.0}", row.verify_per_s),
                    format!("{:.0}", row.floor_per_s),
                    format!("{:.0}", row.presign_per_s),
                    format!("{:.2}", row.ratio),
                    format!("{:.2}", row.ratio_to_raw),
                ]
            }),
        );
        page.line("");
        page.table(
            &["certificates", "status", "kept answers/s", "CRL of all", "its size", "memory"],
            scales.iter().map(|row| {
                vec![
                    row.rows.to_string(),
                    format!("{:.3} s", row.status_s),
                    format!("{:.0}", row.answers_per_s),
                    format!("{:.2} s", row.crl_s),
                    mebibytes(u64::try_from(row.crl_octets).unwrap_or(u64::MAX)),
                    row.crl_peak_octets.map_or_else(|| "unknown".to_owned(), mebibytes),
                ]
            }),
        );
        let [small, large] = scales;
        page.line(format!(
            "kept answers with {} certificates: {:.2} of the rate with {}",
            large.rows,
            large.answers_per_s / small.answers_per_s,
            small.rows
        ));
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown with one place")]
fn mebibytes(octets: u64) -> String {
    format!("{:.1} MiB", octets as f64 / f64::from(1 << 20))
}

pub(super) fn run(command: &Command, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    let office = Office::open(globals, ui)?;
    let token = office.token()?;
    let kind = command.algorithm;
    let key = || -> Result<Arc<dyn Signer>, Failure> {
        Ok(Arc::new(token.generate_throwaway(kind, kind.default_signature())?))
    };
    let (ca, responder) = (key()?, key()?);
    ui.note(format!("measuring {kind} with {} certificates", command.rows));
    let scratch = scratch(&office)?;
    let measured = measure_revocation(&ca, &responder, scratch.path(), command.rows)
        .map_err(|error| Failure::new(Exit::Failed, error))?;
    ui.print(&Measured(measured))?;
    Ok(Exit::Done)
}
