//! `keystead completions`: what a shell needs to complete the rest.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::cli::args::Cli;
use crate::cli::exit::{Exit, Failure};
use crate::cli::report::write_stdout;

/// Print a completion script for a shell
///
/// The script goes to standard output; where a shell looks for it is in the shell's manual.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead completions bash > /etc/bash_completion.d/keystead
  keystead completions zsh > ~/.zfunc/_keystead")]
pub(crate) struct Command {
    /// Which shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(crate) fn run(command: &Command) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(command.shell, &mut Cli::command(), "keystead", &mut script);
    write_stdout(&script)?;
    Ok(Exit::Done)
}
