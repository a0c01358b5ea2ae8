//! Kubeconfigs: who a client is, which CA it trusts and where the API server is, in one YAML file.

use base64ct::{Base64, Encoding};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use crate::base::text::ParserError;

/// The content of a kubeconfig with one cluster and one user.
#[derive(Debug)]
pub struct Kubeconfig {
    /// Name of the cluster.
    pub cluster: String,
    /// URL of its API server.
    pub server: String,
    /// The trust anchor, PEM.
    pub ca: String,
    /// The user, which is also the certificate's common name.
    pub user: String,
    /// The client certificate and the intermediate ones above it, PEM.
    pub certificate: String,
    /// Its key.
    pub key: ClientKey,
}

/// Where a kubeconfig has its private key.
pub enum ClientKey {
    /// In itself, PEM.
    Embedded(Zeroizing<String>),
    /// In a file; a relative path starts at the kubeconfig's folder.
    File(String),
}

impl std::fmt::Debug for ClientKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Embedded(_) => f.write_str("Embedded([elided])"),
            Self::File(path) => write!(f, "File({path:?})"),
        }
    }
}

/// Why a kubeconfig cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum KubeconfigError {
    /// It cannot be expressed.
    #[error("the kubeconfig cannot be written as YAML")]
    Write(#[source] Box<serde_saphyr::ser::Error>),
    /// Not a kubeconfig, or one with other fields than ours.
    #[error("not a kubeconfig as written here")]
    Read(#[source] ParserError),
    /// Another number of clusters, users or contexts.
    #[error("the kubeconfig has {found} {what}, expected one")]
    Several {
        /// Of what.
        what: &'static str,
        /// How many.
        found: usize,
    },
    /// An embedded value that is not base64 or not text.
    #[error("{field} is not base64 of PEM text")]
    Data {
        /// Which.
        field: &'static str,
    },
    /// A user without a key.
    #[error("the user has neither client-key-data nor client-key")]
    NoKey,
}

impl Kubeconfig {
    /// The YAML text, with the context `USER@CLUSTER` chosen. It holds the key, if that is embedded.
    ///
    /// # Errors
    /// [`KubeconfigError::Write`].
    pub fn to_yaml(&self) -> Result<Zeroizing<String>, KubeconfigError> {
        let context = format!("{}@{}", self.user, self.cluster);
        let (client_key_data, client_key) = match &self.key {
            ClientKey::Embedded(pem) => (Some(Base64::encode_string(pem.as_bytes())), None),
            ClientKey::File(path) => (None, Some(path.clone())),
        };
        let file = File {
            api_version: "v1".to_owned(),
            kind: "Config".to_owned(),
            clusters: vec![NamedCluster {
                name: self.cluster.clone(),
                cluster: ClusterEntry {
                    certificate_authority_data: Base64::encode_string(self.ca.as_bytes()),
                    server: self.server.clone(),
                },
            }],
            contexts: vec![NamedContext {
                name: context.clone(),
                context: ContextEntry { cluster: self.cluster.clone(), user: self.user.clone() },
            }],
            current_context: context,
            users: vec![NamedUser {
                name: self.user.clone(),
                user: UserEntry {
                    client_certificate_data: Base64::encode_string(self.certificate.as_bytes()),
                    client_key_data,
                    client_key,
                },
            }],
        };
        // Reserved at once: a buffer that grows would leave copies of the key behind.
        let mut text = Zeroizing::new(String::with_capacity(64 * 1024));
        let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
        serde_saphyr::to_fmt_writer_with_options(&mut *text, &file, options)
            .map_err(|source| KubeconfigError::Write(Box::new(source)))?;
        Ok(text)
    }

    /// Reads a kubeconfig in the form that [`Kubeconfig::to_yaml`] writes.
    ///
    /// # Errors
    /// [`KubeconfigError`] when it has another form.
    pub fn from_yaml(text: &str) -> Result<Self, KubeconfigError> {
        let options = serde_saphyr::options! { with_snippet: false };
        let mut file: File = serde_saphyr::from_str_with_options(text, options)
            .map_err(|error| KubeconfigError::Read(ParserError::new(&error)))?;
        let counts = [
            ("clusters", file.clusters.len()),
            ("contexts", file.contexts.len()),
            ("users", file.users.len()),
        ];
        if let Some((what, found)) = counts.into_iter().find(|(_, count)| *count != 1) {
            return Err(KubeconfigError::Several { what, found });
        }
        let cluster = file.clusters.swap_remove(0);
        let mut user = file.users.swap_remove(0);
        let key = match (user.user.client_key_data.take(), user.user.client_key.take()) {
            (Some(mut data), _) => {
                let pem = text_of("client-key-data", &data);
                data.zeroize();
                ClientKey::Embedded(Zeroizing::new(pem?))
            }
            (None, Some(path)) => ClientKey::File(path),
            (None, None) => return Err(KubeconfigError::NoKey),
        };
        Ok(Self {
            cluster: cluster.name,
            server: cluster.cluster.server,
            ca: text_of("certificate-authority-data", &cluster.cluster.certificate_authority_data)?,
            user: user.name,
            certificate: text_of("client-certificate-data", &user.user.client_certificate_data)?,
            key,
        })
    }
}

fn text_of(field: &'static str, base64: &str) -> Result<String, KubeconfigError> {
    let bytes = Base64::decode_vec(base64).map_err(|_| KubeconfigError::Data { field })?;
    String::from_utf8(bytes).map_err(|error| {
        error.into_bytes().zeroize();
        KubeconfigError::Data { field }
    })
}

/// The file format (client.authentication, `kubeconfig.v1`), as far as we write it.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "apiVersion")]
    api_version: String,
    kind: String,
    clusters: Vec<NamedCluster>,
    contexts: Vec<NamedContext>,
    #[serde(rename = "current-context")]
    current_context: String,
    users: Vec<NamedUser>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct NamedCluster {
    name: String,
    cluster: ClusterEntry,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ClusterEntry {
    certificate_authority_data: String,
    server: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct NamedContext {
    name: String,
    context: ContextEntry,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ContextEntry {
    cluster: String,
    user: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct NamedUser {
    name: String,
    user: UserEntry,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct UserEntry {
    client_certificate_data: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client_key_data: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client_key: Option<String>,
}

impl Drop for UserEntry {
    fn drop(&mut self) {
        self.client_key_data.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::pem;

    fn example(key: ClientKey) -> Kubeconfig {
        Kubeconfig {
            cluster: "example".to_owned(),
            server: "https://[2001:db8::1]:6443".to_owned(),
            ca: pem::encode(pem::CERTIFICATE, &[1; 900]),
            user: "system:node:cp1".to_owned(),
            certificate: pem::encode(pem::CERTIFICATE, &[2; 2000]),
            key,
        }
    }

    #[test]
    fn what_is_written_is_read_back_and_data_stay_on_one_line() {
        let key = pem::encode(pem::PRIVATE_KEY, &[3; 1200]);
        let written = example(ClientKey::Embedded(Zeroizing::new(key.clone())));
        let text = written.to_yaml().unwrap();
        let data = Base64::encode_string(written.certificate.as_bytes());
        assert!(text.lines().any(|line| line.trim() == format!("client-certificate-data: {data}")));
        assert!(text.contains("current-context: system:node:cp1@example"), "{}", *text);
        let read = Kubeconfig::from_yaml(&text).unwrap();
        assert_eq!((&read.ca, &read.certificate), (&written.ca, &written.certificate));
        assert_eq!((&read.server, &read.user), (&written.server, &written.user));
        let ClientKey::Embedded(read_key) = read.key else { panic!("embedded") };
        assert_eq!(*read_key, key);
    }

    #[test]
    fn a_key_that_is_elsewhere_is_referred_to() {
        let text = example(ClientKey::File("kubelet.key".to_owned())).to_yaml().unwrap();
        assert!(text.contains("client-key: kubelet.key") && !text.contains("client-key-data"));
        let read = Kubeconfig::from_yaml(&text).unwrap();
        assert!(matches!(read.key, ClientKey::File(path) if path == "kubelet.key"));
    }

    #[test]
    fn debug_output_has_no_key() {
        let key = ClientKey::Embedded(Zeroizing::new("secret".to_owned()));
        assert!(!format!("{:?}", example(key)).contains("secret"));
    }

    #[test]
    fn a_kubeconfig_with_a_second_user_is_not_ours() {
        let text = example(ClientKey::File("a".to_owned())).to_yaml().unwrap();
        let more =
            format!("{}- name: b\n  user: {{client-certificate-data: '', client-key: b}}\n", *text);
        assert!(Kubeconfig::from_yaml(&more).is_err());
    }
}
