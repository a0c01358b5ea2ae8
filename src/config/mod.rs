//! The CA home on disk (`keystead.toml`, `issuers/`, `profiles/`) and its strict settings.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::base::pem;
use crate::base::spki::Spki;
use crate::publish::{self, Access};

mod error;
mod issuer;
mod pointers;
mod responder;
mod settings;

pub use crate::base::pointers::CrlScope;
pub use error::ConfigError;
pub use issuer::IssuerRecord;
pub use pointers::{CrlSettings, MAX_SHARDS, OcspSettings};
pub use responder::ResponderRecord;
pub use settings::{LinterTable, RequestTable, TokenTable};

/// The file that makes a folder a home.
pub const SETTINGS_FILE: &str = "keystead.toml";

/// An opened CA home.
#[derive(Clone, Debug)]
pub struct Home {
    path: PathBuf,
    settings: settings::Settings,
}

impl Home {
    /// Makes a new home with its settings, in a folder that is new or empty and is closed to others.
    ///
    /// # Errors
    /// [`ConfigError`], also when one is there already.
    pub fn create(path: &Path, token: &TokenTable) -> Result<Self, ConfigError> {
        let settings = path.join(SETTINGS_FILE);
        if settings.symlink_metadata().is_ok() {
            return Err(ConfigError::HomeExists(path.to_owned()));
        }
        publish::create_dir(path, Access::Private)?;
        let mut entries = path.read_dir().map_err(|source| io(path, "read", source))?;
        if entries.next().is_some() {
            return Err(ConfigError::NotEmpty(path.to_owned()));
        }
        publish::create_dir(&path.join("issuers"), Access::Private)?;
        publish::create_dir(&path.join("profiles"), Access::Private)?;
        let text = settings::render(token);
        let parsed = settings::parse(&settings, &text)?;
        publish::write_new(&settings, text.as_bytes(), Access::Public)?;
        Ok(Self { path: path.to_owned(), settings: parsed })
    }

    /// Opens a home.
    ///
    /// # Errors
    /// [`ConfigError`] names the file, the key and what was expected.
    pub fn open(path: &Path) -> Result<Self, ConfigError> {
        let settings = path.join(SETTINGS_FILE);
        if !settings.is_file() {
            return Err(ConfigError::NotAHome(path.to_owned()));
        }
        let settings = settings::parse(&settings, &read_text(&settings)?)?;
        Ok(Self { path: path.to_owned(), settings })
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The token settings.
    pub fn token(&self) -> &TokenTable {
        &self.settings.token
    }

    /// The settings for requests.
    pub fn request_settings(&self) -> &RequestTable {
        &self.settings.request
    }

    /// The external linters, in the order of the file.
    pub fn linters(&self) -> &[LinterTable] {
        &self.settings.linters
    }

    /// All issuers, by name.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn issuers(&self) -> Result<Vec<IssuerRecord>, ConfigError> {
        self.issuer_names()?.iter().map(|name| self.issuer(name)).collect()
    }

    /// One issuer.
    ///
    /// # Errors
    /// [`ConfigError`], listing the issuers there are.
    pub fn issuer(&self, name: &str) -> Result<IssuerRecord, ConfigError> {
        let folder = self.issuer_folder(name)?;
        if !folder.join(issuer::SETTINGS).is_file() {
            return Err(ConfigError::NoIssuer {
                home: self.path.clone(),
                found: name.to_owned(),
                known: self.issuer_names()?,
            });
        }
        issuer::load(name, &folder)
    }

    /// Whether there is an issuer of that name, complete or not.
    ///
    /// # Errors
    /// [`ConfigError::BadName`].
    pub fn has_issuer(&self, name: &str) -> Result<bool, ConfigError> {
        Ok(self.issuer_folder(name)?.join(issuer::SETTINGS).is_file())
    }

    /// Writes a new issuer, or the certificate and chain of one that waited for them. What is there is
    /// never changed otherwise.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn save_issuer(&self, record: &IssuerRecord) -> Result<(), ConfigError> {
        let folder = self.issuer_folder(&record.name)?;
        let settings = folder.join(issuer::SETTINGS);
        let spki = Spki::from_der(&record.spki_der)
            .map_err(|source| ConfigError::PinnedKey { path: settings.clone(), source })?;
        if self.has_issuer(&record.name)? {
            let present = issuer::load(&record.name, &folder)?;
            if present.certificate.is_some() || record.certificate.is_none() {
                return Err(ConfigError::IssuerExists(record.name.clone()));
            }
            if present.spki_der != record.spki_der {
                let pinned = crate::base::algorithm::sha256(&present.spki_der);
                return Err(ConfigError::OtherKey {
                    name: record.name.clone(),
                    expected: hex::encode(pinned),
                    found: hex::encode(spki.sha256()),
                });
            }
        } else {
            publish::create_dir(&folder, Access::Private)?;
            let text = issuer::render(record, &spki);
            publish::write_new(&settings, text.as_bytes(), Access::Public)?;
        }
        let Some(certificate) = &record.certificate else { return Ok(()) };
        let path = folder.join(issuer::CERTIFICATE);
        if certificate.spki() != &spki {
            return Err(ConfigError::CertificateKey {
                path,
                expected: hex::encode(spki.sha256()),
                found: hex::encode(certificate.spki().sha256()),
            });
        }
        // The certificate comes last: with it the issuer is complete.
        if !record.chain.is_empty() {
            let chain: String =
                record.chain.iter().map(|der| pem::encode(pem::CERTIFICATE, der)).collect();
            let chain_path = folder.join(issuer::CHAIN);
            if read_optional(&chain_path)?.as_deref() != Some(chain.as_bytes()) {
                publish::write_new(&chain_path, chain.as_bytes(), Access::Public)?;
            }
        }
        let text = pem::encode(pem::CERTIFICATE, certificate.as_der());
        publish::write_new(&path, text.as_bytes(), Access::Public)?;
        Ok(())
    }

    /// Where the certificate of an issuer is.
    ///
    /// # Errors
    /// [`ConfigError::BadName`].
    pub fn certificate_path(&self, name: &str) -> Result<PathBuf, ConfigError> {
        Ok(self.issuer_folder(name)?.join(issuer::CERTIFICATE))
    }

    /// Where the request of a subordinate is kept.
    ///
    /// # Errors
    /// [`ConfigError::BadName`].
    pub fn request_path(&self, name: &str) -> Result<PathBuf, ConfigError> {
        Ok(self.issuer_folder(name)?.join(issuer::REQUEST))
    }

    /// Keeps the request by which an issuer asks another CA for its certificate, as PEM.
    ///
    /// # Errors
    /// [`ConfigError`], also when there is one.
    pub fn save_request(&self, name: &str, der: &[u8]) -> Result<(), ConfigError> {
        let path = self.issuer_folder(name)?.join(issuer::REQUEST);
        let text = pem::encode(pem::CERTIFICATE_REQUEST, der);
        publish::write_new(&path, text.as_bytes(), Access::Public)?;
        Ok(())
    }

    /// The request that [`Home::save_request`] kept, PEM.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn request(&self, name: &str) -> Result<Option<Vec<u8>>, ConfigError> {
        read_optional(&self.issuer_folder(name)?.join(issuer::REQUEST))
    }

    /// Text of the profile `name`: the site's own in `profiles/`, or none.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn site_profile(&self, name: &str) -> Result<Option<String>, ConfigError> {
        check_name("profile", name)?;
        let path = self.path.join("profiles").join(format!("{name}.toml"));
        if path.symlink_metadata().is_err() {
            return Ok(None);
        }
        read_text(&path).map(Some)
    }

    /// Names of the site's own profiles, sorted.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn site_profiles(&self) -> Result<Vec<String>, ConfigError> {
        let names = entry_names(&self.path.join("profiles"))?;
        Ok(names.into_iter().filter_map(|n| n.strip_suffix(".toml").map(str::to_owned)).collect())
    }

    fn issuer_names(&self) -> Result<Vec<String>, ConfigError> {
        let folder = self.path.join("issuers");
        let mut names = entry_names(&folder)?;
        names.retain(|name| {
            check_name("issuer", name).is_ok() && folder.join(name).join(issuer::SETTINGS).is_file()
        });
        Ok(names)
    }

    fn issuer_folder(&self, name: &str) -> Result<PathBuf, ConfigError> {
        check_name("issuer", name)?;
        Ok(self.path.join("issuers").join(name))
    }
}

/// Names are `[a-z0-9][a-z0-9-]{0,62}`: safe as file names everywhere, and never an option.
fn check_name(what: &'static str, name: &str) -> Result<(), ConfigError> {
    let good = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    if name.is_empty() || name.len() > 63 || name.starts_with('-') || !name.bytes().all(good) {
        return Err(ConfigError::BadName { what, found: name.to_owned() });
    }
    Ok(())
}

fn entry_names(folder: &Path) -> Result<Vec<String>, ConfigError> {
    let entries = match folder.read_dir() {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(io(folder, "read", source)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|source| io(folder, "read", source))?;
        if let Ok(name) = entry.file_name().into_string() {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

fn read_text(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|source| io(path, "read", source))
}

fn read_optional(path: &Path) -> Result<Option<Vec<u8>>, ConfigError> {
    match std::fs::read(path) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(io(path, "read", source)),
    }
}

fn io(path: &Path, action: &'static str, source: std::io::Error) -> ConfigError {
    ConfigError::Io { path: path.to_owned(), action, source }
}

#[cfg(test)]
mod tests;
