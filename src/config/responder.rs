//! `issuers/<name>/ocsp/`: the pinned key of an issuer's OCSP responder, and its certificates.

use std::path::PathBuf;
use std::sync::Arc;

use super::issuer::{KeyTable, pinned_key, render_key};
use super::{ConfigError, Home, entry_names, read_optional, read_text};
use crate::base::algorithm::SignatureAlgorithm;
use crate::base::issuer_cert::IssuerCert;
use crate::base::pem;
use crate::base::responder_cert::ResponderCert;
use crate::base::spki::Spki;
use crate::base::text::ParserError;
use crate::publish::{self, Access};

/// The folder, in that of the issuer.
const FOLDER: &str = "ocsp";
/// The settings of the responder.
const SETTINGS: &str = "responder.toml";

/// The OCSP responder of an issuer. Its key stays, its certificates are short-lived and follow each other.
#[derive(Clone, Debug)]
pub struct ResponderRecord {
    /// The issuer's name.
    pub issuer: String,
    /// CKA_LABEL of its key.
    pub key_label: String,
    /// CKA_ID of its key.
    pub key_id: Vec<u8>,
    /// The pinned public key.
    pub spki: Spki,
    /// The algorithm it signs with.
    pub signature: SignatureAlgorithm,
    /// Its certificates; the one that ends last comes last.
    pub certificates: Vec<ResponderCert>,
}

/// `responder.toml`.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ResponderFile {
    key: KeyTable,
    signing: SigningTable,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct SigningTable {
    algorithm: String,
}

/// # OCSP responders
impl Home {
    /// The OCSP responder of the issuer `name` with this certificate; none when it has not been set up.
    ///
    /// # Errors
    /// [`ConfigError`], also for a file `*.crt` beside it that is no certificate of this responder.
    pub fn responder(
        &self,
        name: &str,
        issuer: &Arc<IssuerCert>,
    ) -> Result<Option<ResponderRecord>, ConfigError> {
        let folder = self.issuer_folder(name)?.join(FOLDER);
        let path = folder.join(SETTINGS);
        if path.symlink_metadata().is_err() {
            return Ok(None);
        }
        let file: ResponderFile = toml::from_str(&read_text(&path)?).map_err(|error| {
            ConfigError::Syntax { path: path.clone(), source: ParserError::new(&error) }
        })?;
        let key = pinned_key(&path, file.key, &file.signing.algorithm)?;
        let mut certificates = Vec::new();
        for entry in entry_names(&folder)?.iter().filter(|entry| entry.ends_with(".crt")) {
            let path = folder.join(entry);
            let Some(content) = read_optional(&path)? else { continue };
            let der = pem::der_or_pem(pem::CERTIFICATE, &content)
                .map_err(|source| ConfigError::Pem { path: path.clone(), source })?;
            let certificate = ResponderCert::from_der(&der, issuer)
                .map_err(|source| ConfigError::Responder { path: path.clone(), source })?;
            if certificate.spki() != &key.spki {
                return Err(ConfigError::CertificateKey {
                    path,
                    expected: hex::encode(key.spki.sha256()),
                    found: hex::encode(certificate.spki().sha256()),
                });
            }
            certificates.push(certificate);
        }
        certificates.sort_by_key(|certificate| certificate.validity().not_after());
        Ok(Some(ResponderRecord {
            issuer: name.to_owned(),
            key_label: key.label,
            key_id: key.id,
            spki: key.spki,
            signature: key.signature,
            certificates,
        }))
    }

    /// Writes the settings of a new responder, without its certificates.
    ///
    /// # Errors
    /// [`ConfigError`], also when there is one.
    pub fn save_responder(&self, record: &ResponderRecord) -> Result<(), ConfigError> {
        let folder = self.issuer_folder(&record.issuer)?.join(FOLDER);
        publish::create_dir(&folder, Access::Private)?;
        let text = format!(
            "\
# The OCSP responder of the issuer {name}: which key it signs with. Written by keystead; unknown keys
# refuse.

{key}
[signing]
algorithm = \"{algorithm}\"
",
            name = record.issuer,
            key = render_key(&record.key_label, &record.key_id, &record.spki),
            algorithm = record.signature,
        );
        publish::write_new(&folder.join(SETTINGS), text.as_bytes(), Access::Public)?;
        Ok(())
    }

    /// Adds a certificate of the responder of the issuer `name`; gives where it is.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn save_responder_certificate(
        &self,
        name: &str,
        certificate: &ResponderCert,
    ) -> Result<PathBuf, ConfigError> {
        let folder = self.issuer_folder(name)?.join(FOLDER);
        let path = folder.join(format!("{}.crt", hex::encode(certificate.serial())));
        let text = pem::encode(pem::CERTIFICATE, certificate.as_der());
        publish::write_new(&path, text.as_bytes(), Access::Public)?;
        Ok(path)
    }
}
