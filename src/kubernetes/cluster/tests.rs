//! Cluster files that are read, and ones that are refused.

use super::*;

const DEFAULTS: &str = include_str!("../../../tests/data/kubeadm/init-defaults.yaml");
const EXAMPLE: &str = include_str!("../../../examples/kubernetes/cluster.yaml");
const EXTERNAL: &str = include_str!("../../../examples/kubernetes/external-etcd.yaml");

/// The example with one line changed; the line must be there.
fn changed(text: &str, from: &str, to: &str) -> Result<Cluster, ClusterError> {
    assert!(text.contains(from), "{from}");
    Cluster::from_yaml(&text.replacen(from, to, 1))
}

/// The whole message with its causes.
fn message(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

#[test]
fn the_defaults_of_kubeadm_are_read_as_they_are() {
    let cluster = Cluster::from_yaml(DEFAULTS).unwrap();
    assert_eq!(cluster.version(), Version::new(1, 36, 0));
    assert_eq!(cluster.keys(), KeyAlgorithm::Rsa2048);
    assert_eq!(cluster.ca_lifetime(), 3650 * DAY);
    let [node] = cluster.nodes() else { panic!("one node") };
    assert_eq!((node.name.as_str(), node.role), ("node", Role::ControlPlane));
    assert!(cluster.notes.is_empty(), "{:?}", cluster.notes);
}

#[test]
fn a_full_v1beta3_file_with_other_kinds_is_read_and_they_are_named() {
    let text = "
apiVersion: kubeadm.k8s.io/v1beta3
kind: ClusterConfiguration
kubernetesVersion: 1.27.3
apiServer: {timeoutForControlPlane: 4m0s, extraArgs: {authorization-mode: 'Node,RBAC'}, extraVolumes: [{name: a}]}
controllerManager: {extraArgs: {node-cidr-mask-size: '20'}}
scheduler: null
dns: {imageRepository: r, imageTag: t}
featureGates: {PublicKeysECDSA: true}
networking: {serviceSubnet: '10.96.0.0/16,2001:db8:1::/112', podSubnet: 10.244.0.0/16}
---
apiVersion: kubeadm.k8s.io/v1beta3
kind: InitConfiguration
nodeRegistration: {name: cp1, taints: [], kubeletExtraArgs: {v: 5}, criSocket: s, ignorePreflightErrors: [a]}
localAPIEndpoint: {advertiseAddress: 2001:db8::1}
patches: {directory: /x}
certificateKey: abc
skipPhases: [preflight]
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
whatever: 1
";
    let cluster = Cluster::from_yaml(text).unwrap();
    assert_eq!(cluster.keys(), KeyAlgorithm::EcP256);
    assert_eq!(cluster.service_address.to_string(), "10.96.0.1");
    assert!(cluster.notes[0].contains("KubeletConfiguration"), "{:?}", cluster.notes);
}

#[test]
fn an_unknown_field_is_refused_with_its_line_and_the_known_ones() {
    let error = changed(EXAMPLE, "dnsDomain:", "dnsDomian:").unwrap_err();
    let text = message(&error);
    assert!(text.contains("dnsDomian") && text.contains("serviceSubnet"), "{text}");
    assert!(text.contains("line 25"), "{text}");
}

#[test]
fn a_wrong_value_names_field_finding_and_expectation() {
    for (from, to, field, found) in [
        ("v1.36.2", "stable-1", "kubernetesVersion", "stable-1"),
        ("v1.36.2", "1.36", "kubernetesVersion", "1.36"),
        ("10.96.0.0/12", "10.96.0.0", "networking.serviceSubnet", "10.96.0.0"),
        ("10.96.0.0/12", "10.96.0.0/12,10.0.0.0/12", "networking.serviceSubnet", "10.0.0.0/12"),
        ("dnsDomain: cluster.local", "dnsDomain: .local", "networking.dnsDomain", ".local"),
        ("api.example.com:6443", "https://api.example.com", "controlPlaneEndpoint", "https://"),
        ("- api.internal.example.com", "- API_1", "apiServer.certSANs[0]", "API_1"),
        ("Algorithm: ECDSA-P256", "Algorithm: ECDSA-P521", "encryptionAlgorithm", "ECDSA-P521"),
        ("8760h0m0s", "365d", "certificateValidityPeriod", "365d"),
        ("role: worker", "role: master", "nodes[3].role", "master"),
        ("name: worker1.example.com", "name: Worker1", "nodes[3].name", "Worker1"),
        ("name: worker1.example.com", "name: ../../etc", "nodes[3].name", "../../etc"),
        ("[10.0.0.21]", "[10.0.0.300]", "nodes[3].addresses[0]", "10.0.0.300"),
        ("[10.0.0.12]", "[cp2.internal.example.com]", "nodes[1].addresses", "cp2.internal"),
        ("[10.0.0.21]", "[10.0.0.22]", "nodes[4].addresses[0]", "10.0.0.22"),
        ("name: worker1", "name: worker2", "nodes[4].name", "worker2"),
        ("  name: cp1.example.com\nlocal", "  name: cp9\nlocal", "nodeRegistration.name", "cp9"),
        ("ess: 10.0.0.11\n", "ess: 10.0.0.99\n", "localAPIEndpoint.advertiseAddress", "10.0.0.99"),
        ("bindPort: 6443", "bindPort: 0", "localAPIEndpoint.bindPort", "0"),
        ("clusterName: example", "clusterName: 'a b'", "clusterName", "a b"),
    ] {
        let text = message(&changed(EXAMPLE, from, to).unwrap_err());
        assert!(text.contains(field) && text.contains(found), "{to}: {text}");
    }
}

#[test]
fn what_is_missing_is_named_with_the_reason() {
    for (text, from, to, field) in [
        (EXAMPLE, "kubernetesVersion: v1.36.2", "", "kubernetesVersion"),
        (EXAMPLE, "controlPlaneEndpoint: api.example.com:6443", "", "controlPlaneEndpoint"),
        (DEFAULTS, "  name: node\n", "", "nodeRegistration.name"),
        (DEFAULTS, "  advertiseAddress: 1.2.3.4\n", "", "localAPIEndpoint.advertiseAddress"),
        (
            EXTERNAL,
            "endpoints:\n      - https://10.0.0.31:2379\n      - https://10.0.0.32:2379\n      - https://10.0.0.33:2379",
            "endpoints: []",
            "etcd.external.endpoints",
        ),
    ] {
        let error = changed(text, from, to).unwrap_err();
        assert!(error.to_string().starts_with(&format!("{field} is missing")), "{error}");
    }
    let nodes_only = "apiVersion: keystead/v1\nkind: Nodes\nnodes: []\n";
    let error = Cluster::from_yaml(nodes_only).unwrap_err();
    assert!(matches!(error, ClusterError::Missing { field: "ClusterConfiguration", .. }));
}

#[test]
fn a_name_too_long_for_a_common_name_is_refused_before_anything_is_signed() {
    let fits = format!("{}.example.com", "a".repeat(52 - ".example.com".len()));
    assert!(changed(EXAMPLE, "worker1.example.com", &fits).is_ok());
    let long = format!("a{fits}");
    let error = changed(EXAMPLE, "worker1.example.com", &long).unwrap_err();
    assert!(error.to_string().contains("52"), "{error}");
}

#[test]
fn an_etcd_endpoint_that_no_certificate_would_name_is_refused() {
    let error = changed(EXTERNAL, "https://10.0.0.31:2379", "https://10.0.0.99:2379").unwrap_err();
    assert!(error.to_string().contains("etcd.external.endpoints[0]"), "{error}");
    assert!(changed(EXTERNAL, "https://10.0.0.31:2379", "https://etcd1.example.com:2379").is_ok());
    assert!(changed(EXTERNAL, "https://10.0.0.31:2379", "http://10.0.0.31:2379").is_err());
}

#[test]
fn etcd_nodes_without_external_etcd_contradict() {
    let error = changed(EXAMPLE, "role: worker", "role: etcd").unwrap_err();
    assert!(error.to_string().contains("etcd.external"), "{error}");
}

#[test]
fn external_etcd_without_etcd_nodes_is_noted_and_so_are_other_paths() {
    let text = EXTERNAL
        .replace("role: etcd", "role: worker")
        .replace("/etc/kubernetes/pki/etcd/ca.crt", "/srv/ca.crt");
    let cluster = Cluster::from_yaml(&text).unwrap();
    assert_eq!(cluster.etcd, Etcd::External);
    assert!(cluster.notes.iter().any(|note| note.contains("no node has the role etcd")));
    assert!(cluster.notes.iter().any(|note| note.contains("/srv/ca.crt")));
}
