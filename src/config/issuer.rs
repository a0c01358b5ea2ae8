//! `issuers/<name>/`: the pinned key of an issuer, and its certificate once it has one.

use std::path::Path;
use std::sync::Arc;

use super::pointers::{self, AiaTable, CrlSettings, CrlTable, OcspSettings, OcspTable, Wrong};
use super::settings::quoted;
use super::{ConfigError, read_optional, read_text};
use crate::base::algorithm::SignatureAlgorithm;
use crate::base::issuer_cert::IssuerCert;
use crate::base::pem;
use crate::base::pointers::IssuerPointers;
use crate::base::spki::Spki;
use crate::base::text::ParserError;

/// The settings of an issuer.
pub(super) const SETTINGS: &str = "issuer.toml";
/// Its certificate.
pub(super) const CERTIFICATE: &str = "ca.crt";
/// The certificates above it, nearest first.
pub(super) const CHAIN: &str = "chain.pem";
/// Its own request, when another CA certifies it.
pub(super) const REQUEST: &str = "request.csr";

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
    /// The profiles it may be used with; none means all of them.
    pub profiles: Option<Vec<String>>,
    /// Its certificate; none while its request is being signed elsewhere.
    pub certificate: Option<Arc<IssuerCert>>,
    /// The certificates above it, nearest first, DER; empty for a root.
    pub chain: Vec<Vec<u8>>,
    /// `[crl]`: its revocation lists.
    pub crl: CrlSettings,
    /// `[ocsp]`: its OCSP responder.
    pub ocsp: OcspSettings,
    /// `[aia] ca-issuers`: where its own certificate is fetched.
    pub ca_issuers: Option<String>,
}

impl IssuerRecord {
    /// What its new certificates point to.
    pub fn pointers(&self) -> IssuerPointers {
        pointers::pointers(&self.crl, &self.ocsp, self.ca_issuers.as_ref())
    }

    /// Whether its certificate is a root's. One that waits for its certificate is none.
    pub fn is_root(&self) -> bool {
        self.certificate.as_ref().is_some_and(|certificate| certificate.is_self_issued())
    }
}

/// `issuer.toml`.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct IssuerFile {
    key: KeyTable,
    signing: SigningTable,
    #[serde(default)]
    crl: CrlTable,
    #[serde(default)]
    ocsp: OcspTable,
    #[serde(default)]
    aia: AiaTable,
}

/// `[key]`: where the token keeps a key, and which one it must be.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct KeyTable {
    label: String,
    id: String,
    spki_sha256: String,
    public_key: String,
}

/// A key of the token, pinned.
pub(super) struct PinnedKey {
    pub(super) label: String,
    pub(super) id: Vec<u8>,
    pub(super) spki: Spki,
    pub(super) signature: SignatureAlgorithm,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct SigningTable {
    algorithm: String,
    #[serde(default)]
    profiles: Option<Vec<String>>,
}

/// Reads the issuer `name` in its folder.
pub(super) fn load(name: &str, folder: &Path) -> Result<IssuerRecord, ConfigError> {
    let path = folder.join(SETTINGS);
    let file: IssuerFile = toml::from_str(&read_text(&path)?).map_err(|error| {
        ConfigError::Syntax { path: path.clone(), source: ParserError::new(&error) }
    })?;
    let key = pinned_key(&path, file.key, &file.signing.algorithm)?;
    let certificate = load_certificate(&folder.join(CERTIFICATE), &key.spki)?;
    let above = match &certificate {
        Some(certificate) if !certificate.is_self_issued() => load_chain(&folder.join(CHAIN))?,
        _ => Vec::new(),
    };
    let chain = above.iter().map(|authority| authority.as_der().to_vec()).collect();
    let certificate = certificate.map(|certificate| Arc::new(certificate.below(&above)));
    let is_root = certificate.as_ref().is_some_and(|certificate| certificate.is_self_issued());
    let unusable = |Wrong { key, found, expected }: Wrong| ConfigError::Value {
        path: path.clone(),
        key,
        found,
        expected,
    };
    let crl = CrlSettings::read(file.crl, is_root).map_err(unusable)?;
    let ocsp = OcspSettings::read(file.ocsp).map_err(unusable)?;
    let ca_issuers = pointers::ca_issuers(file.aia).map_err(unusable)?;
    Ok(IssuerRecord {
        name: name.to_owned(),
        key_label: key.label,
        key_id: key.id,
        spki_der: key.spki.as_der().to_vec(),
        signature: key.signature,
        profiles: file.signing.profiles,
        certificate,
        chain,
        crl,
        ocsp,
        ca_issuers,
    })
}

/// Reads `[key]` and the name of the signature algorithm, both of the file `path`.
pub(super) fn pinned_key(
    path: &Path,
    key: KeyTable,
    algorithm: &str,
) -> Result<PinnedKey, ConfigError> {
    let wrong = |key, found: &str, expected: &str| ConfigError::Value {
        path: path.to_owned(),
        key,
        found: found.to_owned(),
        expected: expected.to_owned(),
    };
    let id = hex::decode(&key.id)
        .map_err(|_| wrong("key.id", &key.id, "hexadecimal digits, two for each octet"))?;
    let spki_der = pem::decode_all(pem::PUBLIC_KEY, &key.public_key)
        .map_err(|source| ConfigError::Pem { path: path.to_owned(), source })?
        .concat();
    let spki = Spki::from_der(&spki_der)
        .map_err(|source| ConfigError::PinnedKey { path: path.to_owned(), source })?;
    let pin = hex::encode(spki.sha256());
    if pin != key.spki_sha256 {
        return Err(wrong("key.spki-sha256", &key.spki_sha256, &pin));
    }
    let signature: SignatureAlgorithm = algorithm.parse().map_err(|_| {
        let known = SignatureAlgorithm::ALL.map(SignatureAlgorithm::name).join(", ");
        wrong("signing.algorithm", algorithm, &known)
    })?;
    if !signature.fits(spki.algorithm()) {
        let (path, key) = (path.to_owned(), spki.algorithm());
        return Err(ConfigError::Algorithm { path, key, algorithm: signature });
    }
    Ok(PinnedKey { label: key.label, id, spki, signature })
}

/// The text of `issuer.toml`.
pub(super) fn render(record: &IssuerRecord, spki: &Spki) -> String {
    let profiles = match &record.profiles {
        Some(names) => {
            let names: Vec<_> = names.iter().map(|name| quoted(name)).collect();
            format!("profiles = [{}]", names.join(", "))
        }
        None => "# profiles = [\"tls-server\", \"tls-client\"]".to_owned(),
    };
    let pointers = pointers::render(
        &record.name,
        record.is_root(),
        &record.crl,
        &record.ocsp,
        record.ca_issuers.as_ref(),
    );
    format!(
        "\
# The issuer {name}: which key it signs with, how its revocation is published. Written by keystead,
# for people to read and edit; unknown keys refuse.

{key}
[signing]
algorithm = \"{algorithm}\"
# With this list, the issuer signs under these profiles only.
{profiles}

{pointers}",
        name = record.name,
        key = render_key(&record.key_label, &record.key_id, spki),
        algorithm = record.signature,
    )
}

/// The text of `[key]`.
pub(super) fn render_key(label: &str, id: &[u8], spki: &Spki) -> String {
    format!(
        "\
[key]
# Where the token keeps it: CKA_LABEL, CKA_ID in hexadecimal.
label = {label}
id = \"{id}\"
# The pin: no other public key is accepted, whatever the token answers to label and id.
spki-sha256 = \"{pin}\"
public-key = \"\"\"
{public_key}\"\"\"
",
        label = quoted(label),
        id = hex::encode(id),
        pin = hex::encode(spki.sha256()),
        public_key = pem::encode(pem::PUBLIC_KEY, spki.as_der()),
    )
}

fn load_certificate(path: &Path, pinned: &Spki) -> Result<Option<IssuerCert>, ConfigError> {
    let Some(content) = read_optional(path)? else { return Ok(None) };
    let der = pem::der_or_pem(pem::CERTIFICATE, &content)
        .map_err(|source| ConfigError::Pem { path: path.to_owned(), source })?;
    let certificate = IssuerCert::from_der(&der)
        .map_err(|source| ConfigError::Certificate { path: path.to_owned(), source })?;
    if certificate.spki() != pinned {
        return Err(ConfigError::CertificateKey {
            path: path.to_owned(),
            expected: hex::encode(pinned.sha256()),
            found: hex::encode(certificate.spki().sha256()),
        });
    }
    Ok(Some(certificate))
}

fn load_chain(path: &Path) -> Result<Vec<IssuerCert>, ConfigError> {
    if read_optional(path)?.is_none() {
        return Ok(Vec::new());
    }
    pem::decode_all(pem::CERTIFICATE, &read_text(path)?)
        .map_err(|source| ConfigError::Pem { path: path.to_owned(), source })?
        .iter()
        .map(|der| IssuerCert::from_der(der))
        .collect::<Result<_, _>>()
        .map_err(|source| ConfigError::Certificate { path: path.to_owned(), source })
}
