//! `keystead ca`: the life of an issuer.

use clap::{Args, Subcommand};

use crate::cli::args::Globals;
use crate::cli::exit::{Exit, Failure};
use crate::cli::report::Ui;

mod chain;
mod install;
pub(crate) mod key;
mod list;
mod request;
mod root;

/// Make and show issuers: roots, subordinates, their certificates
///
/// An issuer is a name, a key in the token and a CA certificate. A root signs its own certificate. A
/// subordinate makes a request, another CA signs it, and the certificate comes back with `ca install`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead ca root example-root --subject 'CN=Example Root,O=Example' \\
      --key ec-p384
  keystead ca request example-sub --subject 'CN=Example Sub,O=Example' \\
      --key ec-p256 --out sub.csr
  keystead --home ./sub ca install example-sub sub.crt --chain root.crt
  keystead --home ./sub ca list")]
pub(crate) struct Noun {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Root(root::Command),
    Request(request::Command),
    Install(install::Command),
    List(list::List),
    Show(list::Show),
}

pub(crate) fn run(noun: Noun, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    match noun.verb {
        Verb::Root(command) => root::run(command, globals, ui),
        Verb::Request(command) => request::run(command, globals, ui),
        Verb::Install(command) => install::run(&command, globals, ui),
        Verb::List(command) => list::run_list(&command, globals, ui),
        Verb::Show(command) => list::run_show(&command, globals, ui),
    }
}
