//! The command line: `keystead [--home DIR] <noun> <verb>`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::commands::{
    audit, bench, ca, completions, crl, init, inventory, k8s, key, lint, ocsp, profile, revoke,
    sign, status, token,
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
    max_term_width = 80,
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

/// A macro, since `concat!` takes literals only.
macro_rules! examples {
    () => {
        "\
Examples:
  keystead token init --module /usr/lib/softhsm/libsofthsm2.so --label dev \\
      --pin-source file:pin --so-pin-source file:so-pin
  keystead init ./home --module /usr/lib/softhsm/libsofthsm2.so --token dev \\
      --pin-source file:pin
  keystead --home ./home ca root example --subject 'CN=Example Root,O=Example' \\
      --key ec-p256
  keystead --home ./home sign web.csr --issuer example --profile tls-server \\
      --out ./certs"
    };
}

const EXAMPLES: &str = examples!();

const EXAMPLES_AND_CODES: &str = concat!(
    examples!(),
    "

Exit codes:
  0  done
  1  refused: a request, a policy or a lint rule said no
  2  usage: the command line or the settings make no sense
  3  failed: the token, the store or the system
  4  attention: lint found warnings but no errors, or something is due
  5  overdue: something has ended"
);

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
    Profile(profile::Noun),
    Sign(sign::Command),
    K8s(k8s::Noun),
    Revoke(revoke::Command),
    Crl(crl::Noun),
    Ocsp(ocsp::Noun),
    Lint(lint::Noun),
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

    /// Every command of the tree with the words that lead to it.
    fn walk(command: &clap::Command, path: &str, all: &mut Vec<(String, clap::Command)>) {
        all.push((path.to_owned(), command.clone()));
        for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
            walk(sub, &format!("{path} {}", sub.get_name()), all);
        }
    }

    fn commands() -> Vec<(String, clap::Command)> {
        let mut root = Cli::command().term_width(80);
        root.build();
        let mut all = Vec::new();
        walk(&root, "keystead", &mut all);
        all
    }

    /// The examples of a help text, continued lines joined, what a shell would do with it cut off.
    fn examples(help: &str) -> Vec<String> {
        let (_, text) = help.split_once("Examples:\n").unwrap_or_default();
        let text = text.split("\n\n").next().unwrap_or_default().replace("\\\n", " ");
        let keystead = text.lines().filter_map(|line| {
            let start = line.find("keystead ")?;
            Some(line[start..].split(['>', '|']).next().unwrap_or_default().trim().to_owned())
        });
        keystead.collect()
    }

    /// Words as a shell would make them, for text with single quotes only.
    fn words(line: &str) -> Vec<String> {
        let mut words = Vec::new();
        for (index, part) in line.split('\'').enumerate() {
            if index % 2 == 1 {
                words.push(part.to_owned());
            } else {
                words.extend(part.split_whitespace().map(str::to_owned));
            }
        }
        words
    }

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_help_text_has_a_paragraph_and_examples_and_fits_80_columns() {
        let mut wide = Vec::new();
        for (path, mut command) in commands() {
            let long = command.render_long_help().to_string();
            let lines = long.lines().filter(|line| line.chars().count() > 80);
            wide.extend(lines.map(|line| format!("{path}: {line}")));
            assert!(!examples(&long).is_empty(), "{path} has no example");
            let about = command.get_long_about().map(ToString::to_string).unwrap_or_default();
            assert!(about.contains("\n\n"), "{path} has no paragraph: {about:?}");
            let short = command.get_about().map(ToString::to_string).unwrap_or_default();
            assert!(!short.ends_with('.') || path == "keystead", "{path}: {short:?}");
        }
        assert!(wide.is_empty(), "{wide:#?}");
    }

    #[test]
    fn every_example_in_a_help_text_is_a_command_line_that_is_understood() {
        let mut seen = 0;
        for (path, mut command) in commands() {
            for example in examples(&command.render_long_help().to_string()) {
                let parsed = Cli::try_parse_from(words(&example.replace('…', "0")));
                assert!(parsed.is_ok(), "{path}: {example}\n{}", parsed.unwrap_err());
                seen += 1;
            }
        }
        assert!(seen > 20, "only {seen} examples were found");
    }
}
