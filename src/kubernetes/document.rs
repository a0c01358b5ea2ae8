//! The cluster file as written: kubeadm's own documents with their own field names, and ours.
//!
//! Every field that kubeadm has is listed, so that its files work as they are; one that it does not
//! have refuses. `Unused` marks what has no bearing on certificates.

use serde::Deserialize;

use super::error::ClusterError;
use crate::base::text::ParserError;

/// A value that is accepted whatever it is.
type Unused = Option<serde::de::IgnoredAny>;

/// The documents of a cluster file.
#[derive(Debug, Default)]
pub(super) struct Documents {
    pub(super) cluster: Option<ClusterConfiguration>,
    pub(super) init: Option<InitConfiguration>,
    pub(super) nodes: Option<Nodes>,
    /// Kinds that are kubeadm's but say nothing about certificates.
    pub(super) ignored: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "fields that kubeadm has are named so that no other is accepted")]
pub(super) struct ClusterConfiguration {
    api_version: Unused,
    kind: Unused,
    pub(super) etcd: Option<Etcd>,
    pub(super) networking: Option<Networking>,
    pub(super) kubernetes_version: Option<String>,
    pub(super) control_plane_endpoint: Option<String>,
    pub(super) api_server: Option<ApiServer>,
    controller_manager: Option<Component>,
    scheduler: Option<Component>,
    dns: Option<Addon>,
    proxy: Option<Addon>,
    pub(super) certificates_dir: Option<String>,
    image_repository: Unused,
    pub(super) feature_gates: Option<std::collections::BTreeMap<String, bool>>,
    pub(super) cluster_name: Option<String>,
    pub(super) encryption_algorithm: Option<String>,
    pub(super) certificate_validity_period: Option<String>,
    pub(super) ca_certificate_validity_period: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Etcd {
    pub(super) local: Option<LocalEtcd>,
    pub(super) external: Option<ExternalEtcd>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "see ClusterConfiguration")]
pub(super) struct LocalEtcd {
    image_repository: Unused,
    image_tag: Unused,
    data_dir: Unused,
    extra_args: Unused,
    extra_envs: Unused,
    #[serde(rename = "serverCertSANs")]
    pub(super) server_cert_sans: Option<Vec<String>>,
    #[serde(rename = "peerCertSANs")]
    pub(super) peer_cert_sans: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "see ClusterConfiguration")]
pub(super) struct ExternalEtcd {
    pub(super) endpoints: Option<Vec<String>>,
    http_endpoints: Unused,
    pub(super) ca_file: Option<String>,
    pub(super) cert_file: Option<String>,
    pub(super) key_file: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "see ClusterConfiguration")]
pub(super) struct Networking {
    pub(super) service_subnet: Option<String>,
    pod_subnet: Unused,
    pub(super) dns_domain: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "see ClusterConfiguration")]
pub(super) struct ApiServer {
    extra_args: Unused,
    extra_envs: Unused,
    extra_volumes: Unused,
    #[serde(rename = "certSANs")]
    pub(super) cert_sans: Option<Vec<String>>,
    /// v1beta3 only.
    timeout_for_control_plane: Unused,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "see ClusterConfiguration")]
struct Component {
    extra_args: Unused,
    extra_envs: Unused,
    extra_volumes: Unused,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "see ClusterConfiguration")]
struct Addon {
    image_repository: Unused,
    image_tag: Unused,
    disabled: Unused,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "see ClusterConfiguration")]
pub(super) struct InitConfiguration {
    api_version: Unused,
    kind: Unused,
    bootstrap_tokens: Unused,
    dry_run: Unused,
    pub(super) node_registration: Option<NodeRegistration>,
    #[serde(rename = "localAPIEndpoint")]
    pub(super) local_api_endpoint: Option<LocalApiEndpoint>,
    certificate_key: Unused,
    skip_phases: Unused,
    patches: Unused,
    timeouts: Unused,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "see ClusterConfiguration")]
pub(super) struct NodeRegistration {
    pub(super) name: Option<String>,
    cri_socket: Unused,
    taints: Unused,
    kubelet_extra_args: Unused,
    ignore_preflight_errors: Unused,
    image_pull_policy: Unused,
    image_pull_serial: Unused,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct LocalApiEndpoint {
    pub(super) advertise_address: Option<String>,
    pub(super) bind_port: Option<u16>,
}

/// `apiVersion: keystead/v1`, `kind: Nodes`: what kubeadm has not.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "the header is read apart")]
pub(super) struct Nodes {
    api_version: Unused,
    kind: Unused,
    pub(super) nodes: Vec<NodeEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NodeEntry {
    pub(super) name: String,
    pub(super) role: String,
    pub(super) addresses: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Header {
    api_version: Option<String>,
    kind: Option<String>,
}

const KUBEADM: [&str; 2] = ["kubeadm.k8s.io/v1beta3", "kubeadm.k8s.io/v1beta4"];

/// Kinds that stand beside the ones we use in real kubeadm files.
const IGNORED: [(&str, &str); 5] = [
    ("kubeadm.k8s.io/", "JoinConfiguration"),
    ("kubeadm.k8s.io/", "ResetConfiguration"),
    ("kubeadm.k8s.io/", "UpgradeConfiguration"),
    ("kubelet.config.k8s.io/", "KubeletConfiguration"),
    ("kubeproxy.config.k8s.io/", "KubeProxyConfiguration"),
];

/// Reads every document of the file.
pub(super) fn read(text: &str) -> Result<Documents, ClusterError> {
    let mut documents = Documents::default();
    for (number, document) in split(text).into_iter().enumerate().map(|(i, text)| (i + 1, text)) {
        let header: Header = parse(number, "unknown kind", &document)?;
        let api_version = header.api_version.unwrap_or_default();
        let kind = header.kind.unwrap_or_default();
        match (api_version.as_str(), kind.as_str()) {
            (version, "ClusterConfiguration") if KUBEADM.contains(&version) => {
                put(&mut documents.cluster, "ClusterConfiguration", number, &document)?;
            }
            (version, "InitConfiguration") if KUBEADM.contains(&version) => {
                put(&mut documents.init, "InitConfiguration", number, &document)?;
            }
            ("keystead/v1", "Nodes") => put(&mut documents.nodes, "Nodes", number, &document)?,
            (version, kind)
                if IGNORED
                    .iter()
                    .any(|(group, ignored)| version.starts_with(group) && kind == *ignored) =>
            {
                documents.ignored.push(kind.to_owned());
            }
            _ => return Err(ClusterError::Kind { number, api_version, kind }),
        }
    }
    Ok(documents)
}

fn put<T: serde::de::DeserializeOwned>(
    place: &mut Option<T>,
    kind: &'static str,
    number: usize,
    document: &str,
) -> Result<(), ClusterError> {
    let value = parse(number, kind, document)?;
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(ClusterError::SecondDocument { kind, number }),
    }
}

fn parse<T: serde::de::DeserializeOwned>(
    number: usize,
    kind: &str,
    document: &str,
) -> Result<T, ClusterError> {
    let options = serde_saphyr::options! { with_snippet: false };
    serde_saphyr::from_str_with_options(document, options).map_err(|source| {
        let kind = kind.to_owned();
        match unit_field(&source) {
            Some(field) => ClusterError::GroupInOu { number, kind, field },
            None => ClusterError::Yaml { number, kind, source: ParserError::new(&source) },
        }
    })
}

/// The unknown field, if its name is one under which people write an organisational unit.
fn unit_field(error: &serde_saphyr::Error) -> Option<String> {
    let text = error.to_string();
    let field = text.strip_prefix("unknown field `")?.split('`').next()?;
    let plain: String =
        field.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase();
    ["ou", "organizationalunit", "organizationalunits", "organisationalunit", "organisationalunits"]
        .contains(&plain.as_str())
        .then(|| field.to_owned())
}

/// Splits a stream at its document markers (YAML 1.2 §9.1.2: three hyphens at the start of a line,
/// which no scalar may contain there). Each part is preceded by as many empty lines as stand before it
/// in the file, so that errors name lines of the file. Parts without content are left out.
fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let marker = line
            .strip_prefix("---")
            .filter(|rest| rest.is_empty() || rest.starts_with([' ', '\t']));
        if marker.is_some() {
            parts.push("\n".repeat(number));
        }
        let Some(part) = parts.last_mut() else { continue };
        // Content may follow the marker on its line; blanks keep the columns.
        if let Some(rest) = marker {
            part.push_str("   ");
            part.push_str(rest);
        } else {
            part.push_str(line);
        }
        part.push('\n');
    }
    let has_content = |part: &String| {
        part.lines().map(str::trim).any(|line| !line.is_empty() && !line.starts_with('#'))
    };
    parts.retain(has_content);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_in_the_second_document_names_its_line_in_the_file() {
        let text = "# comment\n---\napiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\n---\n\
                    apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nnetworking:\n  dnsDomian: x\n";
        let Err(ClusterError::Yaml { number: 2, kind, source }) = read(text) else {
            panic!("expected a YAML error")
        };
        assert_eq!(kind, "ClusterConfiguration");
        let text = source.to_string();
        assert!(text.contains("dnsDomian") && text.contains("line 9"), "{text}");
    }

    #[test]
    fn a_key_that_is_there_twice_is_refused() {
        let text = "apiVersion: keystead/v1\nkind: Nodes\nnodes: []\nnodes: []\n";
        assert!(matches!(read(text), Err(ClusterError::Yaml { .. })));
    }

    #[test]
    fn other_kinds_of_kubeadm_are_named_and_unknown_ones_refused() {
        let text = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nanything: {}\n\
                    --- \napiVersion: kubeadm.k8s.io/v1beta4\nkind: JoinConfiguration\n";
        assert_eq!(read(text).unwrap().ignored, ["KubeletConfiguration", "JoinConfiguration"]);
        let old = "apiVersion: kubeadm.k8s.io/v1beta2\nkind: ClusterConfiguration\n";
        assert!(matches!(read(old), Err(ClusterError::Kind { number: 1, .. })));
        assert!(matches!(read("kind: Secret\n"), Err(ClusterError::Kind { .. })));
    }

    #[test]
    fn an_organisational_unit_is_refused_with_the_reason() {
        let text = "apiVersion: keystead/v1\nkind: Nodes\nnodes:\n- name: a\n  role: worker\n  \
                    addresses: []\n  organizationalUnit: system:nodes\n";
        let error = read(text).unwrap_err();
        assert!(
            matches!(&error, ClusterError::GroupInOu { field, .. } if field == "organizationalUnit")
        );
        assert!(error.to_string().contains("organisation (O)"), "{error}");
    }
}
