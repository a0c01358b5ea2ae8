//! `keystead crl status`: which CRLs of the home are due.

use clap::Args;
use keystead::audit::Actor;
use keystead::calendar::{Scope, survey};
use keystead::inventory::Inventory;

use crate::cli::args::Globals;
use crate::cli::commands::status::{Dates, Options, exit};
use crate::cli::context::Office;
use crate::cli::exit::{Exit, Failure};
use crate::cli::report::Ui;

/// Show which CRLs of the home are due, and which have ended
///
/// Of each issuer and distribution point the newest CRL counts, complete and delta. A CRL is due at
/// three quarters of its life, or earlier if `crl.overlap` in issuer.toml says so, or as soon as
/// revocations are on none; one that was never made although new certificates point to it is due too.
/// Neither token nor PIN is needed.
///
/// Exits with 0 when nothing is due, 4 when something is due, 5 when a CRL has ended.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead --home ./home crl status
  keystead --home ./home crl status --within 2d --json
  keystead --home ./home crl status --prometheus /var/lib/node/crl.prom")]
pub(super) struct Command {
    #[command(flatten)]
    options: Options,
}

pub(super) fn run(command: &Command, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    let office = Office::open(globals, ui)?;
    let inventory = Inventory::open(office.home.path(), Actor::current())?;
    let question = command.options.question(Scope::Crls, 0);
    let calendar = survey(&office.home.issuers()?, &inventory, &question)?;
    if !command.options.write(&calendar, ui)? {
        ui.print(&Dates::of(&calendar))?;
    }
    Ok(exit(&calendar))
}
