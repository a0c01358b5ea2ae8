//! What commands share: the home, its profiles and inventory, the token, an issuer ready to sign.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use keystead::audit::Actor;
use keystead::base::clock::{Clock as _, SystemClock};
use keystead::base::serial::OsSerials;
use keystead::base::spki::Spki;
use keystead::config::{Home, IssuerRecord};
use keystead::inventory::Inventory;
use keystead::issuance::{Desk, Issuer};
use keystead::lint::{Linter, Linters, Registry};
use keystead::profile::Profile;
use keystead::publish::{self, Access};
use keystead::request::WeakKeyList;
use keystead::token::{KeySelector, PinSource, Token, TokenSettings};

use super::args::Globals;
use super::exit::{Exit, Failure};
use super::profiles::ProfileSource;
use super::prompt;
use super::report::{Ui, escaped};

/// A home that a command works in. The inventory and the token are opened when they are needed.
pub(crate) struct Office {
    /// The home.
    pub(crate) home: Home,
    /// The lint rules, with the external linters that the settings name.
    pub(crate) registry: Registry,
    /// Where to print.
    pub(crate) ui: Ui,
}

/// An issuer that can sign, with the store that records it.
pub(crate) struct OpenIssuer {
    /// The certificate bound to the token key.
    pub(crate) issuer: Issuer,
    /// What the home says of it.
    pub(crate) record: IssuerRecord,
}

impl Office {
    /// Opens the home that the command line, `KEYSTEAD_HOME` or the current folder names.
    pub(crate) fn open(globals: &Globals, ui: Ui) -> Result<Self, Failure> {
        let home = match &globals.home {
            Some(path) => Home::open(path)?,
            None => Home::open(Path::new(".")).map_err(|error| match error {
                keystead::config::ConfigError::NotAHome(_) => Failure::usage(
                    "no home is given, and the current folder is none (it has no keystead.toml)",
                )
                .hint(HOME_HINT),
                other => other.into(),
            })?,
        };
        let registry = registry(&home)?;
        Ok(Self { home, registry, ui })
    }

    /// The token settings of the home, parsed. Relative paths start at the home.
    pub(crate) fn token_settings(&self) -> Result<TokenSettings, Failure> {
        let table = self.home.token();
        let settings = self.home.path().join(keystead::config::SETTINGS_FILE);
        let wrong = |key: &str, failure: Failure| {
            failure.context(format!("{}: token.{key} is not usable", settings.display()))
        };
        let uri = table.uri.parse().map_err(|error| wrong("uri", usage(error)))?;
        let pin_source = match table.pin_source.parse() {
            Ok(PinSource::File(path)) => PinSource::File(self.home.path().join(path)),
            Ok(other) => other,
            Err(error) => return Err(wrong("pin-source", usage(error))),
        };
        // A bare name is searched for by the dynamic linker, a path with a folder is one of ours.
        let module = match table.module.parent() {
            Some(parent) if parent != Path::new("") => self.home.path().join(&table.module),
            _ => table.module.clone(),
        };
        Ok(TokenSettings { module, uri, pin_source, workers: table.workers })
    }

    /// Logs in to the token of the home.
    pub(crate) fn token(&self) -> Result<Token, Failure> {
        Ok(Token::open(&self.token_settings()?, &prompt::pin)?)
    }

    /// Opens the store of the home, and tells of signatures whose fate is not known.
    pub(crate) fn inventory(&self) -> Result<Inventory, Failure> {
        let inventory = Inventory::open(self.home.path(), Actor::current())?;
        let open = inventory.maybe_signed()?;
        if let Some(first) = open.first() {
            self.ui.warn(format!(
                "{} signature(s) of earlier runs were recorded but never completed, the first for \
                 {} on {}; see `keystead status`",
                open.len(),
                escaped(&first.subject),
                first.at
            ));
        }
        Ok(inventory)
    }

    /// The profile `name`: the site's own before the shipped one.
    pub(crate) fn profile(&self, name: &str) -> Result<Arc<Profile>, Failure> {
        let source = ProfileSource::named(Some(&self.home), name)?;
        source.load().map(Arc::new)
    }

    /// The issuer `name` with its certificate; refuses one that still waits for it.
    pub(crate) fn certified_issuer(&self, name: &str) -> Result<IssuerRecord, Failure> {
        let record = self.home.issuer(name)?;
        if record.certificate.is_none() {
            return Err(Failure::usage(format!("the issuer {name:?} has no certificate yet"))
                .hint(format!(
                    "when its request is signed: keystead ca install {name} CERTIFICATE"
                )));
        }
        Ok(record)
    }

    /// Refuses a profile that the issuer is not for.
    pub(crate) fn refuse_profile(&self, issuer: &IssuerRecord, name: &str) -> Result<(), Failure> {
        match &issuer.profiles {
            Some(allowed) if !allowed.iter().any(|known| known == name) => {
                Err(Failure::refused(format!(
                    "the issuer {:?} does not sign under the profile {name:?}, only under {}",
                    issuer.name,
                    allowed.join(", ")
                ))
                .hint(format!("the list is in issuers/{}/issuer.toml", issuer.name)))
            }
            _ => Ok(()),
        }
    }

    /// Refuses a name that is taken, before anything is made for it.
    pub(crate) fn refuse_known_issuer(&self, name: &str) -> Result<(), Failure> {
        if !self.home.has_issuer(name)? {
            return Ok(());
        }
        let record = self.home.issuer(name)?;
        let failure = Failure::usage(format!("there is an issuer {name:?} in this home already"));
        Err(match record.certificate {
            Some(_) => failure.hint("`keystead ca show` shows it; choose another name"),
            None => failure.hint(format!(
                "it waits for its certificate: keystead ca install {name} CERT --chain FILE"
            )),
        })
    }

    /// Opens the key of an issuer in the token. The key must be the pinned one.
    pub(crate) fn open_issuer(
        &self,
        record: IssuerRecord,
        token: &Token,
        inventory: &mut Inventory,
    ) -> Result<OpenIssuer, Failure> {
        let Some(certificate) = record.certificate.clone() else {
            return Err(Failure::usage(format!("the issuer {:?} has no certificate", record.name)));
        };
        let spki = pinned_key(&record)?;
        let key = token.open_key(&selector(&record), Some(&spki), record.signature, inventory)?;
        let issuer = Issuer::new(record.name.clone(), certificate, Arc::new(key))?
            .with_weak_keys(Arc::new(self.weak_keys()?))
            .with_pointers(record.pointers());
        Ok(OpenIssuer { issuer, record })
    }

    /// [`weak_keys`] of the home.
    pub(crate) fn weak_keys(&self) -> Result<WeakKeyList, Failure> {
        weak_keys(&self.home)
    }
}

/// The home that the command line or `KEYSTEAD_HOME` names, or the current folder if it is one: for
/// commands that can do without.
pub(crate) fn home_if_any(globals: &Globals) -> Result<Option<Home>, Failure> {
    match &globals.home {
        Some(path) => Ok(Some(Home::open(path)?)),
        None => match Home::open(Path::new(".")) {
            Ok(home) => Ok(Some(home)),
            Err(keystead::config::ConfigError::NotAHome(_)) => Ok(None),
            Err(error) => Err(error.into()),
        },
    }
}

/// The lint rules of a home. A linter's program is searched for in PATH; one with a folder in its name is
/// a path that starts at the home.
pub(crate) fn registry(home: &Home) -> Result<Registry, Failure> {
    let settings = home.path().join(keystead::config::SETTINGS_FILE);
    let wrong = |error| usage(error).context(format!("{}: [[linter]]", shown(&settings)));
    let linters = home.linters().iter().map(|table| {
        let mut command = table.command.clone();
        if let Some(program) = command.first_mut()
            && program.contains('/')
        {
            *program = home.path().join(&*program).to_string_lossy().into_owned();
        }
        let kinds = table.kinds.as_deref();
        Linter::new(&table.name, command, table.timeout_seconds, kinds, table.max_parallel)
    });
    let linters = linters.collect::<Result<Vec<_>, _>>().map_err(wrong)?;
    Ok(Registry::with_linters(Linters::new(linters).map_err(wrong)?))
}

/// The lists of weak keys: the system's, and those that the settings of the home name.
pub(crate) fn weak_keys(home: &Home) -> Result<WeakKeyList, Failure> {
    let lists = &home.request_settings().weak_keys;
    let paths: Vec<_> = lists.iter().map(|path| home.path().join(path)).collect();
    WeakKeyList::load(&paths).map_err(|error| {
        Failure::new(Exit::Failed, error)
            .hint("request.weak-keys in keystead.toml names lists beside the installed one")
    })
}

/// The public key that an issuer is pinned to.
pub(crate) fn pinned_key(record: &IssuerRecord) -> Result<Spki, Failure> {
    Spki::from_der(&record.spki_der).map_err(|error| {
        Failure::new(Exit::Failed, error)
            .context(format!("the pinned key of the issuer {:?} cannot be read", record.name))
    })
}

/// Where the token keeps an issuer's key.
pub(crate) fn selector(record: &IssuerRecord) -> KeySelector {
    KeySelector { label: Some(record.key_label.clone()), id: Some(record.key_id.clone()) }
}

/// Runs `work` at a desk with the host's clock, fresh serials, and the lint rules of an [`Office`].
pub(crate) fn at_desk<T>(
    registry: &Registry,
    inventory: &mut Inventory,
    work: impl FnOnce(&mut Desk<'_>) -> T,
) -> T {
    let serials = OsSerials(inventory.instance());
    let mut desk = Desk { clock: &SystemClock, serials: &serials, registry, inventory };
    work(&mut desk)
}

/// The present second.
pub(crate) fn now() -> keystead::base::clock::Timestamp {
    SystemClock.now()
}

/// Makes the folder for outputs if needed, and refuses one that cannot be written to before anything is
/// signed.
pub(crate) fn prepare_output_folder(path: &Path) -> Result<(), Failure> {
    publish::create_dir(path, Access::Public)?;
    writable(path)
}

/// Refuses a folder that cannot be written to, or made, before anything is signed; makes nothing.
pub(crate) fn refuse_unwritable(folder: &Path) -> Result<(), Failure> {
    let here = Path::new(".");
    writable(folder.ancestors().find(|above| above.exists()).unwrap_or(here))
}

/// Refuses an output file that exists already or cannot be created, before anything is signed.
pub(crate) fn prepare_output_file(path: &Path) -> Result<(), Failure> {
    if path.symlink_metadata().is_ok() {
        return Err(exists(&[path.to_owned()]));
    }
    writable(match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    })
}

/// Outputs that are there already.
pub(crate) fn exists(paths: &[PathBuf]) -> Failure {
    let shown: Vec<_> = paths.iter().take(5).map(|path| escaped(&path.to_string_lossy())).collect();
    let more =
        if paths.len() > 5 { format!(" and {} more", paths.len() - 5) } else { String::new() };
    let verb = if paths.len() == 1 { "exists" } else { "exist" };
    Failure::usage(format!("{}{more} {verb} already, nothing is overwritten", shown.join(", ")))
}

/// Tries it: permissions alone tell nothing to root, or about a file system without writing.
fn writable(folder: &Path) -> Result<(), Failure> {
    tempfile::tempfile_in(folder).map(drop).map_err(|error| {
        Failure::io(format!("cannot write to the folder {}", shown(folder)), error)
            .hint("nothing was signed; give a folder that this account can write to")
    })
}

fn shown(path: &Path) -> String {
    escaped(&path.to_string_lossy())
}

fn usage(error: impl std::error::Error + Send + Sync + 'static) -> Failure {
    Failure::new(Exit::Usage, error)
}

/// How to come to a home.
pub(crate) const HOME_HINT: &str = "name one with --home or KEYSTEAD_HOME, or make one: \
     keystead init HOME --module MODULE --token LABEL --pin-source SOURCE";
