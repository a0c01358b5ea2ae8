//! `keystead init`: a new home.

use std::path::{Path, PathBuf};

use clap::Args;
use keystead::audit::Actor;
use keystead::config::{Home, TokenTable};
use keystead::inventory::Inventory;
use keystead::token::{PinSource, TokenDescription, TokenUri, list_tokens};
use serde::Serialize;

use crate::cli::exit::{Exit, Failure};
use crate::cli::report::{Page, Report, Ui, escaped};

/// Make a home: the folder of a CA
///
/// A home holds the settings (keystead.toml), the issuers, profiles of your own and the inventory. No
/// key and no PIN is in it: keys stay in the token, the PIN comes from where --pin-source says each
/// time it is needed. The token must be there, exactly once, but is not logged in to.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead init ./home --module /usr/lib/softhsm/libsofthsm2.so --token dev \\
      --pin-source prompt
  keystead init /srv/ca --module /usr/lib/libhsm.so --pin-source credential:hsm-pin \\
      --token 'pkcs11:serial=0123456789abcdef'")]
pub(crate) struct Command {
    /// The folder to make; an empty one is taken as it is
    #[arg(value_name = "HOME")]
    path: PathBuf,
    /// The PKCS#11 module (a shared library)
    #[arg(long, value_name = "FILE")]
    module: PathBuf,
    /// The token: its label, or an RFC 7512 URI such as pkcs11:serial=0123
    #[arg(long, value_name = "LABEL")]
    token: String,
    /// Where the PIN comes from: prompt, file:PATH, fd:N or credential:NAME (systemd)
    #[arg(long, value_name = "SOURCE")]
    pin_source: String,
    /// Sessions that sign at once [default: one for each core, within the token's limit]
    #[arg(long, value_name = "N")]
    workers: Option<usize>,
}

#[derive(Serialize)]
struct Made {
    home: PathBuf,
    module: PathBuf,
    token: String,
    pin_source: String,
}

impl Report for Made {
    fn text(&self, page: &mut Page) {
        page.fields([
            ("home", escaped(&self.home.to_string_lossy())),
            ("module", escaped(&self.module.to_string_lossy())),
            ("token", escaped(&self.token)),
            ("pin source", escaped(&self.pin_source)),
        ]);
    }
}

pub(crate) fn run(command: Command, ui: Ui) -> Result<Exit, Failure> {
    let uri: TokenUri = if command.token.starts_with("pkcs11:") {
        command.token.parse()?
    } else {
        TokenUri::with_label(&command.token)?
    };
    let module = absolute_if_path(&command.module)?;
    let pin_source = match command.pin_source.parse()? {
        PinSource::File(path) => format!("file:{}", utf8(&absolute(&path)?)?),
        _ => command.pin_source,
    };
    utf8(&module)?;
    refuse_unclear_token(&list_tokens(&module)?, &uri)?;
    let table = TokenTable { module, uri: uri.to_string(), pin_source, workers: command.workers };
    let home = Home::create(&command.path, &table)?;
    Inventory::open(home.path(), Actor::current())?;
    let table = home.token();
    ui.print(&Made {
        home: home.path().to_owned(),
        module: table.module.clone(),
        token: table.uri.clone(),
        pin_source: table.pin_source.clone(),
    })?;
    ui.note("next: keystead --home HOME ca root NAME --subject 'CN=…,O=…' --key ec-p256");
    Ok(Exit::Done)
}

/// A token that is not there, or is there twice, is told of now and not when something is to be signed.
/// A token named by its serial is looked for at the first login.
fn refuse_unclear_token(tokens: &[TokenDescription], uri: &TokenUri) -> Result<(), Failure> {
    let Some(label) = uri.label() else { return Ok(()) };
    let matching: Vec<_> =
        tokens.iter().filter(|token| token.initialized && token.label == label).collect();
    let describe = |token: &TokenDescription| {
        format!("{} (serial {})", escaped(&token.label), escaped(&token.serial))
    };
    match matching.len() {
        1 => Ok(()),
        0 => {
            let known: Vec<_> =
                tokens.iter().filter(|token| token.initialized).map(describe).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            Err(Failure::failed(format!(
                "no token of the module is labelled {label:?}, found {known}"
            ))
            .hint("`keystead token init` prepares one"))
        }
        _ => {
            let named: Vec<_> = matching.into_iter().map(describe).collect();
            Err(Failure::failed(format!(
                "several tokens are labelled {label:?}: {}",
                named.join(", ")
            ))
            .hint("name one by its serial: --token 'pkcs11:serial=SERIAL'"))
        }
    }
}

/// A bare file name is left to the dynamic linker's search.
pub(crate) fn absolute_if_path(path: &Path) -> Result<PathBuf, Failure> {
    if path.parent() == Some(Path::new("")) && !path.exists() {
        return Ok(path.to_owned());
    }
    absolute(path)
}

fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path)
        .map_err(|error| Failure::io(format!("{} is no usable path", path.display()), error))
}

fn utf8(path: &Path) -> Result<&str, Failure> {
    path.to_str().ok_or_else(|| {
        Failure::usage(format!("{} is not UTF-8 and cannot be in keystead.toml", path.display()))
    })
}
