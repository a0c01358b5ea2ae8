//! A certificate of each shipped profile, named as its users name it.

use rcgen::KeyPair;

use super::{Sample, now, profile, serial, spki};
use crate::base::algorithm::SignatureAlgorithm;
use crate::profile::Profile;
use crate::tbs::Tbs;

/// Profile, subject, alternative names.
const NAMED: &[(&str, &str, &[&str])] = &[
    ("root-ca", "CN=Example Root CA,O=Example,C=CH", &[]),
    ("intermediate-ca", "CN=Example Issuing CA,O=Example,C=CH", &[]),
    ("ocsp-responder", "CN=Example Issuing CA OCSP,O=Example,C=CH", &[]),
    ("k8s-ca", "CN=kubernetes", &[]),
    (
        "k8s-apiserver",
        "CN=kube-apiserver",
        &[
            "dns:kubernetes",
            "dns:kubernetes.default",
            "dns:kubernetes.default.svc",
            "dns:kubernetes.default.svc.cluster.local",
            "ip:10.96.0.1",
        ],
    ),
    ("k8s-client", "CN=jane,O=developers,O=testers", &[]),
    ("k8s-etcd-peer", "CN=kube-etcd-peer", &["dns:node-1", "ip:10.0.0.1"]),
    ("k8s-etcd-server", "CN=kube-etcd", &["dns:localhost", "ip:127.0.0.1", "ip:::1"]),
    ("k8s-front-proxy-client", "CN=front-proxy-client", &[]),
    ("k8s-kubelet-client", "CN=system:node:worker-1,O=system:nodes", &[]),
    (
        "k8s-kubelet-serving",
        "CN=system:node:worker-1,O=system:nodes",
        &["dns:worker-1", "ip:10.0.0.11"],
    ),
    ("tls-client", "CN=Jane Doe,O=Example,C=CH", &["email:jane@example.com"]),
    ("tls-peer", "CN=node-1.example.com,O=Example", &["dns:node-1.example.com"]),
    ("tls-server", "CN=www.example.com,O=Example", &["dns:www.example.com", "dns:*.example.com"]),
];

impl Sample {
    /// One of each shipped profile.
    pub(crate) fn of_every_profile() -> Vec<Self> {
        let shipped: Vec<&str> = Profile::shipped().iter().map(|(name, _)| *name).collect();
        let named: Vec<&str> = NAMED.iter().map(|(name, ..)| *name).collect();
        assert!(shipped.iter().all(|name| named.contains(name)), "{shipped:?}, {named:?}");
        let key = || KeyPair::generate().unwrap();
        let sample = |(name, subject, sans): &(&str, &str, &[&str])| match *name {
            "root-ca" | "k8s-ca" => root(name, subject, &key()),
            _ => Self::leaf(name, &key(), subject, sans),
        };
        NAMED.iter().map(sample).collect()
    }
}

fn root(name: &str, subject: &str, key: &KeyPair) -> Sample {
    let algorithm = SignatureAlgorithm::EcdsaSha256;
    let subject = subject.parse().unwrap();
    let plan = profile(name).plan_root(subject, spki(key), algorithm, None, now()).unwrap();
    Sample { tbs: Tbs::encode(plan, serial()).unwrap() }
}
