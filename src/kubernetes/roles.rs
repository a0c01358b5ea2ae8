//! From a cluster to its plan: what each node needs, by role and Kubernetes version. Pure: nothing is
//! read or written.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};

use super::authority::ClusterCa;
use super::cluster::{Cluster, Etcd, Node, Role};
use super::identity::{
    CONTROLLER_MANAGER, ETCD_CLIENT, FRONT_PROXY_CLIENT, KUBELET_CLIENT, NODE_USER, SCHEDULER,
};
use super::plan::{Artefact, Content, Leaf, Options, Plan, Subject, Usage};
use super::value::{Host, Version};
use crate::base::san::San;
use crate::base::validity::DAY;

/// Lists every file that `cluster` needs.
pub fn plan(cluster: &Cluster, options: &Options) -> Plan {
    let mut artefacts = shared(cluster);
    for (index, node) in cluster.nodes.iter().enumerate() {
        let make = Maker { cluster, node };
        match node.role {
            Role::ControlPlane => {
                make.control_plane(options.super_admin && index == 0, &mut artefacts)
            }
            Role::Etcd => make.etcd_member(&[], &[], &mut artefacts),
            Role::Worker => make.kubelet(&mut artefacts),
        }
    }
    Plan {
        artefacts,
        keys: cluster.keys,
        notes: notes(cluster, options),
        folders: cluster.nodes.iter().map(|node| node.name.clone()).collect(),
    }
}

/// What several nodes hold the same bytes of.
fn shared(cluster: &Cluster) -> Vec<Artefact> {
    let on = |path: &str, wanted: &dyn Fn(Role) -> bool| -> Vec<PathBuf> {
        let nodes = cluster.nodes.iter().filter(|node| wanted(node.role));
        nodes.map(|node| Path::new(&node.name).join(path)).collect()
    };
    let ca = |ca: ClusterCa, wanted: &dyn Fn(Role) -> bool| Artefact {
        paths: on(ca.path(), wanted),
        content: Content::CaCertificate(ca),
    };
    vec![
        ca(ClusterCa::Kubernetes, &|role| role != Role::Etcd),
        ca(ClusterCa::Etcd, &|role| role != Role::Worker),
        ca(ClusterCa::FrontProxy, &|role| role == Role::ControlPlane),
        Artefact {
            paths: on("pki/sa.key", &|role| role == Role::ControlPlane),
            content: Content::ServiceAccountKeys,
        },
    ]
}

/// Makes what belongs to one node.
struct Maker<'a> {
    cluster: &'a Cluster,
    node: &'a Node,
}

impl Maker<'_> {
    fn control_plane(&self, super_admin: bool, out: &mut Vec<Artefact>) {
        use ClusterCa::{Etcd as EtcdCa, FrontProxy, Kubernetes};
        let version = self.cluster.version;
        out.push(self.api_server());
        out.push(self.client(
            "apiserver-kubelet-client",
            Kubernetes,
            KUBELET_CLIENT.common_name,
            kubelet_client_group(version),
        ));
        let etcd_client = ETCD_CLIENT.common_name;
        out.push(self.client("apiserver-etcd-client", EtcdCa, etcd_client, None));
        let front_proxy_client = FRONT_PROXY_CLIENT.common_name;
        out.push(self.client("front-proxy-client", FrontProxy, front_proxy_client, None));
        if let Etcd::Stacked { server_sans, peer_sans } = &self.cluster.etcd {
            self.etcd_member(server_sans, peer_sans, out);
        }
        let (shared, local) = (self.shared_url(), self.local_url(self.node));
        out.push(self.conf("admin", "kubernetes-admin", Some(admin_group(version)), &shared));
        if super_admin {
            let mut artefact =
                self.conf("super-admin", "kubernetes-super-admin", Some(MASTERS), &shared);
            if let Content::Kubeconfig { leaf, .. } = &mut artefact.content {
                leaf.lifetime = leaf.lifetime.min(DAY);
            }
            out.push(artefact);
        }
        let controller_manager = CONTROLLER_MANAGER.common_name;
        out.push(self.conf("controller-manager", controller_manager, None, &local));
        out.push(self.conf("scheduler", SCHEDULER.common_name, None, &local));
        self.kubelet(out);
    }

    fn api_server(&self) -> Artefact {
        let kubernetes = "kubernetes.default.svc";
        let mut names = Names::default();
        names.dns(&self.node.name);
        for service in ["kubernetes", "kubernetes.default", kubernetes] {
            names.dns(service);
        }
        names.dns(&format!("{kubernetes}.{}", self.cluster.dns_domain));
        names.add(San::Ip(self.cluster.service_address));
        names.hosts(&self.node.addresses);
        names.hosts(self.cluster.endpoint.as_ref().map(|endpoint| &endpoint.host));
        names.hosts(&self.cluster.api_server_sans);
        let mut beyond_kubeadm = loopback();
        beyond_kubeadm.retain(|san| !names.0.contains(san));
        beyond_kubeadm.iter().cloned().for_each(|san| names.add(san));
        self.certificate(
            "apiserver",
            Leaf {
                beyond_kubeadm,
                ..self.leaf(ClusterCa::Kubernetes, "kube-apiserver", Usage::ApiServer, names)
            },
        )
    }

    fn etcd_member(&self, server_sans: &[Host], peer_sans: &[Host], out: &mut Vec<Artefact>) {
        for (file, usage, further) in [
            ("etcd/server", Usage::EtcdServer, server_sans),
            ("etcd/peer", Usage::EtcdPeer, peer_sans),
        ] {
            let mut names = Names::default();
            names.dns(&self.node.name);
            names.hosts(&self.node.addresses);
            loopback().into_iter().for_each(|san| names.add(san));
            names.hosts(further);
            let leaf = self.leaf(ClusterCa::Etcd, &self.node.name, usage, names);
            out.push(self.certificate(file, leaf));
        }
        let healthcheck = "kube-etcd-healthcheck-client";
        out.push(self.client("etcd/healthcheck-client", ClusterCa::Etcd, healthcheck, None));
    }

    /// What a node needs that runs a kubelet.
    fn kubelet(&self, out: &mut Vec<Artefact>) {
        let user = format!("{NODE_USER}{}", self.node.name);
        let mut names = Names::default();
        names.dns(&self.node.name);
        names.hosts(&self.node.addresses);
        let mut serving = self.leaf(ClusterCa::Kubernetes, &user, Usage::KubeletServing, names);
        serving.subject.group = Some("system:nodes");
        out.push(self.certificate("kubelet", serving));
        let server = self.shared_url();
        let mut client = self.conf("kubelet", &user, Some("system:nodes"), &server);
        if let Content::Kubeconfig { leaf, .. } = &mut client.content {
            leaf.usage = Usage::KubeletClient;
        }
        out.push(client);
        out.push(self.conf("kube-proxy", "system:kube-proxy", None, &server));
    }

    fn leaf(&self, ca: ClusterCa, common_name: &str, usage: Usage, names: Names) -> Leaf {
        Leaf {
            ca,
            subject: Subject { common_name: common_name.to_owned(), group: None },
            sans: names.0,
            beyond_kubeadm: Vec::new(),
            usage,
            lifetime: self.cluster.leaf_lifetime,
        }
    }

    fn certificate(&self, file: &str, leaf: Leaf) -> Artefact {
        let path = Path::new(&self.node.name).join(format!("pki/{file}.crt"));
        Artefact { paths: vec![path], content: Content::Certificate(leaf) }
    }

    fn client(
        &self,
        file: &str,
        ca: ClusterCa,
        common_name: &str,
        group: Option<&'static str>,
    ) -> Artefact {
        let usage = match ca {
            ClusterCa::FrontProxy => Usage::FrontProxyClient,
            ClusterCa::Etcd | ClusterCa::Kubernetes => Usage::Client,
        };
        let mut leaf = self.leaf(ca, common_name, usage, Names::default());
        leaf.subject.group = group;
        self.certificate(file, leaf)
    }

    fn conf(&self, file: &str, user: &str, group: Option<&'static str>, server: &str) -> Artefact {
        let mut leaf = self.leaf(ClusterCa::Kubernetes, user, Usage::Client, Names::default());
        leaf.subject.group = group;
        Artefact {
            paths: vec![Path::new(&self.node.name).join(format!("{file}.conf"))],
            content: Content::Kubeconfig {
                leaf,
                server: server.to_owned(),
                cluster: self.cluster.name.clone(),
            },
        }
    }

    /// The URL of the control plane: its endpoint, or its only node.
    fn shared_url(&self) -> String {
        match (&self.cluster.endpoint, self.cluster.nodes.first()) {
            (Some(endpoint), _) => endpoint.url(self.cluster.bind_port),
            (None, Some(first)) => self.local_url(first),
            (None, None) => String::new(),
        }
    }

    /// The URL of the API server on `node` itself.
    fn local_url(&self, node: &Node) -> String {
        let host = node
            .advertise_address()
            .map_or_else(|| node.name.clone(), |address| Host::Address(address).to_string());
        format!("https://{host}:{}", self.cluster.bind_port)
    }
}

fn loopback() -> Vec<San> {
    vec![
        San::Dns("localhost".to_owned()),
        San::Ip(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        San::Ip(IpAddr::V6(Ipv6Addr::LOCALHOST)),
    ]
}

/// Subject alternative names in the order they were added, each once.
#[derive(Default)]
struct Names(Vec<San>);

impl Names {
    fn add(&mut self, san: San) {
        if !self.0.contains(&san) {
            self.0.push(san);
        }
    }

    fn dns(&mut self, name: &str) {
        self.add(San::Dns(name.to_owned()));
    }

    fn hosts<'a>(&mut self, hosts: impl IntoIterator<Item = &'a Host>) {
        hosts.into_iter().map(Host::san).for_each(|san| self.add(san));
    }
}

/// The name and the binding that kubeadm uses too, so that it finds them in place.
const KUBELET_BINDING: &str = "kubectl create clusterrolebinding kubeadm:apiserver-kubelet-client \
     --clusterrole=system:kubelet-api-admin --user=kube-apiserver-kubelet-client";
const ADMINS_BINDING: &str = "kubectl create clusterrolebinding kubeadm:cluster-admins \
     --clusterrole=cluster-admin --group=kubeadm:cluster-admins";

fn notes(cluster: &Cluster, options: &Options) -> Vec<String> {
    let mut notes = cluster.notes.clone();
    let version = cluster.version;
    if kubelet_client_group(version).is_none() {
        notes.push(format!(
            "Kubernetes {version}: apiserver-kubelet-client has no group, so the API server may use \
             kubelets (logs, exec) only with this binding, which kubeadm init makes: {KUBELET_BINDING}"
        ));
    }
    if admin_group(version) == MASTERS {
        notes.push(format!(
            "Kubernetes {version}: admin.conf is in the group system:masters, which no RBAC rule limits"
        ));
    } else {
        notes.push(format!(
            "admin.conf has its rights from this binding, which kubeadm init makes with \
             super-admin.conf{}: {ADMINS_BINDING}",
            if options.super_admin { "" } else { " (--super-admin)" }
        ));
    }
    if options.super_admin {
        notes.push(
            "super-admin.conf is in the group system:masters, which no RBAC rule limits and nothing \
             revokes: use it for kubeadm init and keep it off the nodes"
                .to_owned(),
        );
    }
    notes
}

/// A group that no RBAC rule limits.
const MASTERS: &str = "system:masters";
/// What kubeadm binds to the role cluster-admin.
const CLUSTER_ADMINS: &str = "kubeadm:cluster-admins";

/// The group of the API server as a client of kubelets.
fn kubelet_client_group(version: Version) -> Option<&'static str> {
    let without_group = version >= Version::new(1, 36, 1)
        || (version >= Version::new(1, 35, 5) && (version.major, version.minor) == (1, 35));
    if without_group { None } else { Some(admin_group(version)) }
}

/// The group of `admin.conf`.
fn admin_group(version: Version) -> &'static str {
    if (version.major, version.minor) >= (1, 29) { CLUSTER_ADMINS } else { MASTERS }
}

#[cfg(test)]
mod tests;
