//! The CA home on disk (`keystead.toml`, `issuers/`, `profiles/`) and its strict settings.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::base::algorithm::SignatureAlgorithm;
use crate::base::issuer_cert::IssuerCert;

mod error;

pub use error::ConfigError;

/// An opened CA home.
#[derive(Debug)]
pub struct Home {}

/// `keystead.toml`, `[token]` (unknown keys refuse). Strings are parsed by `token`.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TokenTable {
    /// The PKCS#11 module.
    pub module: PathBuf,
    /// RFC 7512 URI.
    pub uri: String,
    /// `prompt`, `file:PATH`, `fd:N`, `credential:NAME`.
    pub pin_source: String,
    /// Worker sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workers: Option<usize>,
}

/// An issuer of a home: `issuers/<name>/issuer.toml`, and its certificate once it has one.
#[derive(Clone, Debug)]
pub struct IssuerRecord {
    /// The name users type.
    pub name: String,
    /// CKA_LABEL of its key.
    pub key_label: String,
    /// CKA_ID of its key.
    pub key_id: Vec<u8>,
    /// The pinned public key, SubjectPublicKeyInfo DER.
    pub spki_der: Vec<u8>,
    /// The algorithm it signs with.
    pub signature: SignatureAlgorithm,
    /// Its certificate; none while its request is being signed elsewhere.
    pub certificate: Option<Arc<IssuerCert>>,
    /// The certificates above it, nearest first, DER; empty for a root.
    pub chain: Vec<Vec<u8>>,
}

impl Home {
    /// Makes a new home with its settings.
    ///
    /// # Errors
    /// [`ConfigError`], also when one is there already.
    pub fn create(path: &Path, token: &TokenTable) -> Result<Self, ConfigError> {
        let _ = (path, token);
        todo!()
    }

    /// Opens a home.
    ///
    /// # Errors
    /// [`ConfigError`] names the file, the key and what was expected.
    pub fn open(path: &Path) -> Result<Self, ConfigError> {
        let _ = path;
        todo!()
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        todo!()
    }

    /// The token settings.
    pub fn token(&self) -> &TokenTable {
        todo!()
    }

    /// All issuers, by name.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn issuers(&self) -> Result<Vec<IssuerRecord>, ConfigError> {
        todo!()
    }

    /// One issuer.
    ///
    /// # Errors
    /// [`ConfigError`], listing the issuers there are.
    pub fn issuer(&self, name: &str) -> Result<IssuerRecord, ConfigError> {
        let _ = name;
        todo!()
    }

    /// Writes a new issuer, or the certificate and chain of one that waited for them. What is there is
    /// never changed otherwise.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn save_issuer(&self, record: &IssuerRecord) -> Result<(), ConfigError> {
        let _ = record;
        todo!()
    }

    /// Text of the profile `name`: the site's own in `profiles/`, or none.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn site_profile(&self, name: &str) -> Result<Option<String>, ConfigError> {
        let _ = name;
        todo!()
    }
}
