//! The command line: `keystead [--home DIR] <noun> <verb>`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::commands::{
    audit, bench, ca, completions, init, inventory, k8s, key, sign, status, token,
};

/// A certificate authority whose key never leaves the token.
///
/// The keys of its CAs are generated in a PKCS#11 token (an HSM, a smart card, SoftHSM) and stay there.
/// A home is a folder with settings, issuers, certificate profiles and the inventory of everything that
/// was ever signed. Nothing is signed that is not on record first.
#[derive(Debug, Parser)]
#[command(
    name = "keystead",
    version,
    max_term_width = 90,
    arg_required_else_help = true,
    subcommand_required = true,
    after_help = EXAMPLES,
    after_long_help = EXAMPLES_AND_CODES
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) globals: Globals,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  keystead token init --module /usr/lib/softhsm/libsofthsm2.so --label dev \\
      --pin-source file:pin --so-pin-source file:so-pin
  keystead init ./home --module /usr/lib/softhsm/libsofthsm2.so --token dev \\
      --pin-source file:pin
  keystead --home ./home ca root example --subject 'CN=Example Root,O=Example' \\
      --key ec-p256
  keystead --home ./home sign web.csr --issuer example --profile tls-server --out ./certs";

const EXAMPLES_AND_CODES: &str = "\
Examples:
  keystead token init --module /usr/lib/softhsm/libsofthsm2.so --label dev \\
      --pin-source file:pin --so-pin-source file:so-pin
  keystead init ./home --module /usr/lib/softhsm/libsofthsm2.so --token dev \\
      --pin-source file:pin
  keystead --home ./home ca root example --subject 'CN=Example Root,O=Example' \\
      --key ec-p256
  keystead --home ./home sign web.csr --issuer example --profile tls-server --out ./certs

Exit codes:
  0  done
  1  refused: a request, a policy or a lint rule said no
  2  usage: the command line or the settings make no sense
  3  failed: the token, the store or the system";

/// Options of every command.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Globals {
    /// The home to work in [default: the current folder, if it is one]
    #[arg(long, global = true, value_name = "DIR", env = "KEYSTEAD_HOME", hide_env_values = true)]
    pub(crate) home: Option<PathBuf>,
    /// Print one JSON document instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Say more on standard error; twice for details
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

/// The nouns.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Token(token::Noun),
    Init(init::Command),
    Key(key::Noun),
    Ca(ca::Noun),
    Sign(sign::Command),
    K8s(k8s::Noun),
    Inventory(inventory::Noun),
    Audit(audit::Noun),
    Status(status::Command),
    Bench(bench::Command),
    Completions(completions::Command),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
