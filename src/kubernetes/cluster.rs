//! A validated cluster: what of a cluster file bears on certificates, with kubeadm's defaults.

use std::net::IpAddr;

use ipnet::IpNet;

use super::document::{self, ClusterConfiguration, Documents};
use super::error::ClusterError;
use super::nodes::{etcd, nodes};
use super::value::{Endpoint, Host, Version, go_duration, is_subdomain, service_address};
use crate::base::algorithm::KeyAlgorithm;
use crate::base::validity::DAY;

/// A cluster whose every value has been checked. Only [`Cluster::from_yaml`] makes one.
#[derive(Clone, Debug)]
pub struct Cluster {
    pub(super) name: String,
    pub(super) version: Version,
    pub(super) service_address: IpAddr,
    pub(super) dns_domain: String,
    pub(super) endpoint: Option<Endpoint>,
    pub(super) bind_port: u16,
    pub(super) api_server_sans: Vec<Host>,
    pub(super) etcd: Etcd,
    /// At least one control-plane node; the first one is where `kubeadm init` runs.
    pub(super) nodes: Vec<Node>,
    pub(super) leaf_lifetime: u64,
    pub(super) ca_lifetime: u64,
    pub(super) keys: KeyAlgorithm,
    pub(super) notes: Vec<String>,
}

/// A machine of the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its Kubernetes name, which is also its folder's.
    pub name: String,
    /// What runs there.
    pub role: Role,
    /// Under what it is reached; the first IP address is the one it advertises.
    pub addresses: Vec<Host>,
}

/// What runs on a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// API server, controller manager, scheduler, kubelet; etcd too unless it is external.
    ControlPlane,
    /// An etcd member outside the control plane, without a kubelet of the cluster.
    Etcd,
    /// A kubelet.
    Worker,
}

/// Where etcd runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Etcd {
    /// On every control-plane node, with these further names.
    Stacked { server_sans: Vec<Host>, peer_sans: Vec<Host> },
    /// On the nodes of role etcd.
    External,
}

impl Role {
    /// The word for it in the cluster file.
    pub fn name(self) -> &'static str {
        match self {
            Self::ControlPlane => "control-plane",
            Self::Etcd => "etcd",
            Self::Worker => "worker",
        }
    }
}

impl Node {
    /// The first IP address, under which the node's API server or etcd is announced.
    pub fn advertise_address(&self) -> Option<IpAddr> {
        self.addresses.iter().find_map(|host| match host {
            Host::Address(address) => Some(*address),
            Host::Name(_) => None,
        })
    }
}

impl Cluster {
    /// Reads a cluster file: kubeadm's ClusterConfiguration and InitConfiguration (v1beta3, v1beta4),
    /// and `keystead/v1` Nodes, in any order. Without Nodes, the node of the InitConfiguration is the
    /// only one.
    ///
    /// # Errors
    /// [`ClusterError`] names the field, what was found and what was expected.
    pub fn from_yaml(text: &str) -> Result<Self, ClusterError> {
        let documents = document::read(text)?;
        let mut notes: Vec<String> = documents
            .ignored
            .iter()
            .map(|kind| format!("{kind} has no bearing on certificates and was not read"))
            .collect();
        let configuration = documents.cluster.as_ref().ok_or(ClusterError::Missing {
            field: "ClusterConfiguration",
            why: "it says which Kubernetes version, service subnet and names to issue for; \
                  kubeadm config print init-defaults shows one",
        })?;
        let networking = configuration.networking.as_ref();
        let (service_address, subnets) =
            service_subnet(networking.and_then(|networking| networking.service_subnet.as_deref()))?;
        if subnets > 1 {
            notes.push(format!(
                "the kubernetes service has its address {service_address} in the first service subnet, as with kubeadm"
            ));
        }
        let nodes = nodes(&documents)?;
        let endpoint = endpoint(configuration, &nodes)?;
        let etcd = etcd(configuration, &nodes, &mut notes)?;
        if let Some(folder) = configuration.certificates_dir.as_deref()
            && folder.trim_end_matches('/') != "/etc/kubernetes/pki"
        {
            notes.push(format!(
                "certificatesDir is {folder}: copy each node's pki folder there instead of /etc/kubernetes/pki"
            ));
        }
        Ok(Self {
            name: cluster_name(configuration)?,
            version: version(configuration)?,
            service_address,
            dns_domain: dns_domain(networking.and_then(|value| value.dns_domain.as_deref()))?,
            endpoint,
            bind_port: bind_port(&documents)?,
            api_server_sans: hosts(
                "apiServer.certSANs",
                configuration.api_server.as_ref().and_then(|server| server.cert_sans.as_deref()),
                true,
            )?,
            etcd,
            nodes,
            leaf_lifetime: duration(
                "certificateValidityPeriod",
                configuration.certificate_validity_period.as_deref(),
                365 * DAY,
            )?,
            ca_lifetime: duration(
                "caCertificateValidityPeriod",
                configuration.ca_certificate_validity_period.as_deref(),
                3650 * DAY,
            )?,
            keys: keys(configuration)?,
            notes,
        })
    }

    /// Its name, as kubeconfigs hold it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The Kubernetes version that is going to run.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Its nodes, the one of `kubeadm init` first.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The kind of key that leaves and the service account pair get.
    pub fn keys(&self) -> KeyAlgorithm {
        self.keys
    }

    /// How long the CA certificates should be valid, in seconds.
    pub fn ca_lifetime(&self) -> u64 {
        self.ca_lifetime
    }
}

pub(super) fn value(field: impl Into<String>, found: &str, expected: &'static str) -> ClusterError {
    ClusterError::Value { field: field.into(), found: found.to_owned(), expected }
}

fn cluster_name(configuration: &ClusterConfiguration) -> Result<String, ClusterError> {
    let name = configuration.cluster_name.as_deref().unwrap_or("kubernetes");
    if name.is_empty() || name.len() > 253 || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(value("clusterName", name, "a word of printable ASCII without blanks"));
    }
    Ok(name.to_owned())
}

fn version(configuration: &ClusterConfiguration) -> Result<Version, ClusterError> {
    let text = configuration.kubernetes_version.as_deref().ok_or(ClusterError::Missing {
        field: "kubernetesVersion",
        why: "subjects differ by version, so write the one that is going to run, such as 1.36.2",
    })?;
    Version::parse(text).ok_or_else(|| {
        value(
            "kubernetesVersion",
            text,
            "a concrete version such as 1.36.2: subjects differ between patch versions, and a label \
             or a shortened version can mean another one tomorrow",
        )
    })
}

/// The address of the `kubernetes` service and the number of subnets.
fn service_subnet(text: Option<&str>) -> Result<(IpAddr, usize), ClusterError> {
    let text = text.unwrap_or("10.96.0.0/12");
    let refuse = || {
        value(
            "networking.serviceSubnet",
            text,
            "a CIDR such as 10.96.0.0/12 with room for ten addresses, or an IPv4 and an IPv6 one \
             separated by a comma",
        )
    };
    let subnets: Vec<IpNet> = text
        .split(',')
        .map(|part| part.trim().parse())
        .collect::<Result<_, _>>()
        .map_err(|_| refuse())?;
    let addresses: Vec<IpAddr> = subnets
        .iter()
        .map(|subnet| service_address(*subnet))
        .collect::<Option<_>>()
        .ok_or_else(refuse)?;
    match addresses[..] {
        [only] => Ok((only, 1)),
        [first, second] if first.is_ipv4() != second.is_ipv4() => Ok((first, 2)),
        _ => Err(refuse()),
    }
}

fn dns_domain(text: Option<&str>) -> Result<String, ClusterError> {
    let domain = text.unwrap_or("cluster.local");
    if !is_subdomain(domain) {
        return Err(value("networking.dnsDomain", domain, "a DNS domain such as cluster.local"));
    }
    Ok(domain.to_owned())
}

fn bind_port(documents: &Documents) -> Result<u16, ClusterError> {
    let endpoint = documents.init.as_ref().and_then(|init| init.local_api_endpoint.as_ref());
    match endpoint.and_then(|endpoint| endpoint.bind_port) {
        None => Ok(6443),
        Some(0) => Err(value("localAPIEndpoint.bindPort", "0", "a TCP port from 1 to 65535")),
        Some(port) => Ok(port),
    }
}

fn endpoint(
    configuration: &ClusterConfiguration,
    nodes: &[Node],
) -> Result<Option<Endpoint>, ClusterError> {
    match configuration.control_plane_endpoint.as_deref().filter(|text| !text.is_empty()) {
        Some(text) => Endpoint::parse(text).map(Some).ok_or_else(|| {
            value(
                "controlPlaneEndpoint",
                text,
                "HOST or HOST:PORT, where HOST is a DNS name or an address ([…] around IPv6)",
            )
        }),
        None if nodes.iter().filter(|node| node.role == Role::ControlPlane).count() > 1 => {
            Err(ClusterError::Missing {
                field: "controlPlaneEndpoint",
                why: "with several control-plane nodes the kubeconfigs need one name for all of \
                      them, such as api.example.com:6443",
            })
        }
        None => Ok(None),
    }
}

pub(super) fn hosts(
    field: &str,
    texts: Option<&[String]>,
    wildcard: bool,
) -> Result<Vec<Host>, ClusterError> {
    texts
        .unwrap_or_default()
        .iter()
        .enumerate()
        .map(|(index, text)| {
            Host::parse(text, wildcard).ok_or_else(|| {
                value(
                    format!("{field}[{index}]"),
                    text,
                    "an IP address or a DNS name in lower case",
                )
            })
        })
        .collect()
}

fn duration(field: &str, text: Option<&str>, default: u64) -> Result<u64, ClusterError> {
    let Some(text) = text else { return Ok(default) };
    go_duration(text)
        .ok_or_else(|| value(field, text, "a positive duration in Go's form such as 8760h0m0s"))
}

fn keys(configuration: &ClusterConfiguration) -> Result<KeyAlgorithm, ClusterError> {
    // Before encryptionAlgorithm (v1beta4), kubeadm had a feature gate for P-256.
    let gate = configuration
        .feature_gates
        .as_ref()
        .and_then(|gates| gates.get("PublicKeysECDSA").copied())
        .unwrap_or(false);
    match configuration.encryption_algorithm.as_deref() {
        None | Some("") if gate => Ok(KeyAlgorithm::EcP256),
        None | Some("" | "RSA-2048") => Ok(KeyAlgorithm::Rsa2048),
        Some("RSA-3072") => Ok(KeyAlgorithm::Rsa3072),
        Some("RSA-4096") => Ok(KeyAlgorithm::Rsa4096),
        Some("ECDSA-P256") => Ok(KeyAlgorithm::EcP256),
        Some("ECDSA-P384") => Ok(KeyAlgorithm::EcP384),
        Some(other) => Err(value(
            "encryptionAlgorithm",
            other,
            "RSA-2048, RSA-3072, RSA-4096, ECDSA-P256 or ECDSA-P384",
        )),
    }
}

#[cfg(test)]
mod tests;
