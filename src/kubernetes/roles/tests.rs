//! Plans by cluster, version and role.

use super::*;
use crate::base::algorithm::KeyAlgorithm;

const DEFAULTS: &str = include_str!("../../../tests/data/kubeadm/init-defaults.yaml");
const GENERATE_CSR: &str = include_str!("../../../tests/data/kubeadm/generate-csr/c.yaml");
const EXAMPLE: &str = include_str!("../../../examples/kubernetes/cluster.yaml");
const EXTERNAL: &str = include_str!("../../../examples/kubernetes/external-etcd.yaml");

fn planned(text: &str) -> Plan {
    plan(&Cluster::from_yaml(text).unwrap(), &Options::default())
}

fn leaf<'a>(plan: &'a Plan, path: &str) -> &'a Leaf {
    let artefact = plan.artefacts.iter().find(|artefact| artefact.path() == Path::new(path));
    artefact.and_then(|artefact| artefact.content.leaf()).unwrap_or_else(|| panic!("{path}"))
}

fn sans(leaf: &Leaf) -> Vec<String> {
    let mut sans: Vec<String> = leaf.sans.iter().map(San::to_string).collect();
    sans.sort();
    sans
}

fn paths_below<'a>(plan: &'a Plan, node: &str) -> Vec<&'a str> {
    let mut paths: Vec<&str> = plan
        .artefacts
        .iter()
        .flat_map(|artefact| &artefact.paths)
        .filter_map(|path| path.strip_prefix(node).ok()?.to_str())
        .collect();
    paths.sort_unstable();
    paths
}

#[test]
fn the_defaults_of_kubeadm_plan_a_complete_single_node() {
    let plan = planned(DEFAULTS);
    assert_eq!(plan.keys, KeyAlgorithm::Rsa2048);
    assert_eq!(plan.folders, ["node"]);
    assert_eq!(
        paths_below(&plan, "node"),
        [
            "admin.conf",
            "controller-manager.conf",
            "kube-proxy.conf",
            "kubelet.conf",
            "pki/apiserver-etcd-client.crt",
            "pki/apiserver-kubelet-client.crt",
            "pki/apiserver.crt",
            "pki/ca.crt",
            "pki/etcd/ca.crt",
            "pki/etcd/healthcheck-client.crt",
            "pki/etcd/peer.crt",
            "pki/etcd/server.crt",
            "pki/front-proxy-ca.crt",
            "pki/front-proxy-client.crt",
            "pki/kubelet.crt",
            "pki/sa.key",
            "scheduler.conf",
        ]
    );
    assert_eq!(
        sans(leaf(&plan, "node/pki/apiserver.crt")),
        [
            "dns:kubernetes",
            "dns:kubernetes.default",
            "dns:kubernetes.default.svc",
            "dns:kubernetes.default.svc.cluster.local",
            "dns:localhost",
            "dns:node",
            "ip:1.2.3.4",
            "ip:10.96.0.1",
            "ip:127.0.0.1",
            "ip:::1",
        ]
    );
    assert!(
        plan.artefacts.iter().all(|artefact| {
            artefact.content.leaf().is_none_or(|leaf| leaf.lifetime == 365 * DAY)
        })
    );
}

#[test]
fn names_are_those_that_kubeadm_asks_for_and_the_loopback_ones() {
    let plan = planned(GENERATE_CSR);
    let api_server = leaf(&plan, "cp1/pki/apiserver.crt");
    assert_eq!(
        sans(api_server),
        [
            "dns:api.cluster.example.com",
            "dns:api.internal.example.com",
            "dns:cp1",
            "dns:kubernetes",
            "dns:kubernetes.default",
            "dns:kubernetes.default.svc",
            "dns:kubernetes.default.svc.cluster.local",
            "dns:localhost",
            "ip:10.0.0.10",
            "ip:10.96.0.1",
            "ip:127.0.0.1",
            "ip:192.0.2.10",
            "ip:::1",
        ]
    );
    assert_eq!(api_server.beyond_kubeadm, loopback());
    assert_eq!(
        sans(leaf(&plan, "cp1/pki/etcd/server.crt")),
        [
            "dns:cp1",
            "dns:etcd-1.example.com",
            "dns:localhost",
            "ip:10.0.0.10",
            "ip:127.0.0.1",
            "ip:::1"
        ]
    );
    assert_eq!(
        sans(leaf(&plan, "cp1/pki/etcd/peer.crt")),
        ["dns:cp1", "dns:localhost", "ip:10.0.0.10", "ip:127.0.0.1", "ip:192.0.2.21", "ip:::1"]
    );
    assert_eq!(sans(leaf(&plan, "cp1/pki/kubelet.crt")), ["dns:cp1", "ip:10.0.0.10"]);
}

#[test]
fn subjects_follow_the_kubernetes_version() {
    let masters = Some("system:masters");
    let admins = Some("kubeadm:cluster-admins");
    for (version, kubelet_client, admin) in [
        ("1.28.15", masters, masters),
        ("1.29.0", admins, admins),
        ("v1.34.9", admins, admins),
        ("1.35.4", admins, admins),
        ("1.35.5", None, admins),
        ("1.36.0", admins, admins),
        ("1.36.1-rc.1", admins, admins),
        ("1.36.1", None, admins),
        ("1.37.0", None, admins),
        ("1.37.0-alpha.1", None, admins),
    ] {
        let plan = planned(&DEFAULTS.replace("1.36.0", version));
        let group = |path| leaf(&plan, path).subject.group;
        assert_eq!(group("node/pki/apiserver-kubelet-client.crt"), kubelet_client, "{version}");
        assert_eq!(group("node/admin.conf"), admin, "{version}");
        let binding = plan.notes.iter().any(|note| {
            note.contains("--clusterrole=system:kubelet-api-admin")
                && note.contains("kubeadm:apiserver-kubelet-client")
        });
        assert_eq!(binding, kubelet_client.is_none(), "{version}");
    }
}

#[test]
fn each_file_has_the_issuer_that_its_readers_trust() {
    let plan = planned(EXAMPLE);
    for artefact in &plan.artefacts {
        let Some(leaf) = artefact.content.leaf() else { continue };
        let path = artefact.path().to_str().unwrap();
        let expected = if path.contains("etcd") {
            ClusterCa::Etcd
        } else if path.contains("front-proxy") {
            ClusterCa::FrontProxy
        } else {
            ClusterCa::Kubernetes
        };
        assert_eq!(leaf.ca, expected, "{path}");
        let (profile, named) = match path.rsplit('/').next().unwrap() {
            "apiserver.crt" => ("k8s-apiserver", true),
            "server.crt" => ("k8s-etcd-server", true),
            "peer.crt" => ("k8s-etcd-peer", true),
            "kubelet.crt" => ("k8s-kubelet-serving", true),
            "kubelet.conf" => ("k8s-kubelet-client", false),
            "front-proxy-client.crt" => ("k8s-front-proxy-client", false),
            _ => ("k8s-client", false),
        };
        assert_eq!(leaf.usage.profile(), profile, "{path}");
        assert_eq!(leaf.sans.is_empty(), !named, "{path}");
    }
}

#[test]
fn three_control_plane_nodes_share_ca_certificates_and_the_service_account_pair() {
    let plan = planned(EXAMPLE);
    let shared: Vec<(usize, &Path)> = plan
        .artefacts
        .iter()
        .filter(|artefact| artefact.paths.len() > 1)
        .map(|artefact| {
            (artefact.paths.len(), artefact.path().strip_prefix("cp1.example.com").unwrap())
        })
        .collect();
    assert_eq!(
        shared,
        [
            (5, Path::new("pki/ca.crt")),
            (3, Path::new("pki/etcd/ca.crt")),
            (3, Path::new("pki/front-proxy-ca.crt")),
            (3, Path::new("pki/sa.key")),
        ]
    );
    assert_eq!(
        paths_below(&plan, "worker1.example.com"),
        ["kube-proxy.conf", "kubelet.conf", "pki/ca.crt", "pki/kubelet.crt"]
    );
}

#[test]
fn kubeconfigs_go_to_the_endpoint_and_local_components_to_their_own_node() {
    let plan = planned(EXAMPLE);
    let server = |path: &str| {
        plan.artefacts.iter().find_map(|artefact| match &artefact.content {
            Content::Kubeconfig { server, .. } if artefact.path() == Path::new(path) => {
                Some(server.as_str())
            }
            _ => None,
        })
    };
    for file in ["admin", "kubelet", "kube-proxy"] {
        let path = format!("cp2.example.com/{file}.conf");
        assert_eq!(server(&path), Some("https://api.example.com:6443"), "{path}");
    }
    for file in ["controller-manager", "scheduler"] {
        let path = format!("cp2.example.com/{file}.conf");
        assert_eq!(server(&path), Some("https://10.0.0.12:6443"), "{path}");
    }
}

#[test]
fn super_admin_is_made_once_on_request_and_for_a_day() {
    let cluster = Cluster::from_yaml(EXAMPLE).unwrap();
    let with = plan(&cluster, &Options { super_admin: true, ..Options::default() });
    let all: Vec<&Artefact> = with
        .artefacts
        .iter()
        .filter(|artefact| artefact.path().ends_with("super-admin.conf"))
        .collect();
    assert_eq!(all.len(), 1);
    let leaf = all[0].content.leaf().unwrap();
    assert_eq!((leaf.subject.group, leaf.lifetime), (Some("system:masters"), DAY));
    let without = plan(&cluster, &Options::default());
    assert_eq!(without.artefacts.len() + 1, with.artefacts.len());
    assert!(without.artefacts.iter().all(|artefact| {
        artefact.content.leaf().is_none_or(|leaf| leaf.subject.group != Some("system:masters"))
    }));
}

#[test]
fn an_external_etcd_has_its_certificates_on_its_own_nodes() {
    let plan = planned(EXTERNAL);
    assert_eq!(
        paths_below(&plan, "etcd1.example.com"),
        [
            "pki/etcd/ca.crt",
            "pki/etcd/healthcheck-client.crt",
            "pki/etcd/peer.crt",
            "pki/etcd/server.crt"
        ]
    );
    let control_plane = paths_below(&plan, "cp1.example.com");
    let etcd: Vec<&str> = control_plane.into_iter().filter(|path| path.contains("etcd")).collect();
    assert_eq!(etcd, ["pki/apiserver-etcd-client.crt", "pki/etcd/ca.crt"]);
}

#[test]
fn requests_have_the_file_names_of_kubeadm() {
    let plan = planned(GENERATE_CSR);
    let mut requests: Vec<String> = plan
        .artefacts
        .iter()
        .filter_map(Artefact::request_path)
        .map(|path| path.to_str().unwrap().to_owned())
        .collect();
    requests.sort();
    for kubeadm in ["cp1/admin.conf.csr", "cp1/pki/apiserver.csr", "cp1/pki/etcd/peer.csr"] {
        assert!(requests.iter().any(|path| path == kubeadm), "{kubeadm} in {requests:?}");
    }
}
