//! A throwaway token, a CA home with three issuers on it, and the tree of a small cluster.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub(crate) use crate::oracle::{oracle, said, skipped};

/// A token of its own with a CA home on it. Gone when dropped.
pub(crate) struct Site {
    dir: tempfile::TempDir,
}

/// One certificate of the tree.
pub(crate) struct Leaf {
    /// Path below the tree, with `#client` for what a kubeconfig embeds.
    pub(crate) name: String,
    pub(crate) der: Vec<u8>,
    /// Which of the three issuers it belongs to, by its place in kubeadm's layout.
    pub(crate) issuer: &'static str,
    pub(crate) purposes: &'static [Purpose],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Client,
    Server,
}

pub(crate) const ISSUERS: [(&str, &str); 3] =
    [("kubernetes", "kubernetes"), ("etcd", "etcd-ca"), ("front-proxy", "front-proxy-ca")];

const TOKEN: &str = "keystead-oracles";

/// Three control-plane nodes whose addresses are all this machine's, so that etcd can run on them.
pub(crate) const CLUSTER: &str = "\
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.36.1
clusterName: oracles
controlPlaneEndpoint: api.oracles.example.com:6443
networking:
  serviceSubnet: 10.32.0.0/24
  dnsDomain: cluster.local
encryptionAlgorithm: ECDSA-P256
---
apiVersion: keystead/v1
kind: Nodes
nodes:
- { name: cp-1, role: control-plane, addresses: [127.0.0.1] }
- { name: cp-2, role: control-plane, addresses: [127.0.0.2] }
- { name: cp-3, role: control-plane, addresses: [127.0.0.3] }
- { name: worker-1, role: worker, addresses: [127.0.0.4] }
";

pub(crate) const NODES: [(&str, &str); 3] =
    [("cp-1", "127.0.0.1"), ("cp-2", "127.0.0.2"), ("cp-3", "127.0.0.3")];

impl Site {
    /// A token and an empty home on it.
    pub(crate) fn new() -> Self {
        Self::in_folder(None)
    }

    /// The same below a folder of choice.
    pub(crate) fn in_folder(folder: Option<&Path>) -> Self {
        let folder = folder.map_or_else(std::env::temp_dir, Path::to_path_buf);
        let site = Self { dir: tempfile::tempdir_in(folder).expect("a temporary folder") };
        let provision = Path::new(env!("CARGO_MANIFEST_DIR")).join("softhsm/provision");
        let mut command = Command::new(provision);
        command.args([site.token_dir().as_os_str(), TOKEN.as_ref()]);
        // softhsm2-util makes it: what is judged here starts after that.
        succeeds(command.env_remove("KEYSTEAD_BIN"));
        succeeds(
            site.command()
                .arg("init")
                .arg(site.home())
                .args(["--module", &site.module(), "--token", TOKEN])
                .args(["--pin-source", &site.pin_source()]),
        );
        site
    }

    /// With the three issuers that a cluster needs.
    pub(crate) fn with_issuers() -> Self {
        let site = Self::new();
        for (name, common_name) in ISSUERS {
            succeeds(
                site.keystead(&["ca", "root", name, "--key", "ec-p256", "--profile", CA_PROFILE])
                    .args(["--subject", &format!("CN={common_name}")]),
            );
        }
        site
    }

    /// With the tree of [`CLUSTER`].
    pub(crate) fn with_tree() -> Self {
        let site = Self::with_issuers();
        let cluster = site.path().join("cluster.yaml");
        put(&cluster, CLUSTER.as_bytes());
        succeeds(site.keystead(&["k8s", "issue"]).arg(cluster).arg("--out").arg(site.tree()));
        site
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }
    pub(crate) fn home(&self) -> PathBuf {
        self.path().join("home")
    }
    pub(crate) fn tree(&self) -> PathBuf {
        self.path().join("pki")
    }
    pub(crate) fn token_dir(&self) -> PathBuf {
        self.path().join("token")
    }
    pub(crate) fn module(&self) -> String {
        text(&self.token_dir().join("module")).trim().to_owned()
    }
    pub(crate) fn pin(&self) -> String {
        text(&self.token_dir().join("pin")).trim().to_owned()
    }
    pub(crate) fn pin_source(&self) -> String {
        format!("file:{}", self.token_dir().join("pin").display())
    }

    /// The binary, on this token.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keystead"));
        command.env("SOFTHSM2_CONF", self.token_dir().join("softhsm2.conf"));
        command.env_remove("KEYSTEAD_HOME").stdin(std::process::Stdio::null());
        command
    }

    /// The binary, on this home.
    pub(crate) fn keystead(&self, arguments: &[&str]) -> Command {
        let mut command = self.command();
        command.arg("--home").arg(self.home()).args(arguments);
        command
    }

    /// Another program, on this token.
    pub(crate) fn tool(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env("SOFTHSM2_CONF", self.token_dir().join("softhsm2.conf"));
        command.stdin(std::process::Stdio::null());
        command
    }

    /// The certificate of an issuer, as a file.
    pub(crate) fn ca_file(&self, issuer: &str) -> PathBuf {
        self.home().join("issuers").join(issuer).join("ca.crt")
    }

    /// Every end-entity certificate of the tree, those inside kubeconfigs too. Fails on a file that it
    /// does not know: what it does not know it cannot judge.
    pub(crate) fn leaves(&self) -> Vec<Leaf> {
        let mut leaves = Vec::new();
        for file in files(&self.tree()) {
            let name = file.strip_prefix(self.tree()).expect("below the tree").to_string_lossy();
            let name = name.into_owned();
            let found = if name.ends_with(".crt") {
                pem_blocks(&text(&file), "CERTIFICATE").into_iter().next()
            } else if name.ends_with(".conf") {
                kubeconfig_certificate(&text(&file))
            } else {
                continue;
            };
            let Some((issuer, purposes)) = expectation(&name) else { continue };
            let der = found.unwrap_or_else(|| panic!("{name} holds no certificate"));
            leaves.push(Leaf { name, der, issuer, purposes });
        }
        leaves
    }
}

/// The profile of a Kubernetes CA certificate.
pub(crate) const CA_PROFILE: &str = "k8s-ca";

/// By file name, what kubeadm's layout says of a certificate: its CA and its purposes. None for a CA's own.
fn expectation(name: &str) -> Option<(&'static str, &'static [Purpose])> {
    use Purpose::{Client, Server};
    let file = name.rsplit('/').next().unwrap_or_default();
    Some(match file {
        "ca.crt" | "front-proxy-ca.crt" => return None,
        "apiserver.crt" | "kubelet.crt" | "kubelet-server.crt" => ("kubernetes", &[Server]),
        "apiserver-kubelet-client.crt" | "kubelet-client.crt" => ("kubernetes", &[Client]),
        "apiserver-etcd-client.crt" | "healthcheck-client.crt" => ("etcd", &[Client]),
        "server.crt" | "peer.crt" => ("etcd", &[Client, Server]),
        "front-proxy-client.crt" => ("front-proxy", &[Client]),
        _ if file.ends_with(".conf") => ("kubernetes", &[Client]),
        _ => panic!("{name}: no expectation for this file; add it here"),
    })
}

/// Runs to the end and panics with everything it said unless it succeeded.
pub(crate) fn succeeds(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}\n{}", output.status, said(&output));
    output
}

/// Runs to the end; whether it succeeded, and everything it said.
pub(crate) fn verdict(command: &mut Command) -> (bool, String) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    (output.status.success(), said(&output))
}

pub(crate) fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[expect(clippy::disallowed_methods, reason = "what tests write needs no durability")]
pub(crate) fn put(path: &Path, content: &[u8]) {
    std::fs::write(path, content).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

/// All regular files below a folder, sorted.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder)
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for path in entries.map(|entry| entry.expect("an entry").path()) {
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

/// The contents of the PEM blocks with this label, not read by our own code.
pub(crate) fn pem_blocks(text: &str, label: &str) -> Vec<Vec<u8>> {
    let begin = format!("-----BEGIN {label}-----");
    let blocks = text.split(begin.as_str()).skip(1);
    blocks.map(|rest| base64(rest.split("-----END").next().unwrap_or_default())).collect()
}

pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut body = String::new();
    for (index, chunk) in der.chunks(3).enumerate() {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let letter = ALPHABET[(bits >> (18 - 6 * place) & 63) as usize];
            body.push(if place > chunk.len() { '=' } else { char::from(letter) });
        }
        if index % 16 == 15 {
            body.push('\n');
        }
    }
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", body.trim_end())
}

pub(crate) fn base64(text: &str) -> Vec<u8> {
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0_u32, 0);
    for letter in text.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=') {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => panic!("{:?} is not base64", char::from(letter)),
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 255) as u8);
        }
    }
    bytes
}

/// The content of a `NAME-data:` field of a kubeconfig.
pub(crate) fn kubeconfig_data(kubeconfig: &str, name: &str) -> Option<Vec<u8>> {
    let field = format!("{name}-data:");
    let line = kubeconfig.lines().find(|line| line.trim_start().starts_with(&field))?;
    let value = line.split_once(':')?.1;
    Some(base64(value.trim().trim_matches(['"', '\''])))
}

fn kubeconfig_certificate(kubeconfig: &str) -> Option<Vec<u8>> {
    let pem = kubeconfig_data(kubeconfig, "client-certificate")?;
    pem_blocks(&String::from_utf8(pem).ok()?, "CERTIFICATE").into_iter().next()
}

#[test]
fn the_helpers_own_base64_agrees_with_itself_on_every_length() {
    for length in 0..100_u8 {
        let bytes: Vec<u8> = (0..length).map(|byte| byte.wrapping_mul(37)).collect();
        assert_eq!(pem_blocks(&pem("X", &bytes), "X"), [bytes]);
    }
}
