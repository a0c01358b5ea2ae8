//! The command line program: arguments in, a report or a failure and an exit code out.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use keystead::base::text::printable;

mod args;
mod commands;
mod context;
mod exit;
mod failure;
mod files;
mod inputs;
mod process;
mod profiles;
mod prompt;
mod report;
mod stream;
mod values;

use args::{Cli, Command};
use exit::{Exit, Failure};
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
        Command::Profile(noun) => commands::profile::run(noun, &globals, ui),
        Command::Sign(command) => commands::sign::run(command, &globals, ui),
        Command::K8s(noun) => commands::k8s::run(noun, &globals, ui),
        Command::Revoke(command) => commands::revoke::run(command, &globals, ui),
        Command::Crl(noun) => commands::crl::run(noun, &globals, ui),
        Command::Ocsp(noun) => commands::ocsp::run(noun, &globals, ui),
        Command::Lint(noun) => commands::lint::run(noun, ui),
        Command::Inventory(noun) => commands::inventory::run(noun, &globals, ui),
        Command::Audit(noun) => commands::audit::run(noun, &globals, ui),
        Command::Status(command) => commands::status::run(&command, &globals, ui),
        Command::Bench(command) => commands::bench::run(command, &globals, ui),
        Command::Completions(command) => commands::completions::run(&command),
    }
}

/// Help and version go to standard output and are no failure; everything else is.
fn tell_usage(error: &clap::Error) -> ExitCode {
    let plain = error.render().to_string();
    let safe = printable(&without_line_ends_of_arguments(plain.clone()));
    // A closed pipe (`keystead --help | head`) is nobody's failure.
    if safe == plain {
        let _ = error.print();
    } else {
        // A shell pattern hands over file names of a stranger's medium, and clap repeats arguments.
        let _ = std::io::stderr().write_all(safe.as_bytes());
    }
    let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
    ExitCode::from(exit as u8)
}

/// An argument that is repeated in `text` makes no line of its own.
fn without_line_ends_of_arguments(mut text: String) -> String {
    for argument in std::env::args_os() {
        let argument = argument.to_string_lossy();
        let value = argument.split_once('=').map_or(&*argument, |(_, value)| value);
        for part in [&*argument, value].into_iter().filter(|part| part.contains('\n')) {
            text = text.replace(part, &part.replace('\n', "\\u{a}"));
        }
    }
    text
}
