//! The profiles in `profiles/`, embedded.

/// Name and text, in the order they are listed to users.
pub(super) const PROFILES: &[(&str, &str)] = &[
    ("root-ca", include_str!("../../profiles/root-ca.toml")),
    ("intermediate-ca", include_str!("../../profiles/intermediate-ca.toml")),
    ("tls-server", include_str!("../../profiles/tls-server.toml")),
    ("tls-client", include_str!("../../profiles/tls-client.toml")),
    ("tls-peer", include_str!("../../profiles/tls-peer.toml")),
    ("ocsp-responder", include_str!("../../profiles/ocsp-responder.toml")),
    ("k8s-ca", include_str!("../../profiles/k8s-ca.toml")),
    ("k8s-apiserver", include_str!("../../profiles/k8s-apiserver.toml")),
    ("k8s-client", include_str!("../../profiles/k8s-client.toml")),
    ("k8s-etcd-server", include_str!("../../profiles/k8s-etcd-server.toml")),
    ("k8s-etcd-peer", include_str!("../../profiles/k8s-etcd-peer.toml")),
    ("k8s-kubelet-serving", include_str!("../../profiles/k8s-kubelet-serving.toml")),
    ("k8s-kubelet-client", include_str!("../../profiles/k8s-kubelet-client.toml")),
    ("k8s-front-proxy-client", include_str!("../../profiles/k8s-front-proxy-client.toml")),
];
