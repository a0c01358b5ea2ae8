//! What is there already: whether a file is what the plan says, without changing it.

use std::path::Path;

use der::{Decode, Encode};
use x509_cert::Certificate;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use zeroize::Zeroizing;

use super::issuers::ClusterIssuer;
use super::keys::{HostKey, KeyError};
use super::kubeconfig::{ClientKey, Kubeconfig, KubeconfigError};
use super::names::{NameDifference, SubjectDifference, compare_sans, compare_subject};
use super::plan::Leaf;
use crate::base::algorithm::SignatureAlgorithm;
use crate::base::clock::Timestamp;
use crate::base::crypto::{SignatureCheckError, verify_signature};
use crate::base::pem::{self, PemError};
use crate::base::san::San;
use crate::base::spki::{Spki, SpkiError};
use crate::base::text::Quoted;

/// Why a file that is there is not the planned one.
#[derive(Debug, thiserror::Error)]
pub enum Difference {
    /// Not the PEM that belongs there.
    #[error("it is not the expected PEM")]
    Pem(#[from] PemError),
    /// Not a certificate.
    #[error("it does not hold a DER certificate")]
    Certificate(#[from] der::Error),
    /// An unusable key in a certificate.
    #[error("the certificate's public key is not acceptable")]
    Spki(#[from] SpkiError),
    /// Another subject.
    #[error("its subject is another")]
    Subject(#[from] SubjectDifference),
    /// Other names.
    #[error("its subject alternative names are others")]
    Names(#[from] NameDifference),
    /// Signed by another CA.
    #[error("its issuer is {found}, expected {expected}: it is from another CA or another cluster")]
    Issuer {
        /// Subject of our CA.
        expected: String,
        /// As found.
        found: String,
    },
    /// The issuer's name but not its key.
    #[error(
        "it names the right issuer but was not signed by its key: it is from another CA of that name"
    )]
    Signature(#[source] SignatureCheckError),
    /// An unknown signature algorithm.
    #[error("it is signed with an unknown algorithm")]
    Algorithm,
    /// Other certificates after the leaf.
    #[error("the certificates after the first are not those between it and the root")]
    Chain,
    /// A key of another certificate.
    #[error("the private key does not belong to the certificate")]
    OtherKey,
    /// An unreadable key.
    #[error("the private key cannot be read")]
    Key(#[from] KeyError),
    /// Half of a pair.
    #[error(
        "it is there but {missing} is not (a tree whose keys are elsewhere is completed with --csr-dir)"
    )]
    Half {
        /// The file that is missing.
        missing: String,
    },
    /// Not our kubeconfig.
    #[error("the kubeconfig cannot be compared")]
    Kubeconfig(#[from] KubeconfigError),
    /// A kubeconfig field.
    #[error("its {field} is {found}, expected {expected}", found = Quoted(.found), expected = Quoted(.expected))]
    Field {
        /// Which.
        field: &'static str,
        /// Of the plan.
        expected: String,
        /// Of the file.
        found: String,
    },
    /// Another trust anchor.
    #[error("its CA certificate is not that of the issuer {issuer}: it is from another cluster", issuer = Quoted(.issuer))]
    Anchor {
        /// Name of the issuer in the CA home.
        issuer: &'static str,
    },
    /// Copies that must be equal.
    #[error("it differs from {other}, and all nodes must have the same")]
    Copies {
        /// The other file.
        other: String,
    },
}

/// What is known of an accepted certificate.
#[derive(Debug)]
pub(super) struct Accepted {
    not_after: Timestamp,
    sans: Vec<San>,
    spki: Spki,
}

impl Accepted {
    /// The last second of its validity.
    pub(super) fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// Its names.
    pub(super) fn sans(&self) -> &[San] {
        &self.sans
    }

    /// Its key.
    pub(super) fn spki(&self) -> &Spki {
        &self.spki
    }
}

/// Checks a certificate file: the leaf of the plan, signed by `issuer`, with its intermediates.
pub(super) fn check_certificate(
    text: &str,
    leaf: &Leaf,
    issuer: &ClusterIssuer,
) -> Result<Accepted, Difference> {
    let blocks = pem::decode_all(pem::CERTIFICATE, text)?;
    let (first, rest) =
        blocks.split_first().ok_or(PemError::Missing { expected: pem::CERTIFICATE })?;
    let certificate = Certificate::from_der(first)?;
    let tbs = certificate.tbs_certificate();
    let ours = issuer.certificate().subject();
    if tbs.issuer().to_der()? != ours.as_der() {
        return Err(Difference::Issuer {
            expected: ours.to_string(),
            found: crate::base::text::Escaped(&tbs.issuer().to_string()).to_string(),
        });
    }
    let algorithm = certificate.signature_algorithm().to_der()?;
    let algorithm =
        SignatureAlgorithm::from_algorithm_identifier(&algorithm).ok_or(Difference::Algorithm)?;
    let signature = certificate.signature().as_bytes().unwrap_or_default();
    verify_signature(issuer.certificate().spki(), algorithm, &tbs.to_der()?, signature)
        .map_err(Difference::Signature)?;
    if !rest.iter().map(Vec::as_slice).eq(issuer.intermediates()) {
        return Err(Difference::Chain);
    }
    compare_subject(tbs.subject(), &leaf.subject)?;
    let sans = sans_of(&certificate)?;
    compare_sans(&sans, leaf)?;
    let spki = Spki::from_der(&tbs.subject_public_key_info().to_der()?)?;
    Ok(Accepted { not_after: Timestamp::from_x509(&tbs.validity().not_after), sans, spki })
}

/// Checks that `key` is the private key of an accepted certificate.
pub(super) fn check_key(key: &str, accepted: &Accepted) -> Result<(), Difference> {
    if HostKey::from_pem(key)?.spki()? == accepted.spki {
        return Ok(());
    }
    Err(Difference::OtherKey)
}

/// Checks a kubeconfig. `key_file` is the name it may refer to for its key.
pub(super) fn check_kubeconfig(
    text: &str,
    leaf: &Leaf,
    server: &str,
    cluster: &str,
    key_file: &str,
    issuer: &ClusterIssuer,
) -> Result<Accepted, Difference> {
    let found = Kubeconfig::from_yaml(text)?;
    let user = leaf.subject.common_name.as_str();
    for (field, expected, found) in [
        ("cluster", cluster, &found.cluster),
        ("server", server, &found.server),
        ("user", user, &found.user),
    ] {
        if expected != found {
            let (expected, found) = (expected.to_owned(), found.clone());
            return Err(Difference::Field { field, expected, found });
        }
    }
    check_anchor(&found.ca, issuer)?;
    let accepted = check_certificate(&found.certificate, leaf, issuer)?;
    match &found.key {
        ClientKey::Embedded(key) => check_key(key, &accepted)?,
        ClientKey::File(path) if path == key_file => {}
        ClientKey::File(path) => {
            return Err(Difference::Field {
                field: "client-key",
                expected: key_file.to_owned(),
                found: path.clone(),
            });
        }
    }
    Ok(accepted)
}

/// Checks a `ca.crt`.
pub(super) fn check_anchor(text: &str, issuer: &ClusterIssuer) -> Result<(), Difference> {
    match pem::decode_all(pem::CERTIFICATE, text)?.as_slice() {
        [only] if only == issuer.anchor() => Ok(()),
        _ => Err(Difference::Anchor { issuer: issuer.ca().issuer_name() }),
    }
}

/// Checks that `sa.pub` is the public key of `sa.key`.
pub(super) fn check_service_account(key: &str, public: &str) -> Result<(), Difference> {
    let blocks = pem::decode_all(pem::PUBLIC_KEY, public)?;
    match blocks.as_slice() {
        [only] if only == HostKey::from_pem(key)?.spki()?.as_der() => Ok(()),
        _ => Err(Difference::OtherKey),
    }
}

fn sans_of(certificate: &Certificate) -> Result<Vec<San>, Difference> {
    let Some((_, names)) = certificate.tbs_certificate().get_extension::<SubjectAltName>()? else {
        return Ok(Vec::new());
    };
    names.0.iter().map(san_of).collect()
}

fn san_of(name: &GeneralName) -> Result<San, Difference> {
    San::from_general_name(name).ok_or_else(|| {
        let unexpected = vec!["a name of another kind".to_owned()];
        NameDifference { missing: Vec::new(), unexpected }.into()
    })
}

/// The text of a file, or none when it does not exist. Wiped when dropped: it may hold a key.
pub(super) fn read(path: &Path) -> std::io::Result<Option<Zeroizing<String>>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(Zeroizing::new(text))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
