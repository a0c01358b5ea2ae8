//! The command line program: arguments in, a report or a failure and an exit code out.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

mod args;
mod commands;
mod context;
mod exit;
mod failure;
mod process;
mod prompt;
mod report;
mod stream;
mod values;

use args::{Cli, Command};
use exit::{Exit, Failure, printable};
use report::Ui;

/// Runs the command that the arguments name.
pub(crate) fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return tell_usage(&error),
    };
    process::start_logging(cli.globals.verbose);
    process::refuse_dumps();
    let ui = Ui::new(cli.globals.json);
    let exit = dispatch(cli, ui).unwrap_or_else(|failure| {
        ui.failure(&failure);
        failure.exit()
    });
    ExitCode::from(exit as u8)
}

fn dispatch(cli: Cli, ui: Ui) -> Result<Exit, Failure> {
    let globals = cli.globals;
    match cli.command {
        Command::Token(noun) => commands::token::run(noun, &globals, ui),
        Command::Init(command) => commands::init::run(command, ui),
        Command::Key(noun) => commands::key::run(noun, &globals, ui),
        Command::Ca(noun) => commands::ca::run(noun, &globals, ui),
        Command::Sign(command) => commands::sign::run(command, &globals, ui),
        Command::K8s(noun) => commands::k8s::run(noun, &globals, ui),
        Command::Inventory(noun) => commands::inventory::run(noun, &globals, ui),
        Command::Audit(noun) => commands::audit::run(noun, &globals, ui),
        Command::Status(command) => commands::status::run(&command, &globals, ui),
        Command::Bench(command) => commands::bench::run(command, &globals, ui),
        Command::Completions(command) => commands::completions::run(&command),
    }
}

/// Help and version go to standard output and are no failure; everything else is. What was typed (or
/// what a shell put in the place of a `*`) is repeated escaped, and so without colours.
fn tell_usage(error: &clap::Error) -> ExitCode {
    // A closed pipe (`keystead --help | head`) is nobody's failure.
    if !error.use_stderr() {
        let _ = error.print();
        return ExitCode::from(Exit::Done as u8);
    }
    let _ = std::io::stderr().write_all(printable(&error.render().to_string()).as_bytes());
    ExitCode::from(Exit::Usage as u8)
}
