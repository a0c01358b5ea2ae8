//! A real etcd of three members on loopback, with client certificates required and TLS between the
//! members, from one tree. Every process is ended by its own id, also when the test fails.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{NODES, Site, kubeconfig_data, oracle, put, text, verdict};

/// How long a cluster may take to elect a leader on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

struct Member(Child);

impl Drop for Member {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn three_etcd_members_form_a_cluster_and_let_only_its_own_clients_in() {
    let (Some(etcd), Some(etcdctl)) = (oracle("etcd"), oracle("etcdctl")) else { return };
    let site = Site::with_tree();
    let ports: Vec<(u16, u16)> = NODES.iter().map(|(_, address)| free_ports(address)).collect();
    let initial: Vec<String> = NODES
        .iter()
        .zip(&ports)
        .map(|((name, address), (_, peer))| format!("{name}=https://{address}:{peer}"))
        .collect();
    let members: Vec<Member> = NODES
        .iter()
        .zip(&ports)
        .map(|((name, address), (client, peer))| {
            let etcd_dir = site.tree().join(name).join("pki/etcd");
            let log = site.path().join(format!("{name}.log"));
            put(&log, b"");
            let log = std::fs::OpenOptions::new().append(true).open(log).expect("a log");
            let child = Command::new(&etcd)
                .args(["--name", name, "--initial-cluster", &initial.join(",")])
                .args(["--initial-cluster-token", "oracles", "--initial-cluster-state", "new"])
                .arg("--data-dir")
                .arg(site.path().join(format!("{name}.etcd")))
                .args(["--listen-client-urls", &format!("https://{address}:{client}")])
                .args(["--advertise-client-urls", &format!("https://{address}:{client}")])
                .args(["--listen-peer-urls", &format!("https://{address}:{peer}")])
                .args(["--initial-advertise-peer-urls", &format!("https://{address}:{peer}")])
                .args(["--client-cert-auth", "--peer-client-cert-auth"])
                .args(["--trusted-ca-file", &shown(&etcd_dir.join("ca.crt"))])
                .args(["--peer-trusted-ca-file", &shown(&etcd_dir.join("ca.crt"))])
                .args(["--cert-file", &shown(&etcd_dir.join("server.crt"))])
                .args(["--key-file", &shown(&etcd_dir.join("server.key"))])
                .args(["--peer-cert-file", &shown(&etcd_dir.join("peer.crt"))])
                .args(["--peer-key-file", &shown(&etcd_dir.join("peer.key"))])
                .env("ETCD_UNSUPPORTED_ARCH", std::env::consts::ARCH)
                .stdin(Stdio::null())
                .stdout(log.try_clone().expect("the log again"))
                .stderr(log)
                .spawn()
                .expect("etcd starts");
            Member(child)
        })
        .collect();

    let endpoints: Vec<String> = NODES
        .iter()
        .zip(&ports)
        .map(|((_, address), (client, _))| format!("https://{address}:{client}"))
        .collect();
    let pki = site.tree().join("cp-1/pki");
    let ask = |identity: Option<(&Path, &Path)>, arguments: &[&str]| {
        let mut command = Command::new(&etcdctl);
        command
            .env("ETCDCTL_API", "3")
            .args(["--endpoints", &endpoints.join(",")])
            .args(["--dial-timeout", "3s", "--command-timeout", "5s"])
            .args(["--cacert", &shown(&pki.join("etcd/ca.crt"))])
            .args(arguments);
        if let Some((certificate, key)) = identity {
            command.args(["--cert", &shown(certificate), "--key", &shown(key)]);
        }
        verdict(&mut command)
    };

    let healthcheck =
        (pki.join("etcd/healthcheck-client.crt"), pki.join("etcd/healthcheck-client.key"));
    let api_server = (pki.join("apiserver-etcd-client.crt"), pki.join("apiserver-etcd-client.key"));
    let health = ["endpoint", "health"];
    let started = Instant::now();
    loop {
        let (healthy, said) = ask(Some((&healthcheck.0, &healthcheck.1)), &health);
        if healthy && said.matches("is healthy").count() == NODES.len() {
            break;
        }
        assert!(started.elapsed() < PATIENCE, "no cluster:\n{said}\n{}", logs(&site));
        std::thread::sleep(Duration::from_millis(300));
    }

    let client = Some((api_server.0.as_path(), api_server.1.as_path()));
    let (written, said) = ask(client, &["put", "/oracles/key", "value"]);
    assert!(written, "{said}\n{}", logs(&site));
    let (read, said) =
        ask(Some((&healthcheck.0, &healthcheck.1)), &["get", "/oracles/key", "--print-value-only"]);
    assert!(read && said.contains("value"), "{said}");
    let (listed, said) = ask(client, &["member", "list"]);
    assert!(listed, "{said}");
    assert_eq!(said.matches("started").count(), NODES.len(), "{said}");

    // The cluster's own administrator is of the wrong CA, and nobody is not enough either.
    let admin = admin_identity(&site);
    for (who, identity) in [("admin", Some((admin.0.as_path(), admin.1.as_path()))), ("none", None)]
    {
        let (accepted, said) = ask(identity, &["get", "/oracles/key"]);
        assert!(!accepted && !said.contains("value"), "{who} was let in: {said}");
        assert!(refused_by_tls(&said, &logs(&site)), "{who}: {said}\n{}", logs(&site));
    }
    // Refusing them did not cost it its health.
    let (healthy, said) = ask(Some((&healthcheck.0, &healthcheck.1)), &health);
    assert!(healthy, "{said}");
    drop(members);
}

/// The refusal is about the certificate: said by the client, or by the members in their logs.
fn refused_by_tls(said: &str, logs: &str) -> bool {
    let client = ["bad certificate", "certificate required", "unknown certificate authority"];
    let member = ["didn't provide a certificate", "signed by unknown authority"];
    client.iter().any(|reason| said.contains(reason))
        || member.iter().any(|reason| logs.contains(reason))
}

fn admin_identity(site: &Site) -> (PathBuf, PathBuf) {
    let kubeconfig = text(&site.tree().join("cp-1/admin.conf"));
    let (certificate, key) = (site.path().join("admin.crt"), site.path().join("admin.key"));
    put(&certificate, &kubeconfig_data(&kubeconfig, "client-certificate").expect("a certificate"));
    put(&key, &kubeconfig_data(&kubeconfig, "client-key").expect("a key"));
    (certificate, key)
}

/// The end of each member's log.
fn logs(site: &Site) -> String {
    let mut all = String::new();
    for (name, _) in NODES {
        let log = text(&site.path().join(format!("{name}.log")));
        let lines: Vec<&str> = log.lines().collect();
        all.push_str(&format!(
            "--- {name}\n{}\n",
            lines[lines.len().saturating_sub(15)..].join("\n")
        ));
    }
    all
}

/// Two ports that were free a moment ago; etcd takes no port 0.
fn free_ports(address: &str) -> (u16, u16) {
    let listener = || TcpListener::bind((address, 0)).expect("a loopback address");
    let (one, other) = (listener(), listener());
    let port = |listener: &TcpListener| listener.local_addr().expect("bound").port();
    (port(&one), port(&other))
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
