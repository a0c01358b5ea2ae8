//! The three certificate authorities of a cluster.

use super::cluster::Cluster;
use crate::base::validity::DAY;

/// The three certificate authorities of a cluster: what one of them signs must not be accepted where
/// another is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ClusterCa {
    /// API server, kubelets, users.
    Kubernetes,
    /// etcd and its clients.
    Etcd,
    /// The API server as a proxy towards extension API servers.
    FrontProxy,
}

impl ClusterCa {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Kubernetes, Self::Etcd, Self::FrontProxy];

    /// The name of its issuer in the CA home.
    pub fn issuer_name(self) -> &'static str {
        match self {
            Self::Kubernetes => "kubernetes",
            Self::Etcd => "etcd",
            Self::FrontProxy => "front-proxy",
        }
    }

    /// The common name that kubeadm gives it.
    pub fn common_name(self) -> &'static str {
        match self {
            Self::Kubernetes => "kubernetes",
            Self::Etcd => "etcd-ca",
            Self::FrontProxy => "front-proxy-ca",
        }
    }

    /// Where its certificate lies below `/etc/kubernetes`.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Kubernetes => "pki/ca.crt",
            Self::Etcd => "pki/etcd/ca.crt",
            Self::FrontProxy => "pki/front-proxy-ca.crt",
        }
    }
}

/// Issuers that a cluster needs and the CA home does not have.
#[derive(Debug, thiserror::Error)]
#[error("the CA home has no issuer named {names}; make what is missing with:\n{commands}")]
pub struct MissingIssuers {
    /// The missing names, comma-separated.
    pub names: String,
    /// One command a line.
    pub commands: String,
}

impl MissingIssuers {
    /// The error for `missing`, with the commands that make roots of kubeadm's names, key kind and
    /// lifetime for `cluster`.
    pub fn new(cluster: &Cluster, missing: &[ClusterCa]) -> Self {
        let names: Vec<&str> = missing.iter().map(|ca| ca.issuer_name()).collect();
        let commands: Vec<String> = missing
            .iter()
            .map(|ca| {
                format!(
                    "  keystead ca root {} --subject 'CN={}' --key {} --profile k8s-ca --days {}",
                    ca.issuer_name(),
                    ca.common_name(),
                    cluster.keys,
                    (cluster.ca_lifetime / DAY).max(1)
                )
            })
            .collect();
        Self { names: names.join(", "), commands: commands.join("\n") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_issuers_come_with_the_commands_that_make_them() {
        let text = include_str!("../../tests/data/kubeadm/init-defaults.yaml");
        let cluster = Cluster::from_yaml(text).unwrap();
        let error = MissingIssuers::new(&cluster, &[ClusterCa::Etcd, ClusterCa::FrontProxy]);
        assert_eq!(
            error.to_string(),
            "the CA home has no issuer named etcd, front-proxy; make what is missing with:\n  \
             keystead ca root etcd --subject 'CN=etcd-ca' --key rsa-2048 --profile k8s-ca --days 3650\n  \
             keystead ca root front-proxy --subject 'CN=front-proxy-ca' --key rsa-2048 --profile k8s-ca --days 3650"
        );
    }
}
