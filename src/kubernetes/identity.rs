//! What the names of a certificate say about its place in a cluster: whose node, which client of the
//! control plane.

use super::plan::Usage;
use crate::base::name::DistinguishedName;
use crate::base::san::San;

/// In front of a node's name in the common name of its kubelet.
pub(super) const NODE_USER: &str = "system:node:";

/// A client of the control plane, which every control-plane node has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ControlPlaneClient {
    /// Its common name.
    pub common_name: &'static str,
    /// What stops when no certificate of that name is accepted any more.
    pub stops: &'static str,
}

/// The API server as a client of kubelets.
pub(super) const KUBELET_CLIENT: ControlPlaneClient = ControlPlaneClient {
    common_name: "kube-apiserver-kubelet-client",
    stops: "the API server reaches no kubelet: no logs, no exec, no port-forward",
};
/// The API server as a client of etcd.
pub(super) const ETCD_CLIENT: ControlPlaneClient = ControlPlaneClient {
    common_name: "kube-apiserver-etcd-client",
    stops: "the API server reaches no etcd: the whole control plane stops",
};
/// The API server as a client of extension API servers.
pub(super) const FRONT_PROXY_CLIENT: ControlPlaneClient = ControlPlaneClient {
    common_name: "front-proxy-client",
    stops: "extension API servers refuse the API server: no metrics, no API of theirs",
};
/// The controller manager.
pub(super) const CONTROLLER_MANAGER: ControlPlaneClient = ControlPlaneClient {
    common_name: "system:kube-controller-manager",
    stops: "no controller runs: what fails is not replaced, nothing is scaled or rolled out",
};
/// The scheduler.
pub(super) const SCHEDULER: ControlPlaneClient =
    ControlPlaneClient { common_name: "system:kube-scheduler", stops: "no new pod gets a node" };

const CONTROL_PLANE_CLIENTS: [ControlPlaneClient; 5] =
    [KUBELET_CLIENT, ETCD_CLIENT, FRONT_PROXY_CLIENT, CONTROLLER_MANAGER, SCHEDULER];

/// The client of the control plane with this subject; none for all others.
pub fn control_plane_client(subject: &DistinguishedName) -> Option<ControlPlaneClient> {
    let is =
        |client: &ControlPlaneClient| subject.common_names().any(|name| name == client.common_name);
    CONTROL_PLANE_CLIENTS.into_iter().find(is)
}

/// Whether a certificate under `profile` is that of the node `node`: its kubelet's (`system:node:NODE`),
/// its etcd member's, or of a server that has its name. What all nodes have alike, such as the clients
/// of the control plane, says no node.
pub fn is_of_node(profile: &str, subject: &DistinguishedName, sans: &[San], node: &str) -> bool {
    let is = |usage: Usage| usage.profile() == profile;
    let is_member = is(Usage::EtcdServer) || is(Usage::EtcdPeer);
    let is_server = is(Usage::ApiServer) || is(Usage::KubeletServing);
    let is_named = |san: &San| matches!(san, San::Dns(_)) && san.is_called(node);
    subject.common_names().any(|name| name.strip_prefix(NODE_USER) == Some(node))
        || is_member && subject.common_names().any(|name| name == node)
        || is_server && sans.iter().any(is_named)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubernetes::{Cluster, Content, Options, plan};

    const CLUSTER: &str = "
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: 1.34.1
controlPlaneEndpoint: api.example.com:6443
---
apiVersion: keystead/v1
kind: Nodes
nodes:
- {name: cp1, role: control-plane, addresses: [192.0.2.11]}
- {name: cp11, role: control-plane, addresses: [192.0.2.12]}
- {name: w1, role: worker, addresses: [192.0.2.21]}
";

    /// Path, profile, subject and names of every leaf of the cluster.
    fn leaves() -> Vec<(String, &'static str, DistinguishedName, Vec<San>)> {
        let cluster = Cluster::from_yaml(CLUSTER).unwrap();
        let artefacts = plan(&cluster, &Options::default()).artefacts;
        let leaf = |artefact: &crate::kubernetes::Artefact| {
            let path = artefact.path().display().to_string();
            let leaf = artefact.content.leaf().cloned()?;
            let subject = leaf.subject.to_name().unwrap();
            Some((path, leaf.usage.profile(), subject, leaf.sans))
        };
        assert!(artefacts.iter().any(|one| matches!(one.content, Content::Kubeconfig { .. })));
        artefacts.iter().filter_map(leaf).collect()
    }

    #[test]
    fn what_a_node_has_alone_is_its_own_and_no_other_nodes() {
        for (node, expected) in [
            (
                "cp1",
                vec![
                    "cp1/pki/apiserver.crt",
                    "cp1/pki/etcd/server.crt",
                    "cp1/pki/etcd/peer.crt",
                    "cp1/pki/kubelet.crt",
                    "cp1/kubelet.conf",
                ],
            ),
            ("w1", vec!["w1/pki/kubelet.crt", "w1/kubelet.conf"]),
            ("cp", vec![]),
            ("system:node:cp1", vec![]),
        ] {
            let leaves = leaves();
            let of_node = leaves
                .iter()
                .filter(|(_, profile, subject, sans)| is_of_node(profile, subject, sans, node));
            let found: Vec<&str> = of_node.map(|(path, ..)| path.as_str()).collect();
            assert_eq!(found, expected, "{node}");
        }
    }

    #[test]
    fn each_client_of_the_control_plane_is_one_and_people_and_nodes_are_none() {
        let leaves = leaves();
        let clients = leaves.iter().filter_map(|(path, _, subject, _)| {
            control_plane_client(subject).map(|client| (path.as_str(), client.common_name))
        });
        let found: Vec<_> = clients.filter(|(path, _)| path.starts_with("cp1/")).collect();
        let expected = [
            ("cp1/pki/apiserver-kubelet-client.crt", "kube-apiserver-kubelet-client"),
            ("cp1/pki/apiserver-etcd-client.crt", "kube-apiserver-etcd-client"),
            ("cp1/pki/front-proxy-client.crt", "front-proxy-client"),
            ("cp1/controller-manager.conf", "system:kube-controller-manager"),
            ("cp1/scheduler.conf", "system:kube-scheduler"),
        ];
        assert_eq!(found, expected);
    }
}
